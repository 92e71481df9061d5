import type { Network } from "../network/mod.ts";
import { assertOnePerLeaf, assertRatios } from "./_actions.ts";
import { judge } from "./_judge.ts";
import { keepLayers, originOfKept } from "./_keep_layers.ts";
import { inferOrReject } from "./_infer_or_reject.ts";
import { resolveRules } from "./_shrink_layer.ts";
import { shrinkBlocks } from "./_shrink_blocks.ts";
import type { Outcome } from "./outcome.ts";
import { removalMask } from "./removal.ts";
import type { ShrinkRatios } from "./shrink_rules.ts";
import type { ShrinkOptions } from "./shrinkage.ts";

/** What {@linkcode removeAndShrink} does to each leaf, in the order of `leaves`. */
export interface JointActions {
  /**
   * One decision per leaf, `true` to keep; ignored where {@linkcode removalMask}
   * is `false`.
   */
  readonly keep: readonly boolean[];
  /**
   * For each leaf one ratio, 0 < r <= 1, for all of its sizes, or one for each
   * size; those of removed leaves are ignored.
   */
  readonly ratios: readonly (number | ShrinkRatios)[];
}

/**
 * Removes layers and shrinks those left in the same step: the student that
 * {@linkcode removeLayers} and then {@linkcode shrinkLayers} give, but size and
 * linear input are judged once, on the final student against the network. So
 * actions that keep all and shrink some are valid, as are those whose removals
 * alone would make the network larger.
 *
 * What is free to shrink is what {@linkcode shrinkVariables} lists of the layers
 * left: a convolution that has become the last of a residual body follows the
 * rules of that place.
 *
 * @param network A valid network, the base of the comparison in size.
 * @param actions Decisions and ratios, both per leaf of the network.
 * @param options What is shrunk, how far, and the bounds of the check.
 * @returns The student with its origin (deep-frozen), or why there is none; any
 * actions give one of the two.
 * @throws {RangeError} When the network or `minChannels` is not valid, there is
 * not one decision and one ratio per leaf, or a ratio is out of range.
 *
 * @example
 * ```ts
 * import { removeAndShrink } from "./mod.ts";
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
 * const outcome = removeAndShrink(teacher, {
 *   keep: [true, false, true],
 *   ratios: [0.5, 1, 1],
 * }); // 32 channels, no ReLU
 * ```
 */
export function removeAndShrink(
  network: Network,
  { keep, ratios }: JointActions,
  options: ShrinkOptions = {},
): Outcome {
  const rules = resolveRules(options);
  const mask = removalMask(network);
  const task = "remove and shrink layers";
  assertOnePerLeaf(keep, mask.length, task);
  assertOnePerLeaf(ratios, mask.length, task);
  assertRatios(ratios, task);

  const isKept = mask.map((free, i) => !free || keep[i]!);
  const left = keepLayers(network, isKept);
  if ("rule" in left) return { ok: false, rejection: left };
  const shapes = inferOrReject(left);
  if ("rule" in shapes) return { ok: false, rejection: shapes };
  // Removal leaves the kept leaves in their order.
  const ratiosLeft = ratios.filter((_, i) => isKept[i]);
  const student = shrinkBlocks(left, ratiosLeft, rules);
  return judge(
    { network: student, origin: originOfKept(isKept) },
    network,
    options,
  );
}
