import { check } from "./_check.ts";
import { checkPairs } from "./_pairs.ts";
import { signedRanks } from "./_signed_ranks.ts";
import { mean, standardDeviation } from "./statistics.ts";
import { varies } from "./_varies.ts";

/**
 * Hedges' g_z: the mean of paired differences in standard deviations of these
 * differences, corrected for small samples (Hedges 1981). It says how sure a paired
 * comparison can be; since seeds that go together make it large, {@link hedgesGav}
 * says how much the conditions differ.
 *
 * @example
 * ```ts
 * import { hedgesGz } from "./effect_size.ts";
 *
 * const g = hedgesGz([1, 2, 3]) ?? NaN;
 * if (Math.abs(g - 2 / Math.sqrt(Math.PI)) > 1e-15) throw new Error(`${g}`);
 * ```
 *
 * @param differences One a pair, at least three, all finite.
 * @returns Its sign is that of the mean; undefined where all differences are equal,
 * but for rounding.
 * @throws {RangeError} If there are fewer or one is not finite.
 */
export function hedgesGz(differences: readonly number[]): number | undefined {
  check(differences, { action: "compute Hedges' g", atLeast: 3 });
  const spread = standardDeviation(differences);
  const centre = mean(differences);
  if (!varies(spread, centre)) return undefined;
  return centre / spread * correction(differences.length - 1);
}

/**
 * Hedges' g_av: the mean of paired differences in the mean standard deviation of
 * the two conditions (Cumming 2012), corrected for small samples by 2 (n - 1)
 * degrees of freedom. It does not depend on how well the seeds go together.
 *
 * @param first One value a seed, at least two, all finite.
 * @param second Values of the other condition, for the same seeds in order.
 * @returns Above 0 where the first is larger; undefined where neither varies.
 * @throws {RangeError} If there are fewer, their numbers differ, or one is not
 * finite.
 */
export function hedgesGav(
  first: readonly number[],
  second: readonly number[],
): number | undefined {
  checkPairs(first, second, { action: "compute Hedges' g", atLeast: 2 });
  const spread = (standardDeviation(first) + standardDeviation(second)) / 2;
  const centre = mean(first.map((value, i) => value - second[i]!));
  if (!varies(spread, centre)) return undefined;
  return centre / spread * correction(2 * (first.length - 1));
}

/**
 * The matched-pairs rank-biserial correlation (Kerby 2014): the share of Wilcoxon's
 * ranks that speak for the first condition less the share that speaks against it.
 * 1 where every difference is above 0, -1 where every one is below.
 *
 * @example
 * ```ts
 * import { rankBiserial } from "./effect_size.ts";
 *
 * // Ranks 1, 2 and 3: four sixths for, two sixths against.
 * const r = rankBiserial([1, -2, 3]) ?? NaN;
 * if (Math.abs(r - 1 / 3) > 1e-15) throw new Error(`${r}`);
 * ```
 *
 * @param differences One a pair, at least one, all finite.
 * @returns In [-1, 1]; undefined where all differences are 0.
 * @throws {RangeError} If there is none or one is not finite.
 */
export function rankBiserial(
  differences: readonly number[],
): number | undefined {
  check(differences, { action: "rank differences", atLeast: 1 });
  const { positive, negative } = signedRanks(differences);
  const all = positive + negative;
  return all === 0 ? undefined : (positive - negative) / all;
}

/**
 * Hedges' J(m) = gamma(m / 2) / (sqrt(m / 2) gamma((m - 1) / 2)), by which the
 * standardised mean of m + 1 values is too large on average.
 */
function correction(degrees: number): number {
  // Of q(m) = gamma(m / 2) / gamma((m - 1) / 2), q(2) = 1 / sqrt(pi), and
  // q(m) q(m + 1) = (m - 1) / 2.
  let quotient = 1 / Math.sqrt(Math.PI);
  for (let m = 2; m < degrees; m++) quotient = (m - 1) / 2 / quotient;
  return quotient / Math.sqrt(degrees / 2);
}
