import {
  type Layer,
  type Leaf,
  leaves,
  type Network,
  type Residual,
} from "../network/mod.ts";
import { type ResolvedRules, resolveRules } from "./_shrink_layer.ts";
import { headBlock, lastConv } from "./_widths.ts";
import type { ShrinkRules } from "./shrink_rules.ts";

/**
 * Which shrink ratios are free, one per leaf (section 3.2). Fixed are
 *
 * - linear layers, average pools and the last leaf;
 * - outside residual blocks, convolutions of a stride other than 1;
 * - every leaf of a concatenation's branches;
 * - every leaf of a shortcut: its last convolution follows the body;
 * - the last convolution of a body whose shortcut has no convolution: it is
 *   forced to the block's input channels;
 * - in a network without a linear layer, the convolution that sets the number
 *   of classes;
 * - whatever no ratio can change: batch norms, ReLUs, dropouts, max-pools unless
 *   `shrink` is `all`, convolutions that already are at the minimum.
 *
 * Free are the convolutions left, in residual bodies those of any stride
 * (stride, kernel and padding stay), and with `all` the max-pools outside
 * residual blocks.
 *
 * @param network A valid network.
 * @param rules The same rules as given to {@linkcode shrinkLayers}.
 * @returns `true` where the ratio is free, in the order of `leaves`.
 * @throws {RangeError} When the network or `minChannels` is not valid.
 */
export function shrinkMask(
  network: Network,
  rules: ShrinkRules = {},
): readonly boolean[] {
  const resolved = resolveRules(rules);
  const all = leaves(network);
  const head = headBlock(network);
  return all.map((leaf, i) => {
    if (i === all.length - 1) return false;
    const block = network.blocks[leaf.path[1]]!;
    if (block.type === "concat") return false;
    return block.type === "residual"
      ? isFreeInBlock(leaf, block, leaf.path[1] === head, resolved)
      : leaf.path[1] !== head && isFreeOutside(leaf.layer, resolved);
  });
}

function isFreeOutside(layer: Layer, rules: ResolvedRules): boolean {
  if (layer.type === "conv") {
    if (layer.stride !== 1) return false;
    return layer.outChannels > rules.minChannels ||
      rules.shrink === "all" && layer.kernel + layer.padding > 1;
  }
  return layer.type === "maxPool" && rules.shrink === "all" &&
    layer.kernel * layer.stride > 1;
}

function isFreeInBlock(
  { layer, residual }: Leaf,
  block: Residual,
  isHead: boolean,
  rules: ResolvedRules,
): boolean {
  if (residual?.place !== "body" || layer.type !== "conv") return false;
  if (layer.outChannels <= rules.minChannels) return false;
  return residual.position !== lastConv(block.body) ||
    lastConv(block.shortcut) >= 0 && !isHead;
}
