import * as tf from "@tensorflow/tfjs";
import type { AdamTensors } from "./_adam.ts";
import {
  disposeTensors,
  keepTensors,
  toArrays,
  toTensors,
} from "./_tensors.ts";
import {
  checkActions,
  checkAdvantages,
  checkEntropyWeight,
  checkSequence,
  checkState,
} from "./_checks.ts";
import { onCpu } from "./_cpu.ts";
import {
  type Architecture,
  initialValues,
  logProbabilities,
  parameterSpecs,
} from "./_network.ts";
import { normaliseAdvantages } from "./_reinforce.ts";
import { resolveOptions } from "./_options.ts";
import {
  inputsAfterActions,
  plainInputs,
  probabilityRows,
  sampleStepwise,
  sampleTogether,
} from "./_sampling.ts";
import { adamSteps } from "./_update.ts";
import { actionCount, neutralAction } from "./actions.ts";
import {
  type Policy,
  type PolicyKind,
  type PolicyOptions,
  type PolicyState,
  type Rollout,
  type Sequence,
  type UpdateOptions,
  type UpdateReport,
  USUAL_RECURRENCE,
} from "./types.ts";

/**
 * A new policy (paper section 3.2, Figure 2).
 *
 * - removal: two bidirectional LSTM layers, then a softmax over remove and keep
 *   at each step: pi(a_t | h_{t-1}, h_{t+1}, x_t)
 * - shrinkage: two LSTM layers that also read the action before, then a softmax
 *   over ten ratios: pi(a_t | a_{t-1}, h_{t-1}, x_t). Every weight is trained;
 *   in the authors' release only the last layer was, which `fixedLstm` repeats.
 * - joint (not in the paper): wired like shrinkage, over removal and ten ratios
 *
 * `recurrence` wires any of them otherwise.
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
  const settings = resolveOptions(kind, options);
  const { recurrence } = settings;
  const set = {
    actionCount: actionCount(kind),
    neutral: neutralAction(kind),
  };
  const architecture: Architecture = {
    inputSize: settings.inputSize,
    hidden: settings.hidden,
    actionCount: set.actionCount,
    recurrence,
    leafLogits: settings.leafLogits,
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
    return recurrence === "autoregressive"
      ? inputsAfterActions(features, {
        actions,
        actionCount: set.actionCount,
      })
      : plainInputs(features);
  }

  function update(
    sequence: Sequence,
    rollouts: readonly Rollout[],
    options: UpdateOptions = {},
  ): UpdateReport {
    const { features, mask } = sequence;
    const { entropyWeight = settings.entropyWeight } = options;
    checkSequence(sequence, settings);
    checkAdvantages(rollouts);
    checkEntropyWeight(entropyWeight);
    for (const { actions } of rollouts) checkActions(actions, { kind, mask });
    if (!mask.includes(true)) return { loss: 0, entropy: 0, gradientNorm: 0 };
    return onCpu(() => {
      const { report, tensors: next } = adamSteps(tensors, {
        inputs: inputsOf(features, rollouts.map(({ actions }) => actions)),
        recurrence,
        fixedLstm: settings.fixedLstm,
        rollouts: settings.normaliseAdvantage
          ? normaliseAdvantages(rollouts)
          : rollouts,
        mask,
        actionCount: set.actionCount,
        entropyWeight,
        learningRate: settings.learningRate,
        step,
        passes: settings.passes,
        clip: settings.clip,
      });
      keepTensors(next);
      replaceTensors(next);
      step += settings.passes;
      return report;
    });
  }

  return {
    kind,
    update,
    sample: (sequence, streams) => {
      checkSequence(sequence, settings);
      const draw = recurrence === "autoregressive"
        ? sampleStepwise
        : sampleTogether;
      return onCpu(() =>
        draw(tensors.parameters, { sequence, streams, recurrence, ...set })
      );
    },
    probabilities: (sequence, actions) => {
      checkSequence(sequence, settings);
      checkActions(actions, { kind, mask: sequence.mask });
      return onCpu(() =>
        probabilityRows(
          logProbabilities(
            tensors.parameters,
            inputsOf(sequence.features, [actions]),
            recurrence,
          ),
          set.actionCount,
        )
      );
    },
    state: () => ({
      kind,
      step,
      ...(settings.features === undefined
        ? {}
        : { features: settings.features }),
      ...(recurrence === USUAL_RECURRENCE[kind] ? {} : { recurrence }),
      arrays: toArrays(tensors),
    }),
    restore: (state: PolicyState) => {
      checkState(state, {
        kind,
        specs,
        recurrence,
        features: settings.features,
      });
      replaceTensors(toTensors(specs, state.arrays));
      step = state.step;
    },
    dispose: () => disposeTensors(tensors),
  };
}
