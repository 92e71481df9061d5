import type { Layer, Leaf } from "../../network/mod.ts";
import type { Grain } from "./action_space.ts";

/** Layers that belong to the convolution before them. */
const FOLLOWERS: readonly Layer["type"][] = ["batchNorm", "relu", "dropout"];

/**
 * Leaves that belong together, as lists of indices, in order.
 *
 * @param all All leaves of a network.
 * @param grain How much belongs together.
 */
export function groupLeaves(
  all: readonly Leaf[],
  grain: Grain,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const leaf of all) {
    const group = groups.at(-1);
    if (group !== undefined && joins(leaf, all[group[0]!]!, grain)) {
      group.push(leaf.index);
    } else groups.push([leaf.index]);
  }
  return groups;
}

/** Whether a leaf belongs to the group that was opened by another. */
function joins(leaf: Leaf, first: Leaf, grain: Grain): boolean {
  if (grain === "leaf" || listOf(leaf) !== listOf(first)) return false;
  if (grain === "block" && leaf.residual?.place === "body") return true;
  return first.layer.type === "conv" && FOLLOWERS.includes(leaf.layer.type);
}

/** Names the list of layers that a leaf stands in: the network's, or that of a branch. */
function listOf({ path }: Leaf): string {
  return path.slice(0, -1).join();
}
