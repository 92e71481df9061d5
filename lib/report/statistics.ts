import { check } from "./_check.ts";

/** Bounds between which a quantity is believed to lie. */
export interface Interval {
  /** Lower bound, in the unit of the values. */
  readonly low: number;
  /** Upper bound, in the unit of the values. */
  readonly high: number;
}

/** What a table says of repeated runs. */
export interface Summary {
  /** Runs that gave a number. */
  readonly n: number;
  /** Runs that gave NaN or an infinity; they are in no other field. */
  readonly failed: number;
  /** Mean; absent without runs. */
  readonly mean?: number;
  /** Sample standard deviation; absent below two runs. */
  readonly standardDeviation?: number;
  /** Student's t interval of the mean at 95 %; absent below two runs. */
  readonly interval?: Interval;
}

/**
 * Arithmetic mean of an exact sum, so the order of the values does not matter.
 *
 * @param values At least one, all finite.
 * @throws {RangeError} If there is no value or one is not finite: a failed run
 * must be counted, not averaged away (see `summarise`).
 */
export function mean(values: readonly number[]): number {
  check(values, { action: "take a mean", atLeast: 1 });
  return Math.sumPrecise(values) / values.length;
}

/**
 * Sample standard deviation, with n - 1 in the denominator.
 *
 * @param values At least two, all finite.
 * @throws {RangeError} If there are fewer or one is not finite.
 */
export function standardDeviation(values: readonly number[]): number {
  check(values, { action: "take a standard deviation", atLeast: 2 });
  const centre = mean(values);
  const squares = values.map((value) => (value - centre) ** 2);
  return Math.sqrt(Math.sumPrecise(squares) / (values.length - 1));
}

/**
 * Linear interpolation between order statistics (type 7 of Hyndman and Fan,
 * 1996, the default of R and NumPy).
 *
 * @param values At least one, all finite, in any order.
 * @param probability In [0, 1]; 0.5 gives the median.
 * @throws {RangeError} If there is no value, one is not finite, or the
 * probability is out of range.
 */
export function quantile(
  values: readonly number[],
  probability: number,
): number {
  check(values, { action: "take a quantile", atLeast: 1 });
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `Cannot take a quantile: probability is ${probability}, expected 0 to 1`,
    );
  }
  const sorted = Float64Array.from(values).sort();
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (place - below) * (high - low);
}
