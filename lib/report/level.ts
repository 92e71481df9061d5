/** Chance of a false alarm that is accepted, among all tests of one question. */
export const LEVEL = 0.05;

/**
 * Fewest pairs on which anything is claimed: of five the smallest two-sided p of
 * a sign-flip or signed-rank test is .0625.
 */
export const LEAST_PAIRS = 6;

/**
 * The fewest pairs with which one of several tests can come out below
 * {@link LEVEL} after Holm's correction: of n pairs p is at least 2^(1 - n).
 *
 * @param tests How many, an integer >= 1.
 * @returns At least {@link LEAST_PAIRS}.
 *
 * @example
 * ```ts
 * import { pairsNeeded } from "./level.ts";
 *
 * pairsNeeded(1); // 6
 * pairsNeeded(4); // 8
 * ```
 */
export function pairsNeeded(tests: number): number {
  return Math.max(LEAST_PAIRS, Math.ceil(1 + Math.log2(tests / LEVEL)));
}
