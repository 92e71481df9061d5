/**
 * Numbers over rounds. All contenders of a round ran within the same seconds,
 * so what slows the machine down for a while cancels in a ratio within a round.
 *
 * @module
 */

import { quantile } from "../lib/report/mod.ts";

/** The middle value; the mean of both for an even number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The median over rounds of the ratio within a round.
 *
 * @param above One value a round.
 * @param below As many.
 * @throws {RangeError} If the numbers of rounds differ or are 0.
 */
export function medianRatio(
  above: readonly number[],
  below: readonly number[],
): number {
  if (above.length !== below.length) {
    throw new RangeError(
      `Cannot compare: the rounds are ${above.length} and ${below.length}, expected equally many`,
    );
  }
  return median(above.map((value, round) => value / below[round]!));
}

/**
 * The geometric mean: the mean of ratios that does not depend on which side is
 * the 1.
 *
 * @param values At least one, all above 0.
 * @throws {RangeError} If there is none, or one is not above 0.
 */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0 || !values.every((value) => value > 0)) {
    throw new RangeError(
      `Cannot take a geometric mean: the values are [${
        values.join(", ")
      }], expected at least one, all above 0`,
    );
  }
  return Math.exp(
    Math.sumPrecise(values.map(Math.log)) / values.length,
  );
}
