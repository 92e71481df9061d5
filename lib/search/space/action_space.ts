import type {
  Outcome,
  ShrinkOptions,
  ShrinkVariable,
} from "../../compress/mod.ts";
import type { Network } from "../../network/mod.ts";
import type {
  LayerFeatureOptions,
  PolicyKind,
  Sequence,
} from "../../policy/mod.ts";

/**
 * What actions do: remove layers (stage 1), shrink layers (stage 2), or both in
 * one step.
 */
export type SpaceKind = PolicyKind;

/** What may be decided on together, the finest first. */
export const GRAINS = ["leaf", "unit", "block"] as const;

/**
 * What is decided on together:
 *
 * - `leaf`: each leaf by itself, as in the paper;
 * - `unit`: a convolution with the batch norm, ReLU and dropout behind it; every
 *   other layer by itself;
 * - `block`: the whole body of a residual block; outside of bodies as `unit`.
 */
export type Grain = (typeof GRAINS)[number];

/** One step of a sequence of actions. */
export interface Decision {
  /**
   * Indices, in the order of `leaves(base)`, of the leaves that an action
   * changes; at a step that is not free, the one leaf it stands for.
   */
  readonly leaves: readonly number[];
  /** The one size that an action scales; absent where it acts on whole leaves. */
  readonly variable?: ShrinkVariable;
}

/** Options of {@linkcode createSpace}. */
export interface SpaceOptions {
  /** What actions do. */
  readonly kind: SpaceKind;
  /** The network that actions are applied to. */
  readonly base: Network;
  /** What is decided on together. */
  readonly grain: Grain;
  /** What is shrunk, how far, and the bounds of the check on students. */
  readonly shrink: ShrinkOptions;
  /** How layers are put in numbers. */
  readonly features?: LayerFeatureOptions;
}

/** All students of a network that sequences of actions of one kind lead to. */
export interface ActionSpace {
  /** What actions do. */
  readonly kind: SpaceKind;
  /** What is decided on together. */
  readonly grain: Grain;
  /** The network that actions are applied to. */
  readonly base: Network;
  /** One a step, in the order of their first leaves; may be empty where nothing is free. */
  readonly decisions: readonly Decision[];
  /** What a policy reads: one row a decision, all of one length. */
  readonly sequence: Sequence;
  /** Number of actions at each step: they are 0 to this less 1. */
  readonly actionCount: number;
  /** The action that leaves everything as it is, the last one. */
  readonly neutral: number;
  /**
   * How much of a layer each action leaves, rising: 0 and 1 in removal; 0.1,
   * 0.2, … 1 in shrinkage; 0, 0.1, … 1 in both.
   */
  readonly values: readonly number[];
  /** log2 of the number of different sequences: free steps times log2(actionCount). */
  readonly bits: number;
  /**
   * The student of a sequence of actions, or why there is none.
   *
   * @param actions One a decision; ignored where the step is not free.
   * @throws {RangeError} When there is not one action for each decision, or one
   * is no integer from 0 to `neutral`.
   */
  apply(actions: readonly number[]): Outcome;
}
