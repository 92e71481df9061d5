import type { Random } from "../random/mod.ts";
import type { FeatureSet } from "./features.ts";

/**
 * Stage 1 (keep or remove each layer), stage 2 (shrink each layer), or both at
 * once (remove each layer or keep it at a ratio).
 */
export type PolicyKind = "removal" | "shrinkage" | "joint";

/** All of {@link Recurrence}. */
export const RECURRENCES = [
  "bidirectional",
  "autoregressive",
  "forward",
  "none",
] as const;

/**
 * What a policy knows at a step beside that step's features:
 *
 * - `bidirectional`: all layers, through an LSTM both ways (the paper's removal)
 * - `autoregressive`: the layers and the last action before it, through an LSTM
 *   forwards (the paper's shrinkage)
 * - `forward`: the layers before it, through the same LSTM without actions
 * - `none`: nothing; every step starts from a zero state
 */
export type Recurrence = typeof RECURRENCES[number];

/** How each kind's steps are joined unless it is said otherwise (section 3.2). */
export const USUAL_RECURRENCE: Readonly<Record<PolicyKind, Recurrence>> = Object
  .freeze({
    removal: "bidirectional",
    shrinkage: "autoregressive",
    joint: "autoregressive",
  });

/** What a policy decides on: one step for each leaf layer, in order. */
export interface Sequence {
  /** One vector of `inputSize` numbers for each leaf, see `layerFeatures`. */
  readonly features: readonly Float32Array[];
  /** True where the decision is free. Elsewhere the action is the neutral one. */
  readonly mask: readonly boolean[];
}

/** One sequence of actions, as the policy drew it. */
export interface Sample {
  /** Index of the action for each leaf; the neutral action where the mask is false. */
  readonly actions: readonly number[];
  /**
   * The policy's distribution for each leaf, `[leaf][action]`, given the actions
   * before it; at steps without a free decision too, where nothing follows it.
   */
  readonly probabilities: readonly (readonly number[])[];
}

/** One sequence of actions and what it earned. */
export interface Rollout {
  /** The actions of a {@link Sample}. */
  readonly actions: readonly number[];
  /** Reward minus baseline, R_k - b. */
  readonly advantage: number;
}

/** Options of one `Policy.update`. */
export interface UpdateOptions {
  /** In place of the policy's, for this update; see `entropyAt`. >= 0. */
  readonly entropyWeight?: number;
}

/** What an update saw, all of it measured before its first step. */
export interface UpdateReport {
  /**
   * -(1/m) sum_k A_k sum_t log pi(a_t) - entropyWeight * entropy. With `clip`
   * each log pi is the ratio pi / pi_old instead, which is 1 at the first pass.
   */
  readonly loss: number;
  /** Mean entropy of the free steps' distributions, in nats. */
  readonly entropy: number;
  /** Euclidean norm of the gradient over all parameters, fixed ones too. */
  readonly gradientNorm: number;
}

