/**
 * What a baseline's record holds.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import type { Identity } from "../cells/identity.ts";
import type { CompressionContent, Measured } from "../compression/content.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { StartName } from "../options/student.ts";

/** A baseline's network of one size, trained to the end. */
export interface SizeContent {
  /** Compression that was asked for. */
  readonly asked: number;
  /** The network. */
  readonly network: Network;
  /** Its id. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Epochs that it was trained for. */
  readonly epochs: number;
  /** Accuracy on all validation images, in [0, 1]; 0 for a failed training. */
  readonly validation: number;
  /** Accuracy on the test split, in [0, 1]; left out for a failed training. */
  readonly test?: number;
  /** Why the training failed. */
  readonly failure?: string;
}

/** The deterministic part of a baseline's record. */
export interface BaselineContent {
  /** All that it depends on; the arm is the baseline's name, its sizes are options. */
  readonly identity: Identity<CompressionConfig>;
  /** The teacher. */
  readonly teacher: Measured;
  /** Which weights its networks start from. */
  readonly start: StartName;
  /** The largest first. */
  readonly sizes: readonly SizeContent[];
}

/** What a cell of an experiment with searches and baselines holds. */
export type ComparedContent = CompressionContent | BaselineContent;

/** Whether a cell is a search's. */
export function isSearchCell(
  cell: RecordedCell<ComparedContent>,
): cell is RecordedCell<CompressionContent> {
  return "stages" in cell.record.deterministic;
}

/** Whether a cell is a baseline's. */
export function isBaselineCell(
  cell: RecordedCell<ComparedContent>,
): cell is RecordedCell<BaselineContent> {
  return !isSearchCell(cell);
}
