/**
 * What the experiment on constraints records: a compression, and what its students
 * say of limits.
 *
 * @module
 */

import type { CompressionContent } from "../compression/content.ts";
import type { SingleLimit } from "./arms.ts";

/** What a limit would have left of a stage that was searched without it. */
export interface Kept {
  /** Proposals that keep to it, iteration by iteration. */
  readonly proposals: readonly number[];
  /** Highest reward among them, after the short training; absent without any. */
  readonly reward?: number;
}

/** One stage of a search in a record, and its students beside the limits. */
export interface StageLimits {
  /**
   * Distinct students that were not trained, as their size alone breaks a limit:
   * a search that trains them all the same (`late`) has so many more.
   */
  readonly untrained: number;
  /**
   * Of the search without limits: what each would have left. Latency is not among
   * them, as it is measured only where it is limited.
   */
  readonly kept?: Readonly<Partial<Record<SingleLimit, Kept>>>;
}

/** The deterministic part of a record. */
export interface ConstraintsContent extends CompressionContent {
  /** One a stage, in their order. */
  readonly stageLimits: readonly StageLimits[];
}
