import { leaves, type Network } from "../network/mod.ts";
import { assertOnePerLeaf, assertRatios } from "./_actions.ts";
import { judge } from "./_judge.ts";
import { shrinkBlocks } from "./_shrink_blocks.ts";
import type { StudentBounds } from "./check_student.ts";
import type { Outcome } from "./outcome.ts";
import type { ShrinkRatios, ShrinkRules } from "./shrink_rules.ts";

/** Options of {@linkcode shrinkLayers}. */
export interface ShrinkOptions extends ShrinkRules, StudentBounds {}

/**
 * Shrinks layers (stage 2, section 3.2). A ratio r gives a convolution
 * max(floor(channels * r), minimum) output channels, and with `shrink: "all"` a
 * window max(floor(kernel * r), 1), max(floor(stride * r), 1) and
 * floor(padding * r); the layers behind take the channels they get. A residual
 * block stays valid in every case: where its shortcut has a convolution, the
 * shortcut's last one takes the channels of the body; where it pads channels, as
 * many as the body has, which keeps at least those of the block's input; elsewhere
 * the body's last one takes the channels of the block's input.
 *
 * @param network A valid network, the base of the comparison in size.
 * @param ratios For each leaf one ratio, 0 < r <= 1, for all of its sizes, or one
 * for each size; ignored for sizes that {@linkcode shrinkVariables} (for the
 * same rules) does not list.
 * @param options What is shrunk, how far, and the bounds of the check.
 * @returns The student with its origin (deep-frozen), or why there is none; any
 * sequence of ratios gives one of the two.
 * @throws {RangeError} When the network or `minChannels` is not valid, the
 * number of ratios is not the number of leaves, or a ratio is out of range.
 *
 * @example
 * ```ts
 * import { shrinkLayers } from "./mod.ts";
 * import type { Network } from "../network/mod.ts";
 *
 * const teacher: Network = {
 *   input: [1, 8, 8],
 *   blocks: [
 *     { type: "conv", outChannels: 64, kernel: 3, stride: 1, padding: 1, bias: true },
 *     { type: "relu" },
 *     { type: "linear", outFeatures: 10, bias: true },
 *   ],
 * };
 * const outcome = shrinkLayers(teacher, [0.5, 1, 1]); // 32 channels
 * ```
 */
export function shrinkLayers(
  network: Network,
  ratios: readonly (number | ShrinkRatios)[],
  options: ShrinkOptions = {},
): Outcome {
  assertOnePerLeaf(ratios, leaves(network).length, "shrink layers");
  assertRatios(ratios, "shrink layers");
  const student = shrinkBlocks(network, ratios, options);
  // Every layer stays.
  const origin = { leaves: [...ratios.keys()] };
  return judge({ network: student, origin }, network, options);
}
