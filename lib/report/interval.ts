import type { Random } from "../random/mod.ts";
import { check } from "./_check.ts";
import {
  type Interval,
  mean,
  quantile,
  standardDeviation,
  type Summary,
} from "./statistics.ts";
import { varies } from "./_varies.ts";
import { studentTQuantile, studentTTail } from "./student_t.ts";

/** Probability that a table's intervals cover the true value. */
export const CONFIDENCE = 0.95;

/** Settings of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** Where the resamples are drawn from; give it a stream of its own. */
  readonly random: Random;
  /** What the interval is of, default the mean. */
  readonly statistic?: (values: readonly number[]) => number;
  /** Number of resamples, >= 1, default 10,000. */
  readonly resamples?: number;
  /** Coverage, 0 < level < 1, default 0.95. */
  readonly level?: number;
}

/** Two conditions compared run by run, the runs sharing their seeds. */
export interface PairedDifference extends Summary {
  /** First minus second, one per pair. */
  readonly differences: readonly number[];
  /**
   * Two-sided p of the paired t test of no difference; absent below two pairs,
   * and when all differences are equal, but for rounding: the test says nothing.
   */
  readonly p?: number;
}

/**
 * Interval of the mean by Student's t: mean ± t * s / sqrt(n).
 *
 * @param values At least two, all finite; their mean should be about normal.
 * @param level Coverage, 0 < level < 1, default 0.95.
 * @throws {RangeError} If an argument is out of range.
 */
export function studentInterval(
  values: readonly number[],
  level: number = CONFIDENCE,
): Interval {
  check(values, { action: "compute a t interval", atLeast: 2 });
  const centre = mean(values);
  const half = studentTQuantile(level, values.length - 1) *
    standardDeviation(values) / Math.sqrt(values.length);
  return { low: centre - half, high: centre + half };
}

/**
 * Percentile bootstrap interval (Efron 1979). It assumes no distribution, but
 * is too narrow for few values: below about ten prefer
 * {@link studentInterval}, and say which one a table shows.
 *
 * @example
 * ```ts
 * import { randomStream } from "../random/mod.ts";
 * import { bootstrapInterval } from "./interval.ts";
 *
 * const random = randomStream(1, "report", "bootstrap");
 * const { low, high } = bootstrapInterval([0.91, 0.93, 0.92], { random });
 * if (!(low >= 0.91 && high <= 0.93)) throw new Error();
 * ```
 *
 * @param values At least two, all finite.
 * @throws {RangeError} If an argument is out of range.
 */
export function bootstrapInterval(
  values: readonly number[],
  options: BootstrapOptions,
): Interval {
  const { random, statistic = mean, resamples = 10_000, level = CONFIDENCE } =
    options;
  check(values, { action: "bootstrap", atLeast: 2 });
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new RangeError(
      `Cannot bootstrap: resamples is ${resamples}, expected a whole number >= 1`,
    );
  }
  if (!(level > 0 && level < 1)) {
    throw new RangeError(
      `Cannot bootstrap: level is ${level}, expected 0 < level < 1`,
    );
  }
  const found = Array.from(
    { length: resamples },
    () => statistic(values.map(() => values[random.integer(values.length)]!)),
  );
  const tail = (1 - level) / 2;
  return { low: quantile(found, tail), high: quantile(found, 1 - tail) };
}

/**
 * n, mean, spread and 95 % t interval of repeated runs. Runs that failed (NaN,
 * infinite) are counted apart, so a table can show them.
 *
 * @param values One per run; none and one are fine.
 */
export function summarise(values: readonly number[]): Summary {
  const finite = values.filter((value) => Number.isFinite(value));
  const counts = { n: finite.length, failed: values.length - finite.length };
  if (finite.length === 0) return counts;
  if (finite.length === 1) return { ...counts, mean: mean(finite) };
  return {
    ...counts,
    mean: mean(finite),
    standardDeviation: standardDeviation(finite),
    interval: studentInterval(finite),
  };
}

/**
 * Differences of two conditions run on the same seeds, with the paired t test.
 * Pairs with a failed run are counted as failed.
 *
 * @param first One value per seed.
 * @param second Values of the other condition, for the same seeds in order.
 * @throws {RangeError} If the two are not of the same length.
 */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
): PairedDifference {
  if (first.length !== second.length) {
    throw new RangeError(
      `Cannot pair runs: the second condition has ${second.length}, expected ${first.length} as in the first`,
    );
  }
  const differences = first.map((value, i) => value - second[i]!);
  const summary = summarise(differences);
  const { n, mean: centre = NaN, standardDeviation: spread = 0 } = summary;
  if (!varies(spread, centre)) return { ...summary, differences };
  const t = centre / (spread / Math.sqrt(n));
  return { ...summary, differences, p: studentTTail(t, n - 1) };
}
