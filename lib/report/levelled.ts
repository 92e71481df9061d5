import { ROUNDING } from "./_rounding.ts";

/**
 * Makes values that differ by rounding alone equal, for ranks: 0.3 - 0.2 and
 * 0.2 - 0.1 are the same difference. Each becomes the smallest of those that follow
 * one another within 1e-12 of the largest size.
 *
 * @example
 * ```ts
 * import { levelled } from "./levelled.ts";
 *
 * const [a, b] = levelled([0.3 - 0.2, 0.2 - 0.1]);
 * if (a !== b) throw new Error(`${a} and ${b}`);
 * ```
 *
 * @param values All finite.
 * @returns One a value, in the order of the values.
 */
export function levelled(values: readonly number[]): readonly number[] {
  const largest = values.reduce(
    (most, each) => Math.max(most, Math.abs(each)),
    0,
  );
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const levels = new Array<number>(values.length);
  let level = -Infinity;
  let before = -Infinity;
  for (const i of order) {
    if (values[i]! - before > ROUNDING * largest) level = values[i]!;
    levels[i] = level;
    before = values[i]!;
  }
  return levels;
}
