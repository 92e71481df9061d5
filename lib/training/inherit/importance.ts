import { BATCH_NORM_EPSILON } from "../../network/mod.ts";
import type { BaseLayer } from "./_base_layers.ts";

/** All measures of a channel's importance. */
export const IMPORTANCES = ["filterL1", "batchNormScale", "foldedL1"] as const;

/**
 * How much an output channel of a convolution counts when only some are kept:
 *
 * - `filterL1`: sum of the absolute values of its filter (Li et al. 2017);
 * - `batchNormScale`: absolute scale of the batch norm that directly follows, 1
 *   without one (Liu et al. 2017);
 * - `foldedL1`: sum of the absolute values of the filter with that batch norm
 *   folded in, `filterL1 * |scale| / sqrt(runningVariance + epsilon)`; without
 *   one `filterL1`.
 */
export type Importance = (typeof IMPORTANCES)[number];

/**
 * Importance of every output channel of a convolution, in float64.
 *
 * @param conv The convolution, with its weights.
 * @param importance What is measured.
 * @returns One number >= 0 a channel.
 */
export function channelImportance(
  { leaf, arrays, batchNorm }: BaseLayer,
  importance: Importance,
): Float64Array {
  const weight = arrays.weight!;
  const [channels] = leaf.output;
  const fanIn = weight.length / channels;

  function norm(channel: number): number {
    return weight.subarray(channel * fanIn, (channel + 1) * fanIn)
      .reduce((sum, value) => sum + Math.abs(value), 0);
  }
  function scale(channel: number): number {
    return batchNorm === undefined ? 1 : Math.abs(batchNorm.scale![channel]!);
  }
  function folded(channel: number): number {
    if (batchNorm === undefined) return norm(channel);
    const variance = batchNorm.runningVariance![channel]!;
    return norm(channel) * scale(channel) /
      Math.sqrt(variance + BATCH_NORM_EPSILON);
  }
  const measure = {
    filterL1: norm,
    batchNormScale: scale,
    foldedL1: folded,
  }[importance];
  return Float64Array.from(Array(channels).keys(), measure);
}
