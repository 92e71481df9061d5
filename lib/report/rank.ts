import { check } from "./_check.ts";
import { checkPairs } from "./_pairs.ts";

/**
 * Place of each value among all, from 1 for the smallest; equal values share the
 * mean of their places.
 *
 * @param values At least one, all finite.
 * @returns One rank a value, in the order of the values, a multiple of 0.5.
 * @throws {RangeError} If there is no value or one is not finite.
 */
export function averageRanks(values: readonly number[]): readonly number[] {
  check(values, { action: "rank", atLeast: 1 });
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    const value = values[order[from]!];
    while (to < order.length && values[order[to]!] === value) to++;
    // Places from + 1 … to.
    for (const i of order.slice(from, to)) ranks[i] = (from + 1 + to) / 2;
  }
  return ranks;
}

/**
 * Spearman's rank correlation (1904): Pearson's, of the average ranks, which is
 * the definition that holds with ties.
 *
 * @example
 * ```ts
 * import { spearman } from "./rank.ts";
 *
 * if (spearman([1, 2, 3], [10, 100, 1000]) !== 1) throw new Error();
 * ```
 *
 * @param x At least two, all finite.
 * @param y As many, all finite, in the same order.
 * @returns In [-1, 1]; undefined where all values of x or all of y are equal.
 * @throws {RangeError} If there are fewer, their numbers differ, or one is not
 * finite.
 */
export function spearman(
  x: readonly number[],
  y: readonly number[],
): number | undefined {
  checkPairs(x, y, { action: "correlate ranks", atLeast: 2 });
  // From the middle rank, where all are multiples of 0.5: every sum is exact.
  const middle = (x.length + 1) / 2;
  const a = averageRanks(x).map((rank) => rank - middle);
  const b = averageRanks(y).map((rank) => rank - middle);
  const products = (of: readonly number[], by: readonly number[]) =>
    of.reduce((sum, value, i) => sum + value * by[i]!, 0);
  const scale = Math.sqrt(products(a, a) * products(b, b));
  return scale === 0 ? undefined : products(a, b) / scale;
}

/**
 * How often a score prefers the better of two: the share of pairs with different
 * truths of which the one with the higher truth has the higher score. A pair with
 * equal scores counts half. Without ties it is (1 + Kendall's tau) / 2.
 *
 * @param score At least two, all finite.
 * @param truth As many, all finite, in the same order.
 * @returns In [0, 1], 0.5 for a score that says nothing; undefined where all
 * truths are equal.
 * @throws {RangeError} If there are fewer, their numbers differ, or one is not
 * finite.
 */
export function pairwisePreference(
  score: readonly number[],
  truth: readonly number[],
): number | undefined {
  checkPairs(score, truth, { action: "compare pairs", atLeast: 2 });
  let pairs = 0;
  let preferred = 0;
  for (let i = 0; i < truth.length; i++) {
    for (let j = 0; j < i; j++) {
      if (truth[i] === truth[j]) continue;
      const [better, worse] = truth[i]! > truth[j]! ? [i, j] : [j, i];
      pairs++;
      if (score[better]! > score[worse]!) preferred++;
      else if (score[better] === score[worse]) preferred += 0.5;
    }
  }
  return pairs === 0 ? undefined : preferred / pairs;
}
