import { check } from "./_check.ts";
import { signedRanks } from "./_signed_ranks.ts";
import { stdlib } from "./_stdlib.ts";

/** What {@link wilcoxonSignedRank} found. */
export interface WilcoxonTest {
  /** Differences other than 0: those that the test sees. */
  readonly n: number;
  /** Sum of the ranks of the positive differences, R's V, in [0, n (n + 1) / 2]. */
  readonly statistic: number;
  /** Two-sided p, in (0, 1]. */
  readonly p: number;
  /** Whether p is of all signs of these ranks, or of the normal distribution. */
  readonly method: "exact" | "normal";
}

/** Of more differences the distribution is normal to more digits than tables show. */
const MOST_EXACT = 50;

/**
 * Wilcoxon's signed-rank test (1945) of paired differences: whether they lie about
 * 0. It looks at their order alone, so that one wild seed counts as one.
 *
 * Differences of 0 are left out, as R and SciPy do, and equal sizes share the mean
 * of their ranks. Up to 50 differences p is exact with ties as without: of all 2^n
 * signs of the very ranks found (Streitberg and Röhmel 1986), which is what R's
 * exactRankTests computes. Of more, the normal distribution stands for it, its
 * variance corrected for ties, the sum for continuity. With n differences p is at
 * least 2^(1 - n); without any it is 1.
 *
 * @example
 * ```ts
 * import { wilcoxonSignedRank } from "./wilcoxon.ts";
 *
 * const { p } = wilcoxonSignedRank([0.4, 0.1, 0.3, 0.2, 0.5, 0.6]);
 * if (p !== 2 ** -5) throw new Error(`${p}`);
 * ```
 *
 * @param differences One a pair, at least one, all finite.
 * @throws {RangeError} If there is none or one is not finite.
 */
export function wilcoxonSignedRank(
  differences: readonly number[],
): WilcoxonTest {
  check(differences, { action: "rank differences", atLeast: 1 });
  const { ranks, positive, negative } = signedRanks(differences);
  const n = ranks.length;
  const less = Math.min(positive, negative);
  const isExact = n <= MOST_EXACT;
  const tail = isExact ? exactTail(ranks, less) : normalTail(ranks, less);
  return {
    n,
    statistic: positive,
    p: Math.min(1, 2 * tail),
    method: isExact ? "exact" : "normal",
  };
}

/** P(sum of the ranks of positive differences <= most) over all signs. */
function exactTail(ranks: readonly number[], most: number): number {
  // Ranks are multiples of 0.5: doubled they are places of a list. Every count is
  // at most 2^50, and exact.
  const counts = new Float64Array(2 * most + 1);
  counts[0] = 1;
  for (const rank of ranks) {
    for (let sum = 2 * most; sum >= 2 * rank; sum--) {
      counts[sum]! += counts[sum - 2 * rank]!;
    }
  }
  return counts.reduce((all, count) => all + count, 0) / 2 ** ranks.length;
}

/** The same by the normal distribution of the sum's mean and variance. */
function normalTail(ranks: readonly number[], most: number): number {
  const mean = ranks.reduce((all, rank) => all + rank, 0) / 2;
  // Each rank is in the sum or not, by half: its variance is its square / 4. With
  // shared ranks that is the usual formula less its correction for ties.
  const variance = ranks.reduce((all, rank) => all + rank ** 2, 0) / 4;
  const below = stdlib("@stdlib/stats-base-dists-normal-cdf");
  const distance = Math.max(0, mean - most - 0.5);
  return below(-distance / Math.sqrt(variance), 0, 1);
}
