/**
 * P(|T| <= t) of Student's t distribution, by the finite series for a whole
 * number of degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 *
 * @example
 * ```ts
 * import { studentTProbability } from "./student_t.ts";
 *
 * // One degree of freedom is the Cauchy distribution: 2/pi * atan(t).
 * if (Math.abs(studentTProbability(1, 1) - 0.5) > 1e-15) throw new Error();
 * ```
 *
 * @param t Any number; its sign does not matter.
 * @param degrees Degrees of freedom, a whole number >= 1.
 * @returns A probability in [0, 1].
 * @throws {RangeError} If `degrees` is not a whole number >= 1 or t is NaN.
 */
export function studentTProbability(t: number, degrees: number): number {
  checkDegrees(degrees);
  if (Number.isNaN(t)) {
    throw new RangeError(
      `Cannot compute a t probability: t is ${t}, expected a number`,
    );
  }
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const odd = degrees % 2 === 1;
  const cosine = Math.cos(angle);
  // Odd: cos + 2/3 cos^3 + 2*4/(3*5) cos^5 …; even: 1 + 1/2 cos^2 + …;
  // both up to the power degrees - 2.
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (k - 1) / k * cosine ** 2;
    sum += term;
  }
  const product = Math.sin(angle) * sum;
  const probability = odd ? (2 / Math.PI) * (angle + product) : product;
  return Math.min(1, probability);
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
  let low = 0;
  let high = 1;
  while (studentTProbability(high, degrees) < level) high *= 2;
  // Bisection until the bounds are neighbouring numbers.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTProbability(middle, degrees) < level) low = middle;
    else high = middle;
  }
}

function checkDegrees(degrees: number): void {
  if (!Number.isSafeInteger(degrees) || degrees < 1) {
    throw new RangeError(
      `Cannot use Student's t: degrees of freedom are ${degrees}, expected a whole number >= 1`,
    );
  }
}
