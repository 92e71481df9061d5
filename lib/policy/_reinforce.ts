import * as tf from "@tensorflow/tfjs";
import { readValues } from "./_cpu.ts";
import { logProbabilities, type Parameters } from "./_network.ts";
import type { Recurrence, Rollout, UpdateReport } from "./types.ts";

/** What an update maximises and on what. */
export interface Objective {
  /** What the network reads, `[time, batch, inputs]`. */
  readonly inputs: tf.Tensor3D;
  /** What a step knows of the others. */
  readonly recurrence: Recurrence;
  /** What the rollouts earn, of the log-probabilities `[time, batch, actions]`. */
  readonly gain: (logs: tf.Tensor3D) => tf.Scalar;
  /** Share of each entry in the mean entropy, `[time, batch, actions]`. */
  readonly entropyShares: tf.Tensor3D;
  /** Weight of the mean entropy. */
  readonly entropyWeight: number;
}

/** Sizes of an objective's arrays. */
export interface WeightOptions {
  /** True at free steps. */
  readonly mask: readonly boolean[];
  /** Actions at each step. */
  readonly actionCount: number;
  /**
   * Rows the network runs: 1 when its output does not depend on the actions, so
   * that all rollouts share it; else one for each rollout.
   */
  readonly batch: number;
}

/** Of rewards in [-1, 1], differences below a hundredth are noise, not to be blown up. */
const MIN_ADVANTAGE_DEVIATION = 0.01;

/**
 * Paper equation 2 as one weight for each log-probability: A_k / m at the action
 * that rollout k took at each free step, summed where rollouts share a row.
 *
 * @param rollouts At least one.
 * @param options Mask and sizes.
 * @returns Row-major `[time, batch, actions]`.
 */
export function reinforceWeights(
  rollouts: readonly Rollout[],
  options: WeightOptions,
): Float32Array {
  const { mask, actionCount, batch } = options;
  const weights = new Float32Array(mask.length * batch * actionCount);
  for (const [k, rollout] of rollouts.entries()) {
    const row = batch === 1 ? 0 : k;
    for (const [t, action] of rollout.actions.entries()) {
      if (!mask[t]) continue;
      weights[(t * batch + row) * actionCount + action]! += rollout.advantage /
        rollouts.length;
    }
  }
  return weights;
}

/**
 * The weights with which p log p sums to minus the mean entropy of the free
 * steps.
 *
 * @param options Mask and sizes.
 * @returns Row-major `[time, batch, actions]`.
 */
export function entropyShares(options: WeightOptions): Float32Array {
  const { mask, actionCount, batch } = options;
  const share = 1 / (mask.filter(Boolean).length * batch);
  return Float32Array.from(
    { length: mask.length * batch * actionCount },
    (_, i) => mask[Math.floor(i / (batch * actionCount))] ? share : 0,
  );
}

/**
 * Brings the advantages to mean 0 and standard deviation 1 over the rollouts
 * (deviations of less than 0.01 count as 0.01). Equal advantages become 0.
 */
export function normaliseAdvantages(rollouts: readonly Rollout[]): Rollout[] {
  const values = rollouts.map((rollout) => rollout.advantage);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
    values.length;
  const scale = Math.max(Math.sqrt(variance), MIN_ADVANTAGE_DEVIATION);
  return rollouts.map(({ actions, advantage }) => ({
    actions,
    advantage: (advantage - mean) / scale,
  }));
}

/**
 * Loss and gradient of an objective.
 *
 * @param parameters By name.
 * @param objective What to maximise.
 * @returns The report, and the gradient of each parameter by name (the caller's
 * to dispose).
 */
export function objectiveGradients(
  parameters: Parameters,
  objective: Objective,
): { readonly report: UpdateReport; readonly gradients: Parameters } {
  const names = Object.keys(parameters);
  let entropyValue = 0;
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
    const logs = logProbabilities(
      Object.fromEntries(names.map((name, i) => [name, tensors[i]!])),
      objective.inputs,
      objective.recurrence,
    );
    const gain = objective.gain(logs);
    const entropy = tf.neg(
      tf.sum(tf.mul(tf.mul(tf.exp(logs), logs), objective.entropyShares)),
    );
    entropyValue = readValues(entropy)[0]!;
    return tf.neg(tf.add(gain, tf.mul(entropy, objective.entropyWeight)));
  })(names.map((name) => parameters[name]!));
  const gradients = Object.fromEntries(
    names.map((name, i) => [name, grads[i]!]),
  );
  const squares = tf.addN(grads.map((grad) => tf.sum(tf.square(grad))));
  return {
    report: {
      loss: readValues(value)[0]!,
      entropy: entropyValue,
      gradientNorm: Math.sqrt(readValues(squares)[0]!),
    },
    gradients,
  };
}
