import {
  type Layer,
  type Leaf,
  leaves,
  type Network,
  type Residual,
} from "../network/mod.ts";
import { type ResolvedRules, resolveRules } from "./_shrink_layer.ts";
import { headBlock, lastConv, lastPad } from "./_widths.ts";
import type { ShrinkRules, ShrinkVariable } from "./shrink_rules.ts";

/**
 * Which sizes of each leaf are free in shrinkage (section 3.2), in the order
 * kernel, stride, padding, channels. A size is free where some ratio changes it:
 *
 * - the channels of a convolution, while above the minimum: outside residual
 *   blocks at stride 1, in a residual body at any stride;
 * - with `shrink: "all"`, outside residual blocks: kernel and padding of a
 *   convolution of stride 1; kernel, stride and padding of a max-pool.
 *
 * Nothing is free of
 *
 * - linear layers, average pools, what pads channels (it follows the body) and
 *   the last leaf;
 * - outside residual blocks, convolutions of a stride other than 1;
 * - every leaf of a concatenation's branches;
 * - every leaf of a shortcut: its last convolution follows the body;
 * - the last convolution of a body whose shortcut has no convolution and pads no
 *   channels: it is forced to the block's input channels;
 * - in a network without a linear layer, the convolution that sets the number
 *   of classes;
 * - layers without sizes: batch norms, ReLUs, dropouts.
 *
 * @param network A valid network.
 * @param rules The same rules as given to {@linkcode shrinkLayers}.
 * @returns The free sizes, none where the leaf is fixed, in the order of `leaves`.
 * @throws {RangeError} When the network or `minChannels` is not valid.
 */
export function shrinkVariables(
  network: Network,
  rules: ShrinkRules = {},
): readonly (readonly ShrinkVariable[])[] {
  const resolved = resolveRules(rules);
  const all = leaves(network);
  const head = headBlock(network);
  return all.map((leaf, i) => {
    if (i === all.length - 1) return [];
    const block = network.blocks[leaf.path[1]]!;
    if (block.type === "concat") return [];
    const isHead = leaf.path[1] === head;
    if (block.type === "residual") {
      const isFree = isFreeInBlock(leaf, block, { isHead, rules: resolved });
      return isFree ? ["channels"] : [];
    }
    return isHead ? [] : variablesOutside(leaf.layer, resolved);
  });
}

function variablesOutside(
  layer: Layer,
  { shrink, minChannels }: ResolvedRules,
): readonly ShrinkVariable[] {
  const found: ShrinkVariable[] = [];
  if (layer.type === "conv" && layer.stride === 1) {
    if (shrink === "all" && layer.kernel > 1) found.push("kernel");
    if (shrink === "all" && layer.padding > 0) found.push("padding");
    if (layer.outChannels > minChannels) found.push("channels");
  }
  if (layer.type === "maxPool" && shrink === "all") {
    if (layer.kernel > 1) found.push("kernel");
    if (layer.stride > 1) found.push("stride");
    if (layer.padding > 0) found.push("padding");
  }
  return found;
}

/** Whether the channels of a residual block's leaf are free. */
function isFreeInBlock(
  { layer, residual }: Leaf,
  block: Residual,
  { isHead, rules }: {
    readonly isHead: boolean;
    readonly rules: ResolvedRules;
  },
): boolean {
  if (residual?.place !== "body" || layer.type !== "conv") return false;
  if (layer.outChannels <= rules.minChannels) return false;
  return residual.position !== lastConv(block.body) ||
    (lastConv(block.shortcut) >= 0 || lastPad(block.shortcut) >= 0) && !isHead;
}
