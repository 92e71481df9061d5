/**
 * What the experiment on ablations records.
 *
 * @module
 */

import type { StageLength } from "../../search/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { Ablation, AblationArm } from "./ablation.ts";

/** All that a cell depends on: its arms too. */
export interface AblationIdentity extends Identity<CompressionConfig> {
  /** What is ablated. */
  readonly ablation: Pick<Ablation, "name" | "kind" | "stage">;
  /** Its arms; the first is the one that others are compared with. */
  readonly arms: readonly AblationArm[];
}

/** The student that a search found: the one with the best reward of its own. */
export interface ChosenStudent {
  /** Id of its network. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** C = 1 - its parameters / the teacher's. */
  readonly compression: number;
  /** Validation accuracy that it was chosen by, in [0, 1]. */
  readonly accuracy: number;
  /** R of the paper at that accuracy, whatever the arm's reward was. */
  readonly reward: number;
  /**
   * What it comes to once more: another training seed, on validation images that
   * chose nothing. Accuracy and R; those of a failed training are 0 and -1.
   */
  readonly again: { readonly accuracy: number; readonly reward: number };
}

/** What came of one search. */
export interface AblationSearch {
  /** Its seed. */
  readonly seed: number;
  /** Students proposed. */
  readonly proposed: number;
  /** Distinct ones among them that were evaluated. */
  readonly distinct: number;
  /** Mean of R of the paper over all proposals, -1 for those without a student. */
  readonly meanReward: number;
  /** Share of the last third of proposals that broke a limit; where there is one. */
  readonly violating?: number;
  /** What it found; absent where every proposal was rejected, failed or broke a limit. */
  readonly chosen?: ChosenStudent;
}

/** The searches of one arm. */
export interface AblatedArm {
  /** Name of the arm. */
  readonly name: string;
  /** Name of the arm that it is compared with; absent for the first. */
  readonly against?: string;
  /** One a seed, in their order; the seeds of all arms are the same. */
  readonly searches: readonly AblationSearch[];
}

/** The deterministic part of the record of one subject and ablation. */
export interface AblationContent {
  /** All that it depends on. */
  readonly identity: AblationIdentity;
  /** The network that students are made of. */
  readonly teacher: {
    /** Trainable parameters. */
    readonly parameters: number;
    /** Accuracy on the images that score students, in (0, 1]. */
    readonly accuracy: number;
    /** Accuracy on all validation images: what is looked at again is beside it. */
    readonly accuracyAgain: number;
  };
  /** Training images that there are, and validation images that score students and look again. */
  readonly images: {
    readonly train: number;
    readonly validation: number;
    readonly again: number;
  };
  /** Iterations and students an iteration, where an arm says nothing else. */
  readonly length: StageLength;
  /** All students, where there is a table of them. */
  readonly table?: {
    /** Distinct students. */
    readonly students: number;
    /** Action sequences without one. */
    readonly rejected: number;
    /** The largest R of the paper among them. */
    readonly best: number;
  };
  /** One an arm, in their order. */
  readonly arms: readonly AblatedArm[];
}
