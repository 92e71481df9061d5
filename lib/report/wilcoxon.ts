import { check } from "./_check.ts";
import { averageRanks } from "./rank.ts";

/** What {@link wilcoxonSignedRank} found. */
export interface WilcoxonSignedRank {
  /** Differences other than 0, which are the ones that are ranked. */
  readonly n: number;
  /** Sum of the ranks of the differences above 0. */
  readonly statistic: number;
  /** Two-sided probability of a sum at least as far from its middle, in (0, 1]. */
  readonly p: number;
}

/**
 * Wilcoxon's signed rank test (1945) of paired differences, exact for any number of
 * them and any ties: all signs are counted, by dynamic programming.
 */
export function wilcoxonSignedRank(
  differences: readonly number[],
): WilcoxonSignedRank {
  check(differences, { action: "rank signed differences", atLeast: 1 });
  const own = differences.filter((each) => each !== 0);
  if (own.length === 0) return { n: 0, statistic: 0, p: 1 };
  // Twice the average ranks are whole numbers.
  const ranks = averageRanks(own.map(Math.abs)).map((rank) => 2 * rank);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const observed = ranks.reduce(
    (sum, rank, i) => own[i]! > 0 ? sum + rank : sum,
    0,
  );
  let chances = new Float64Array(total + 1);
  chances[0] = 1;
  for (const rank of ranks) {
    const next = chances.map((chance) => chance / 2);
    for (let sum = rank; sum <= total; sum++) {
      next[sum]! += chances[sum - rank]! / 2;
    }
    chances = next;
  }
  const far = Math.abs(2 * observed - total);
  const p = chances.reduce(
    (sum, chance, at) => Math.abs(2 * at - total) >= far ? sum + chance : sum,
    0,
  );
  return { n: own.length, statistic: observed / 2, p: Math.min(1, p) };
}

/** Matched-pairs rank-biserial correlation (Kerby 2014). */
export function rankBiserial(differences: readonly number[]): number {
  const { n, statistic } = wilcoxonSignedRank(differences);
  const total = n * (n + 1) / 2;
  return 2 * statistic / total - 1;
}
