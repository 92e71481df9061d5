/**
 * What an ablation is: one part of a search in several forms, all else equal.
 *
 * @module
 */

import type { PolicyKind } from "../../policy/mod.ts";
import type { StageLength } from "../../search/mod.ts";
import { checkFaults } from "../options/faults.ts";
import type { CompressionConfig } from "../options/compression.ts";

/** Options that tell an arm from the cell that it is in. */
export interface ArmOptions {
  /** How layer removal searches. */
  readonly removal?: Readonly<Partial<CompressionConfig["removal"]>>;
  /** How layer shrinkage searches. */
  readonly shrinkage?: Readonly<Partial<CompressionConfig["shrinkage"]>>;
  /** What a student must keep to. */
  readonly limits?: Readonly<Partial<CompressionConfig["limits"]>>;
  /** What is decided together. */
  readonly space?: CompressionConfig["space"];
  /** What a student is worth. */
  readonly reward?: NonNullable<CompressionConfig["reward"]>;
  /** Faults of the authors' release that are repeated. */
  readonly faults?: NonNullable<CompressionConfig["faults"]>;
}

/** One form of what is ablated. */
export interface AblationArm {
  /** Its name in records, pages and figures; no two of an ablation are the same. */
  readonly name: string;
  /** Options over those of the cell. */
  readonly options: ArmOptions;
  /** The arm that it is compared with; left out, the first. */
  readonly against?: string;
}

/** What an ablation's arms are made from. */
export interface Base {
  /** How long the cell searches. */
  readonly length: StageLength;
  /** Trainable parameters of the network that is compressed. */
  readonly parameters: number;
}

/** Which comparisons decide on a claim; others are shown and decide nothing. */
export interface ClaimRule {
  /** Names of the arms that it is about; left out, all that are compared. */
  readonly arms?: readonly string[];
  /** Whether one of them is enough, or it takes each. */
  readonly takes: "one" | "each";
  /** Worse than what it is compared with, or either way. */
  readonly side: "worse" | "different";
}

/** An ablation. */
export interface Ablation {
  /** For names of cells, and on the command line. */
  readonly name: string;
  /** What is varied, in a line for a list. */
  readonly summary: string;
  /** What its pages decide on. */
  readonly claim: string;
  /** What supports the claim. Default: one arm, any, that is worse. */
  readonly rule?: ClaimRule;
  /**
   * `table`: all students are evaluated once, and any number of searches look them
   * up. `search`: searches train their students, as students differ between arms or
   * are too many for a table.
   */
  readonly kind: "table" | "search";
  /** The stage that is searched, on the teacher. */
  readonly stage: Exclude<PolicyKind, "joint">;
  /** Options of all arms, as in a file, over those of the profile. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * The arms, the first of which others are compared with.
   *
   * @param base What the cell is about.
   */
  arms(base: Base): readonly AblationArm[];
}

/**
 * The options of an arm.
 *
 * @param config Those of its cell.
 * @param options Its own.
 * @throws {UsageError} If it repeats a fault that would change nothing.
 */
export function configOfArm(
  config: CompressionConfig,
  { removal, shrinkage, limits, ...others }: ArmOptions,
): CompressionConfig {
  const own = {
    ...config,
    ...others,
    removal: { ...config.removal, ...removal },
    shrinkage: { ...config.shrinkage, ...shrinkage },
    limits: { ...config.limits, ...limits },
  };
  checkFaults(own);
  return own;
}
