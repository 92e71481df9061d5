import * as tf from "@tensorflow/tfjs";
import { adamStep, type AdamTensors } from "./_adam.ts";
import { isOfLstm, logProbabilities, type Parameters } from "./_network.ts";
import {
  entropyShares,
  type Objective,
  objectiveGradients,
  reinforceWeights,
} from "./_reinforce.ts";
import { clippedGain, openSurrogate } from "./_surrogate.ts";
import { toArrays } from "./_tensors.ts";
import { DivergedPolicyError } from "./diverged.ts";
import type { Recurrence, Rollout, UpdateReport } from "./types.ts";

/** What an update learns from and how. */
export interface Update {
  /** What the network reads, `[time, batch, inputs]`. */
  readonly inputs: tf.Tensor3D;
  /** What a step knows of the others. */
  readonly recurrence: Recurrence;
  /** Whether the LSTM stays as it is. */
  readonly fixedLstm: boolean;
  /** At least one, advantages as they are to count. */
  readonly rollouts: readonly Rollout[];
  /** True at free steps, at least one. */
  readonly mask: readonly boolean[];
  /** Actions at each step. */
  readonly actionCount: number;
  /** Weight of the mean entropy. */
  readonly entropyWeight: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Adam steps made before. */
  readonly step: number;
  /** Adam steps to make. */
  readonly passes: number;
  /** Epsilon of the clipped surrogate; undefined: REINFORCE. */
  readonly clip: number | undefined;
}

/**
 * The Adam steps of one update.
 *
 * @param tensors Are left as they are.
 * @param update What to learn from and how.
 * @returns New tensors, and the report of the first pass.
 * @throws {DivergedPolicyError} If the loss, a gradient, or what comes out of it is
 * not finite.
 */
export function adamSteps(
  tensors: AdamTensors,
  update: Update,
): { readonly report: UpdateReport; readonly tensors: AdamTensors } {
  const { inputs, recurrence, mask, actionCount, entropyWeight } = update;
  const objective: Objective = {
    inputs,
    recurrence,
    gain: gainOf(tensors, update),
    entropyShares: tf.tensor3d(
      entropyShares({ mask, actionCount, batch: inputs.shape[1] }),
      [mask.length, inputs.shape[1], actionCount],
    ),
    entropyWeight,
  };
  let first: UpdateReport | undefined;
  let next = tensors;
  for (let pass = 1; pass <= update.passes; pass++) {
    const { report, gradients } = objectiveGradients(
      next.parameters,
      objective,
    );
    checkFinite("the gradient's norm", report.gradientNorm);
    checkFinite("the loss", report.loss);
    first ??= report;
    next = adamStep(next, {
      gradients: update.fixedLstm ? withoutLstm(gradients) : gradients,
      step: update.step + pass,
      learningRate: update.learningRate,
    });
  }
  // The last step comes after the last gradient that is looked at.
  for (const [name, values] of Object.entries(toArrays(next))) {
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) checkFinite(name, bad);
  }
  return { report: first!, tensors: next };
}

function checkFinite(what: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new DivergedPolicyError("update the policy", `${what} is ${value}`);
}

/** Gradients of 0 for the LSTM: with moments of 0 Adam leaves it as it is. */
function withoutLstm(gradients: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [
      name,
      isOfLstm(name) ? tf.zerosLike(gradient) : gradient,
    ]),
  );
}

/** What the update maximises beside the entropy. */
function gainOf(tensors: AdamTensors, update: Update): Objective["gain"] {
  const { inputs, recurrence, rollouts, mask, actionCount, clip } = update;
  if (clip === undefined) {
    const batch = inputs.shape[1];
    const weights = tf.tensor3d(
      reinforceWeights(rollouts, { mask, actionCount, batch }),
      [mask.length, batch, actionCount],
    );
    return (logs) => tf.sum(tf.mul(logs, weights));
  }
  const surrogate = openSurrogate(rollouts, {
    mask,
    actionCount,
    clip,
    logs: logProbabilities(tensors.parameters, inputs, recurrence),
  });
  return (logs) => clippedGain(logs, surrogate);
}
