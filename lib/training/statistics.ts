import { epochOrder } from "../data/mod.ts";
import type { Program } from "../engine/mod.ts";
import { batchesOf } from "./_batches.ts";
import type { TrainingData } from "./data.ts";

/** On what {@link estimateStatistics} looks. */
export interface StatisticsOptions {
  /** Training images, >= 1; all where there are fewer. */
  readonly images: number;
  /** Images at a time, at most the plan's. */
  readonly batchSize: number;
  /** The run's seed, >= 1: which images. */
  readonly seed: number;
}

/**
 * Estimates batch norm's running statistics anew, by forward passes alone: the
 * average over batches, by their images, of training images as they are, without random
 * views. Parameters stay. Weights that a smaller network inherited come with the
 * statistics of maps that are no more.
 *
 * @param program A program with weights.
 * @param data Images and their normalisation.
 * @param options How many of them.
 */
export async function estimateStatistics(
  program: Program,
  { images: split, train: rows, mean, std }: TrainingData,
  { images: wanted, batchSize, seed }: StatisticsOptions,
): Promise<void> {
  const indices = epochOrder(rows.length, seed, 0)
    .subarray(0, wanted)
    .map((position) => rows[position]!);
  let seen = 0;
  const source = { split, indices, mean, std };
  for (const { images, size } of batchesOf(source, batchSize)) {
    seen += size;
    // Of batches of one size, the t-th with weight 1 / t: an average over all of
    // them. A last, smaller one counts for what it has.
    await program.observe(images, size, size / seen);
  }
}
