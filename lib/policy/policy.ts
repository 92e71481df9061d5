import * as tf from "@tensorflow/tfjs";
import { adamStep, type AdamTensors } from "./_adam.ts";
import {
  disposeTensors,
  keepTensors,
  toArrays,
  toTensors,
} from "./_tensors.ts";
import {
  checkActions,
  checkAdvantages,
  checkOptions,
  checkSequence,
  checkState,
  type ResolvedOptions,
} from "./_checks.ts";
import { onCpu } from "./_cpu.ts";
import {
  type Architecture,
  initialValues,
  logProbabilities,
  parameterSpecs,
} from "./_network.ts";
import {
  entropyShares,
  normaliseAdvantages,
  reinforceGradients,
  reinforceWeights,
} from "./_reinforce.ts";
import {
  inputsAfterActions,
  plainInputs,
  probabilityRows,
  sampleStepwise,
  sampleTogether,
} from "./_sampling.ts";
import { actionCount, neutralAction } from "./actions.ts";
import { layerFeatureCount } from "./features.ts";
import type {
  Policy,
  PolicyKind,
  PolicyOptions,
  PolicyState,
  Rollout,
  Sequence,
  UpdateReport,
} from "./types.ts";

/** The paper's Adam step sizes (section 4; from memory of it for shrinkage). */
const LEARNING_RATES: Readonly<Record<PolicyKind, number>> = {
  removal: 0.003,
  shrinkage: 0.01,
};

/**
 * A new policy (paper section 3.2, Figure 2).
 *
 * - removal: two bidirectional LSTM layers, then a softmax over remove and keep
 *   at each step: pi(a_t | h_{t-1}, h_{t+1}, x_t)
 * - shrinkage: two LSTM layers that also read the action before, then a softmax
 *   over ten ratios: pi(a_t | a_{t-1}, h_{t-1}, x_t). Every weight is trained;
 *   in the authors' release only the last layer was.
 *
 * @example
 * ```ts
 * import { createPolicy } from "./policy.ts";
 * import { randomStream } from "../random/mod.ts";
 *
 * const policy = createPolicy("removal", {
 *   random: randomStream(1, "init"),
 *   inputSize: 1,
 * });
 * const sequence = { features: [Float32Array.of(0.5)], mask: [true] };
 * const [sample] = policy.sample(sequence, [randomStream(1, "rollout", 0)]);
 * policy.update(sequence, [{ actions: sample!.actions, advantage: 0.1 }]);
 * policy.dispose();
 * ```
 *
 * @param kind Which policy.
 * @param options Stream of the initial parameters; sizes; learning.
 * @returns A policy; dispose of it when done.
 * @throws {RangeError} If an option is out of range.
 */
export function createPolicy(
  kind: PolicyKind,
  options: PolicyOptions,
): Policy {
  const settings = {
    inputSize: layerFeatureCount(),
    hidden: 30,
    learningRate: LEARNING_RATES[kind],
    entropyWeight: 0,
    initialKeepBias: 0,
    normaliseAdvantage: false,
    ...options,
  };
  checkOptions(settings);
  return openPolicy(kind, settings);
}

function openPolicy(
  kind: PolicyKind,
  settings: ResolvedOptions & PolicyOptions,
): Policy {
  const set = {
    actionCount: actionCount(kind),
    neutral: neutralAction(kind),
  };
  const architecture: Architecture = {
    inputSize: settings.inputSize,
    hidden: settings.hidden,
    actionCount: set.actionCount,
    directions: kind === "removal" ? 2 : 1,
  };
  const specs = parameterSpecs(architecture);
  let tensors = toTensors(
    specs,
    Object.fromEntries(
      initialValues(specs, settings.random).map((values, i) => {
        const { name } = specs[i]!;
        if (name === "head.bias") {
          values[set.neutral]! += settings.initialKeepBias;
        }
        return [`parameters/${name}`, values];
      }),
    ),
  );
  let step = 0;

  function replaceTensors(next: AdamTensors): void {
    disposeTensors(tensors);
    tensors = next;
  }

  /** What the network reads; one row for all when the actions do not matter. */
  function inputsOf(
    features: readonly Float32Array[],
    actions: readonly (readonly number[])[],
  ): tf.Tensor3D {
    return architecture.directions === 2
      ? plainInputs(features)
      : inputsAfterActions(features, {
        actions,
        actionCount: set.actionCount,
      });
  }

  function update(
    { features, mask }: Sequence,
    rollouts: readonly Rollout[],
  ): UpdateReport {
    checkSequence({ features, mask }, settings.inputSize);
    checkAdvantages(rollouts);
    for (const { actions } of rollouts) checkActions(actions, { kind, mask });
    if (!mask.includes(true)) return { loss: 0, entropy: 0, gradientNorm: 0 };
    const weighted = settings.normaliseAdvantage
      ? normaliseAdvantages(rollouts)
      : rollouts;
    return onCpu(() => {
      const inputs = inputsOf(features, rollouts.map(({ actions }) => actions));
      const batch = inputs.shape[1];
      const sizes = { mask, batch, actionCount: set.actionCount };
      const shape: [number, number, number] = [
        mask.length,
        batch,
        set.actionCount,
      ];
      const { report, gradients } = reinforceGradients(tensors.parameters, {
        inputs,
        weights: tf.tensor3d(reinforceWeights(weighted, sizes), shape),
        entropyShares: tf.tensor3d(entropyShares(sizes), shape),
        entropyWeight: settings.entropyWeight,
      });
      if (!Number.isFinite(report.gradientNorm)) {
        throw new RangeError(
          `Cannot update the policy: the gradient's norm is ${report.gradientNorm}, expected a finite number`,
        );
      }
      const next = adamStep(tensors, {
        gradients,
        step: step + 1,
        learningRate: settings.learningRate,
      });
      keepTensors(next);
      replaceTensors(next);
      step += 1;
      return report;
    });
  }

  return {
    kind,
    update,
    sample: (sequence, streams) => {
      checkSequence(sequence, settings.inputSize);
      const draw = architecture.directions === 2
        ? sampleTogether
        : sampleStepwise;
      return onCpu(() =>
        draw(tensors.parameters, { sequence, streams, ...set })
      );
    },
    probabilities: (sequence, actions) => {
      checkSequence(sequence, settings.inputSize);
      checkActions(actions, { kind, mask: sequence.mask });
      return onCpu(() =>
        probabilityRows(
          logProbabilities(
            tensors.parameters,
            inputsOf(sequence.features, [actions]),
          ),
          set.actionCount,
        )
      );
    },
    state: () => ({ kind, step, arrays: toArrays(tensors) }),
    restore: (state: PolicyState) => {
      checkState(state, { kind, specs });
      replaceTensors(toTensors(specs, state.arrays));
      step = state.step;
    },
    dispose: () => disposeTensors(tensors),
  };
}
