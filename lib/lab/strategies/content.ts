/**
 * What the experiment on strategies records: a table of students, and what each
 * strategy found on it.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { StrategyArm } from "./arm.ts";
import type { SearchSummary } from "./search_table.ts";
import type { StudentRow } from "./student_table.ts";

/** All that a cell depends on: the strategies that it compares too. */
export interface StrategiesIdentity extends Identity<CompressionConfig> {
  /** The strategies; the first is the one that others are compared with. */
  readonly strategies: readonly StrategyArm[];
}

/** The searches of one strategy. */
export interface ArmSearches {
  /** Name of the strategy. */
  readonly name: string;
  /** One a seed, in their order; the seeds of all strategies are the same. */
  readonly searches: readonly SearchSummary[];
}

/** The deterministic part of the record of one subject. */
export interface StrategiesContent {
  /** All that it depends on. */
  readonly identity: StrategiesIdentity;
  /** The network that all students are made of. */
  readonly teacher: {
    /** The network. */
    readonly network: Network;
    /** Trainable parameters. */
    readonly parameters: number;
    /** Multiply-accumulates of one image. */
    readonly macs: number;
    /** Accuracy on the images that score students, in (0, 1]. */
    readonly accuracy: number;
  };
  /** Layers that each action decides on, as indices of the teacher's leaves. */
  readonly decisions: readonly (readonly number[])[];
  /** Training images that there are, and validation images that score a student. */
  readonly images: { readonly train: number; readonly validation: number };
  /** Students proposed after which strategies are compared: rising, the end last. */
  readonly marks: readonly number[];
  /** The students, best first; those that cannot be chosen last. */
  readonly table: readonly StudentRow[];
  /** Action sequences without a student, by the rule that they break. */
  readonly rejected: Readonly<Record<string, readonly string[]>>;
  /** One a strategy, in their order. */
  readonly arms: readonly ArmSearches[];
}
