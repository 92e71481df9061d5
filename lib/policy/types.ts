import type { Random } from "../random/mod.ts";

/** Stage 1 (keep or remove each layer) or stage 2 (shrink each layer). */
export type PolicyKind = "removal" | "shrinkage";

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

/** What an update saw, all of it measured before the step. */
export interface UpdateReport {
  /** -(1/m) sum_k A_k sum_t log pi(a_t) - entropyWeight * entropy. */
  readonly loss: number;
  /** Mean entropy of the free steps' distributions, in nats. */
  readonly entropy: number;
  /** Euclidean norm of the gradient over all parameters. */
  readonly gradientNorm: number;
}

/** Everything that an interrupted policy needs to go on with equal bits. */
export interface PolicyState {
  /** Which policy. */
  readonly kind: PolicyKind;
  /** Number of updates made, Adam's step. */
  readonly step: number;
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
  /** Length of one step's feature vector, >= 1. Default: that of `layerFeatures`. */
  readonly inputSize?: number;
  /** Units of each LSTM layer and direction, >= 1. Default 30 (as the authors). */
  readonly hidden?: number;
  /** Adam's step size, >= 0. Default 0.003 for removal, 0.01 for shrinkage (as the paper). */
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
   * Whether an update divides the advantages by their standard deviation.
   * Default false (the paper does not).
   */
  readonly normaliseAdvantage?: boolean;
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
   * bits to those of the {@link Sample} the actions came with. The removal
   * policy's do not depend on the actions.
   *
   * @returns `[leaf][action]`, each row summing to 1.
   * @throws {RangeError} If the sequence or an action is out of range.
   */
  probabilities(sequence: Sequence, actions: readonly number[]): number[][];
  /**
   * One Adam step on the REINFORCE loss averaged over all rollouts (paper
   * equation 2). Steps without a free decision add nothing to it. When no step
   * is free nothing changes and the report is all zeros.
   *
   * @throws {RangeError} If the sequence, an action or an advantage is out of
   * range, there is no rollout, or the gradient is not finite; the policy is
   * then as it was.
   */
  update(sequence: Sequence, rollouts: readonly Rollout[]): UpdateReport;
  /** A copy of parameters and optimiser. */
  state(): PolicyState;
  /**
   * Goes on from a state of a policy of the same kind and sizes.
   *
   * @throws {RangeError} If it is of another; the policy is then as it was.
   */
  restore(state: PolicyState): void;
  /** Frees the tensors; the policy cannot be used after it. */
  dispose(): void;
}