/** Everything that an interrupted policy needs to go on with equal bits. */
export interface PolicyState {
  /** Which policy. */
  readonly kind: PolicyKind;
  /** Number of Adam steps made: one for each pass of each update. */
  readonly step: number;
  /**
   * Name of the feature set that the policy reads; absent when its features
   * are the caller's own, and in states older than the sets' names, which no
   * policy of a named set goes on from.
   */
  readonly features?: string;
  /** How its steps are joined; absent where that is its kind's usual. */
  readonly recurrence?: Recurrence;
  /**
   * Arrays by name, row-major: `parameters/<name>`, and Adam's moments
   * `firstMoment/<name>` and `secondMoment/<name>`.
   */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/** Options of `createPolicy`. */
export interface PolicyOptions {
  /** Stream that the initial parameters are drawn from. */
  readonly random: Random;
  /**
   * The set of `layerFeatures` that the policy reads; its states say so, and it
   * refuses those of another set. Default "scaled", or none (the caller's own
   * features) when only `inputSize` is given.
   */
  readonly features?: FeatureSet;
  /** Length of one step's feature vector, >= 1. Default: that of `features`. */
  readonly inputSize?: number;
  /** Units of each LSTM layer and direction, >= 1. Default 30 (as the authors). */
  readonly hidden?: number;
  /**
   * What a step knows of the others. Default "bidirectional" for removal,
   * "autoregressive" for shrinkage (as the paper) and for joint.
   */
  readonly recurrence?: Recurrence;
  /**
   * Whether the LSTM stays as it was drawn, so that the last layer alone learns:
   * the authors' autoregressive policies, whose cells their optimiser was not
   * given. Default false.
   */
  readonly fixedLstm?: boolean;
  /**
   * Adam's step size, >= 0. Default 0.003 for removal, 0.01 for shrinkage (as the
   * paper) and for joint (which it has not).
   */
  readonly learningRate?: number;
  /**
   * Weight of the mean entropy in the loss, >= 0. Default 0 (as the paper). The
   * loss sums over steps but this term is their mean, so 0.3 on 30 steps is 0.01
   * a step: enough to keep a removal policy from settling on one answer for all
   * layers before it can tell them apart.
   */
  readonly entropyWeight?: number;
  /**
   * Added at the start to the logit of the neutral action (keep, ratio 1).
   * Default 0: the first policy is close to uniform.
   */
  readonly initialKeepBias?: number;
  /**
   * Whether an update brings the advantages to mean 0 and standard deviation 1
   * (over its rollouts; deviations below 0.01 count as 0.01). A baseline that is
   * the same for all rollouts then no longer matters, and one rollout alone
   * teaches nothing. Default false (the paper does not).
   */
  readonly normaliseAdvantage?: boolean;
  /**
   * Number of steps, >= 1, of the only sequences that the policy reads. Each
   * step then has logits of its own, learned beside the LSTM and 0 at the start,
   * which are added to the head's: layers can be told apart from the first
   * update on, whatever their features. DECORE (Alwani et al., CVPR 2022) learns
   * such logits alone, one for each channel. Default: none (as the paper).
   */
  readonly leafLogits?: number;
  /**
   * Passes over an update's rollouts, >= 1, each with one Adam step. More than
   * one needs `clip`. Default 1 (as the paper).
   */
  readonly passes?: number;
  /**
   * Epsilon in (0, 1) of the clipped surrogate (PPO: Schulman et al., 2017): an
   * update then maximises min(r A, clip(r, 1 - epsilon, 1 + epsilon) A) at each
   * free step, r being the ratio of the action's probability to that before the
   * update. Sums over steps and means over rollouts are REINFORCE's. Default:
   * none, plain REINFORCE (as the paper).
   */
  readonly clip?: number;
}

/** A recurrent policy and its optimiser. Holds tensors until disposed. */
export interface Policy {
  /** Which policy. */
  readonly kind: PolicyKind;
  /**
   * Draws one rollout from each stream. A rollout depends on its own stream
   * only, not on how many are drawn together. One number is drawn for each free
   * step, in order.
   *
   * @throws {RangeError} If the sequence is not one this policy can read.
   */
  sample(sequence: Sequence, streams: readonly Random[]): Sample[];
  /**
   * The distributions that the policy gives along a sequence of actions; equal
   * bits to those of the {@link Sample} the actions came with. Only an
   * autoregressive policy's depend on the actions.
   *
   * @returns `[leaf][action]`, each row summing to 1.
   * @throws {RangeError} If the sequence or an action is out of range.
   */
  probabilities(sequence: Sequence, actions: readonly number[]): number[][];
  /**
   * One Adam step on the REINFORCE loss averaged over all rollouts (paper
   * equation 2), or with `clip` one for each pass on the clipped surrogate.
   * Steps without a free decision add nothing to it. When no step is free
   * nothing changes and the report is all zeros.
   *
   * @throws {RangeError} If the sequence, an action, an advantage or the entropy
   * weight is out of range, there is no rollout, or a gradient is not finite;
   * the policy is then as it was.
   */
  update(
    sequence: Sequence,
    rollouts: readonly Rollout[],
    options?: UpdateOptions,
  ): UpdateReport;
  /** A copy of parameters and optimiser. */
  state(): PolicyState;
  /**
   * Goes on from a state of a policy of the same kind, features and sizes.
   *
   * @throws {RangeError} If it is of another; the policy is then as it was.
   */
  restore(state: PolicyState): void;
  /** Frees the tensors; the policy cannot be used after it. */
  dispose(): void;
}
