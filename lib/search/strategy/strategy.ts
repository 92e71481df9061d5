/**
 * What a way to search is: it proposes action sequences, hears what they earned,
 * and can be saved between two iterations.
 *
 * @module
 */

import type { Sample, UpdateReport } from "../../policy/mod.ts";
import { type Random, randomStream } from "../../random/mod.ts";
import type { ActionSpace } from "../space/action_space.ts";

/** An action sequence that a strategy wants to have scored. */
export type Proposed =
  & Pick<Sample, "actions">
  & Partial<Pick<Sample, "probabilities">>;

/** An action sequence and its reward. */
export interface Scored {
  /** One action a decision. */
  readonly actions: readonly number[];
  /** R, or -1. */
  readonly reward: number;
}

/**
 * What a sequence that was heard of before is worth by now: a soft limit takes more
 * from iteration to iteration.
 */
export type Worth = (held: Scored) => number;

/** What a strategy tells of its learning, for the record. */
export interface Lesson {
  /** b: what the rewards were compared with; for a leave-one-out baseline its mean. */
  readonly baseline?: number;
  /** What the policy's update saw. */
  readonly update?: UpdateReport;
}

/** All that a strategy needs to go on with equal bits. */
export interface StrategyState {
  /** Plain JSON. */
  readonly json: unknown;
  /** Large parts, by name. */
  readonly blobs: Readonly<Record<string, Uint8Array>>;
}

/** A way to search. Holds what it holds until disposed. */
export interface Strategy {
  /**
   * Proposes students of an iteration. Draws from streams that are named after
   * the iteration, so it does not depend on what was drawn before.
   *
   * @param iteration From 0.
   * @param count How many, >= 1.
   */
  propose(iteration: number, count: number): readonly Proposed[];
  /**
   * Hears what the proposals of an iteration earned, in their order.
   *
   * @param iteration From 0.
   * @param scored The proposals with their rewards.
   * @param worth What it holds on to is worth at this iteration; left out, what it
   *   earned.
   */
  learn(iteration: number, scored: readonly Scored[], worth?: Worth): Lesson;
  /** A copy of what it has learned. */
  state(): StrategyState;
  /** Goes on from a state of the same strategy in the same space. */
  restore(state: StrategyState): void;
  /** Frees what it holds. */
  dispose(): void;
}

/** What every strategy is made of. */
export interface StrategyOptions {
  /** What it decides on. */
  readonly space: ActionSpace;
  /** Seed of the search, >= 1. */
  readonly seed: number;
}

/** The stream of one student of an iteration. */
export function rolloutStream(
  { space, seed }: StrategyOptions,
  iteration: number,
  rollout: number,
): Random {
  return randomStream(seed, "rollout", space.kind, iteration, rollout);
}

/** The stream of what a strategy draws when it learns from an iteration. */
export function lessonStream(
  { space, seed }: StrategyOptions,
  iteration: number,
): Random {
  return randomStream(seed, "lesson", space.kind, iteration);
}
