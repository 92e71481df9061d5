import { stdlib } from "./_stdlib.ts";

/**
 * P(|T| > t) of Student's t distribution: the two-sided p of a t.
 *
 * @example
 * ```ts
 * import { studentTTail } from "./student_t.ts";
 *
 * // One degree of freedom is the Cauchy distribution: 1 - 2/pi * atan(t).
 * if (Math.abs(studentTTail(1, 1) - 0.5) > 1e-15) throw new Error();
 * ```
 *
 * @param t Any number; its sign does not matter.
 * @param degrees Degrees of freedom, a whole number >= 1.
 * @returns A probability in [0, 1], to about 14 digits however small.
 * @throws {RangeError} If `degrees` is not a whole number >= 1 or t is NaN.
 */
export function studentTTail(t: number, degrees: number): number {
  checkDegrees(degrees);
  if (Number.isNaN(t)) {
    throw new RangeError(
      `Cannot compute a t probability: t is ${t}, expected a number`,
    );
  }
  const below = stdlib("@stdlib/stats-base-dists-t-cdf");
  return Math.min(1, 2 * below(-Math.abs(t), degrees));
}

/**
 * The t with P(|T| <= t) = level: half the width of an interval in standard
 * errors.
 *
 * @param level Probability, 0 < level < 1, for example 0.95.
 * @param degrees Degrees of freedom, a whole number >= 1.
 * @returns For example 2.776 for 0.95 and 4.
 * @throws {RangeError} If an argument is out of range.
 */
export function studentTQuantile(level: number, degrees: number): number {
  checkDegrees(degrees);
  if (!(level > 0 && level < 1)) {
    throw new RangeError(
      `Cannot compute a t quantile: level is ${level}, expected 0 < level < 1`,
    );
  }
  const quantile = stdlib("@stdlib/stats-base-dists-t-quantile");
  return quantile((1 + level) / 2, degrees);
}

function checkDegrees(degrees: number): void {
  if (!Number.isSafeInteger(degrees) || degrees < 1) {
    throw new RangeError(
      `Cannot use Student's t: degrees of freedom are ${degrees}, expected a whole number >= 1`,
    );
  }
}
