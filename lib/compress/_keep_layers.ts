import type { Block, Network, Residual } from "../network/mod.ts";
import { type LeafAt, leafTable } from "./_actions.ts";
import { blockWidth, lastConv, widthAfter, withLastWidth } from "./_widths.ts";
import type { Origin, Rejection } from "./outcome.ts";

/**
 * The network with only some of its leaves, in order, or why its blocks cannot
 * be brought in step. Whether the layers can run is not looked at.
 *
 * @param network A valid network.
 * @param isKept One entry per leaf, `true` for each that stays.
 */
export function keepLayers(
  network: Network,
  isKept: readonly boolean[],
): Network | Rejection {
  const at = leafTable(network);
  const keeps = (...path: Parameters<LeafAt>) => isKept[at(...path).index]!;

  const blocks: Block[] = [];
  let width: number = network.input[0];
  for (const [i, block] of network.blocks.entries()) {
    let left: Block = block;
    if (block.type === "residual") {
      const body = block.body.filter((_, j) => keeps(i, "body", j));
      const fitted = fitResidual({ ...block, body }, i, width);
      if ("rule" in fitted) return fitted;
      left = fitted;
      if (left.body.length + left.shortcut.length === 0) continue;
    } else if (block.type !== "concat" && !keeps(i)) continue;
    blocks.push(left);
    width = blockWidth(left, width);
  }
  return { input: network.input, blocks };
}

/**
 * Where the leaves of {@linkcode keepLayers}'s network come from. They are the
 * kept ones in their order: a block that is left out has none.
 */
export function originOfKept(isKept: readonly boolean[]): Origin {
  return { leaves: isKept.flatMap((kept, leaf) => kept ? [leaf] : []) };
}

/** Brings the body to the shortcut's channels, for a block fed `width` channels. */
function fitResidual(
  block: Residual,
  index: number,
  width: number,
): Residual | Rejection {
  const wanted = widthAfter(block.shortcut, width);
  if (lastConv(block.body) >= 0) {
    return { ...block, body: withLastWidth(block.body, wanted) };
  }
  const given = widthAfter(block.body, width);
  if (block.body.length === 0 || given === wanted) return block;
  return {
    rule: "residualWidth",
    reason:
      `residual block ${index} has no convolution left in its body to set the channels, which are ${given}, expected the shortcut's ${wanted}`,
  };
}
