import * as tf from "@tensorflow/tfjs";
import type { Rollout } from "./types.ts";

/** The clipped surrogate of one set of rollouts, all but the log-probabilities. */
export interface Surrogate {
  /** 1 at the action that each rollout took, `[time, rollouts, actions]`. */
  readonly taken: tf.Tensor3D;
  /** A_k / m at free steps, 0 elsewhere, `[time, rollouts]`. */
  readonly advantages: tf.Tensor2D;
  /** Log-probabilities of the actions before the first pass, `[time, rollouts]`. */
  readonly before: tf.Tensor2D;
  /** Epsilon. */
  readonly clip: number;
}

/** Options of {@link openSurrogate}. */
export interface SurrogateOptions {
  /** True at free steps. */
  readonly mask: readonly boolean[];
  /** Actions at each step. */
  readonly actionCount: number;
  /** Epsilon. */
  readonly clip: number;
  /**
   * Log-probabilities before the first pass, `[time, batch, actions]`; a batch
   * of 1 stands for all rollouts.
   */
  readonly logs: tf.Tensor3D;
}

/**
 * What the passes of an update share.
 *
 * @param rollouts At least one.
 * @param options Where the policy stands before the first pass.
 */
export function openSurrogate(
  rollouts: readonly Rollout[],
  { mask, actionCount, clip, logs }: SurrogateOptions,
): Surrogate {
  const actions = tf.tensor2d(
    mask.map((_, t) => rollouts.map((rollout) => rollout.actions[t]!)),
    undefined,
    "int32",
  );
  const taken = tf.oneHot(actions, actionCount).toFloat() as tf.Tensor3D;
  const advantages = tf.tensor2d(
    mask.map((free) =>
      rollouts.map(({ advantage }) => free ? advantage / rollouts.length : 0)
    ),
  );
  return { taken, advantages, before: takenLogs(logs, taken), clip };
}

/**
 * The clipped surrogate of PPO (Schulman et al., 2017, equation 7): min(r A,
 * clip(r, 1 - epsilon, 1 + epsilon) A), summed over free steps, averaged over
 * rollouts. Its gradient is 0 where r has left the range on the side that A
 * favours, and at r = 1 it is REINFORCE's.
 *
 * @param logs Log-probabilities now, `[time, batch, actions]`; a batch of 1
 * stands for all rollouts.
 * @param surrogate What the passes share.
 */
export function clippedGain(
  logs: tf.Tensor3D,
  { taken, advantages, before, clip }: Surrogate,
): tf.Scalar {
  const ratios = tf.exp(tf.sub(takenLogs(logs, taken), before));
  const clipped = tf.clipByValue(ratios, 1 - clip, 1 + clip);
  // At equal values TensorFlow.js sends the gradient to the first alone.
  return tf.sum(
    tf.minimum(tf.mul(ratios, advantages), tf.mul(clipped, advantages)),
  );
}

function takenLogs(logs: tf.Tensor3D, taken: tf.Tensor3D): tf.Tensor2D {
  return tf.sum(tf.mul(logs, taken), 2);
}
