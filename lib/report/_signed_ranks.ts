import { ROUNDING } from "./_rounding.ts";
import { levelled } from "./levelled.ts";
import { averageRanks } from "./rank.ts";

/** Wilcoxon's signed ranks of differences. */
export interface SignedRanks {
  /** Ranks of the sizes of the differences other than 0, in their order. */
  readonly ranks: readonly number[];
  /** Sum of the ranks of the differences above 0. */
  readonly positive: number;
  /** Sum of the ranks of those below 0. */
  readonly negative: number;
}

/**
 * Ranks the sizes of differences other than 0 (Wilcoxon 1945); equal sizes share
 * the mean of their ranks. Sizes that differ by less than 1e-12 of the largest are
 * equal, and those below it are 0: 0.3 - 0.2 and 0.2 - 0.1 are the same difference.
 *
 * @param differences One a pair, all finite.
 */
export function signedRanks(differences: readonly number[]): SignedRanks {
  const largest = differences.reduce(
    (most, each) => Math.max(most, Math.abs(each)),
    0,
  );
  const kept = differences.filter((each) =>
    Math.abs(each) > ROUNDING * largest
  );
  if (kept.length === 0) return { ranks: [], positive: 0, negative: 0 };
  const ranks = averageRanks(levelled(kept.map(Math.abs)));
  // Ranks are multiples of 0.5, and their sums exact.
  const sum = (sign: number) =>
    ranks.reduce((all, rank, i) => sign * kept[i]! > 0 ? all + rank : all, 0);
  return { ranks, positive: sum(1), negative: sum(-1) };
}
