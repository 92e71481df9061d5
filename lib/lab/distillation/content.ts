/**
 * What the experiment on losses records: students trained by every loss, or what
 * searches under every loss found.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { SpaceKind } from "../../search/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { FidelityImages } from "../fidelity/proxy_spec.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { LossName, NamedLoss } from "./losses.ts";
import type { LengthName, Setting } from "./settings.ts";
import type { StartName } from "../options/student.ts";

/** A training of a student. */
export interface LossScore {
  /** How long. */
  readonly length: LengthName;
  /** First weights. */
  readonly start: StartName;
  /** By which loss. */
  readonly loss: LossName;
  /** On the confirming half of the validation images, in [0, 1]; absent for a failed training. */
  readonly accuracy?: number;
}

/** A student with all of its trainings. */
export interface LossStudent {
  /** Id of its network. */
  readonly networkId: string;
  /** Its network. */
  readonly network: Network;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** What made it of the teacher. */
  readonly kind: SpaceKind;
  /** One a setting and loss, in their order. */
  readonly scores: readonly LossScore[];
}

/** What a search under a loss found. */
export interface LossSearch {
  /** Under which loss its students were trained. */
  readonly loss: LossName;
  /** Seed of the search. */
  readonly seed: number;
  /** Distinct students that it trained. */
  readonly distinct: number;
  /** The student that it chose; absent where it found none. */
  readonly winner?: {
    /** Id of its network. */
    readonly networkId: string;
    /** Trainable parameters. */
    readonly parameters: number;
    /** Reward after the short training, on the scoring half. */
    readonly searchReward: number;
    /** Accuracy after the final training, on the confirming half, in [0, 1]. */
    readonly accuracy: number;
    /** Reward with that accuracy. */
    readonly reward: number;
  };
}

/** What both kinds of cells record. */
export interface DistillationCommon {
  /** All that it depends on. */
  readonly identity: Identity<CompressionConfig>;
  /** The network that all students come from. */
  readonly teacher: {
    /** The network. */
    readonly network: Network;
    /** Trainable parameters. */
    readonly parameters: number;
    /** Multiply-accumulates of one image. */
    readonly macs: number;
    /** Accuracy on all validation images, in [0, 1]. */
    readonly validation: number;
  };
  /** Images that there are: 0 of a setting stands for `train`. */
  readonly images: FidelityImages;
  /** The losses; the first is what the others are compared with. */
  readonly losses: readonly NamedLoss[];
}

/** The same students trained by every loss: the deterministic part of a record. */
export interface LossStudentsContent extends DistillationCommon {
  /** Tells the two kinds apart. */
  readonly part: "students";
  /** The settings, the deciding one first. */
  readonly settings: readonly Setting[];
  /** By rising parameters. */
  readonly students: readonly LossStudent[];
}

/** Searches under every loss: the deterministic part of a record. */
export interface LossSearchesContent extends DistillationCommon {
  /** Tells the two kinds apart. */
  readonly part: "searches";
  /** By seed, then in the order of the losses. */
  readonly searches: readonly LossSearch[];
}

/** The deterministic part of the record of one cell. */
export type DistillationContent = LossStudentsContent | LossSearchesContent;
