/**
 * What the experiment on transfer records: for each search seed the search that
 * trained a policy on the source, and three on the target.
 *
 * @module
 */

import type { Identity } from "../cells/identity.ts";
import type { CompressionConfig } from "../options/compression.ts";

/** All that a cell depends on: the source's data and teacher too. */
export interface TransferIdentity extends Identity<CompressionConfig> {
  /** The source, without its options, which follow from the cell's. */
  readonly source: Pick<Identity<CompressionConfig>, "data" | "teacher">;
}

/** A network that is searched. */
export interface SearchedNetwork {
  /** Its name, for example "resnet18". */
  readonly network: string;
  /** Its data set. */
  readonly dataset: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Accuracy of the teacher on the images that score students, in (0, 1]. */
  readonly accuracy: number;
  /** Layers that each action decides on, as indices of the network's leaves. */
  readonly decisions: readonly (readonly number[])[];
}

/** One iteration of a search. */
export interface IterationScores {
  /** One a student proposed: R, or -1 for a rejected or failed one. */
  readonly rewards: readonly number[];
  /** C = 1 - parameters / teacher's, of those that are students. */
  readonly compressions: readonly number[];
  /** Validation accuracy of the same. */
  readonly accuracies: readonly number[];
}

/** The course of one search. */
export interface SearchCourse {
  /** One an iteration. */
  readonly iterations: readonly IterationScores[];
  /** Probability of keeping, one a decision, before the first update; four decimals. */
  readonly keepFirst: readonly number[];
  /** The same before the last update. */
  readonly keepLast: readonly number[];
}

/** What is compared on the target, the policy that was carried over first. */
export const TRANSFER_ARMS = ["pretrained", "scratch", "biased"] as const;

/** Name of one of {@link TRANSFER_ARMS}. */
export type TransferArm = typeof TRANSFER_ARMS[number];

/** All searches with one seed. */
export interface SeedSearches
  extends Readonly<Record<TransferArm, SearchCourse>> {
  /** The seed. */
  readonly seed: number;
  /** Id of the policy that was carried over, as it was at the source's end. */
  readonly policy: string;
  /** Its mean probability of keeping over the target's free decisions. */
  readonly keepRate: number;
  /** Standard deviation over the same: how much it tells them apart; 0 for one. */
  readonly keepSpread: number;
  /** The initial keep bias that gives the policy from scratch this rate. */
  readonly keepBias: number;
  /** The search that trained it. */
  readonly source: SearchCourse;
}

/** The deterministic part of the record of one source and target. */
export interface TransferContent {
  /** All that it depends on. */
  readonly identity: TransferIdentity;
  /** What policies are trained on. */
  readonly source: SearchedNetwork;
  /** What they are carried to. */
  readonly target: SearchedNetwork;
  /** Training images that there are, and validation images that score a student; of the target. */
  readonly images: { readonly train: number; readonly validation: number };
  /** Distinct students that were trained, over all seeds. */
  readonly students: { readonly source: number; readonly target: number };
  /** One a search seed, rising. */
  readonly seeds: readonly SeedSearches[];
}
