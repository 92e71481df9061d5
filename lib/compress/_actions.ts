import { type Leaf, leaves, type Network } from "../network/mod.ts";
import type { ShrinkRatios } from "./shrink_rules.ts";

/** Looks up the leaf at a block, or at a position in a block's body or shortcut. */
export type LeafAt = (
  block: number,
  place?: "body" | "shortcut",
  position?: number,
) => Leaf;

/**
 * Leaves by their path. Actions are matched with layers through this table and
 * never by counting along, so a shortcut's leaves, or a block with fewer leaves
 * than its neighbours, cannot shift the actions of the layers behind them (the
 * authors' release loses the alignment in exactly these two cases).
 */
export function leafTable(network: Network): LeafAt {
  const table = new Map(
    leaves(network).map((leaf) => [leaf.path.join(), leaf] as const),
  );
  return (block, place, position) => {
    const path = place === undefined
      ? ["blocks", block]
      : ["blocks", block, place, position];
    return table.get(path.join())!;
  };
}

/**
 * Makes sure that there is one action for each leaf.
 *
 * @throws {RangeError} When the count differs.
 */
export function assertOnePerLeaf(
  actions: readonly unknown[],
  leafCount: number,
  task: string,
): void {
  if (actions.length !== leafCount) {
    throw new RangeError(
      `Cannot ${task}: the number of actions is ${actions.length}, expected ${leafCount} (one per leaf)`,
    );
  }
}

/**
 * Makes sure that every ratio is in range, also those that nothing follows.
 *
 * @throws {RangeError} When one is not.
 */
export function assertRatios(
  ratios: readonly (number | ShrinkRatios)[],
  task: string,
): void {
  for (const [leaf, given] of ratios.entries()) {
    const named = typeof given === "number"
      ? [["", given] as const]
      : Object.entries(given).map(([name, ratio]) =>
        [`${name} `, ratio] as const
      );
    for (const [name, ratio] of named) {
      if (!(ratio > 0 && ratio <= 1)) {
        throw new RangeError(
          `Cannot ${task}: the ${name}ratio of leaf ${leaf} is ${ratio}, expected 0 < ratio <= 1`,
        );
      }
    }
  }
}
