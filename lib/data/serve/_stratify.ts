import { randomStream } from "../../random/mod.ts";
import type { Labels } from "../split.ts";

/** What is drawn from. */
export interface StratifyOptions {
  /** Image numbers to draw from. */
  readonly indices: Uint32Array;
  /** Class of each image of the split. */
  readonly labels: Labels;
  /** How many to draw, 0 … indices.length. */
  readonly size: number;
  /** The run's seed. */
  readonly seed: number;
  /** Name of the random stream. */
  readonly stream: string;
}

/**
 * Draws image numbers so that every class keeps its share, up to rounding.
 *
 * @returns The drawn numbers and the others, each in ascending order.
 */
export function stratifiedDraw(
  options: StratifyOptions,
): { readonly chosen: Uint32Array; readonly rest: Uint32Array } {
  const classes = new Map<number, number[]>();
  // Ascending, so that the draw does not depend on the order given.
  for (const index of options.indices.toSorted()) {
    const label = options.labels[index];
    if (label === undefined) {
      throw new RangeError(
        `Cannot draw images: index is ${index}, expected less than ${options.labels.length}`,
      );
    }
    const members = classes.get(label) ?? [];
    members.push(index);
    classes.set(label, members);
  }
  const groups = [...classes].sort(([a], [b]) => a - b);
  const quotas = apportion(
    groups.map(([, members]) => members.length),
    options.size,
  );
  const chosen: number[] = [];
  const rest: number[] = [];
  groups.forEach(([label, members], g) => {
    randomStream(options.seed, options.stream, label)
      .permutation(members.length)
      .forEach((member, i) =>
        (i < quotas[g]! ? chosen : rest).push(members[member]!)
      );
  });
  return {
    chosen: Uint32Array.from(chosen).sort(),
    rest: Uint32Array.from(rest).sort(),
  };
}

/**
 * Shares out `size` places in proportion to the counts, by largest remainder
 * (Hamilton's method); the lower class number wins a tie. Whole numbers only, so
 * that no rounding can differ between machines.
 */
function apportion(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  if (size === 0) return counts.map(() => 0);
  const shares = counts.map((count) => Math.floor((count * size) / total));
  const left = size - shares.reduce((a, b) => a + b, 0);
  const remainders = counts.map((count, i) => ({
    i,
    remainder: (count * size) % total,
  }));
  remainders.sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of remainders.slice(0, left)) shares[i]!++;
  return shares;
}
