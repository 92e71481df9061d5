import { check } from "./_check.ts";

/**
 * Throws unless two lists are samples of pairs: as long as each other, finite, and
 * long enough.
 *
 * @param x First value of each pair.
 * @param y Second value of each pair.
 * @param options As of `check`.
 * @throws {RangeError} If they are not.
 */
export function checkPairs(
  x: readonly number[],
  y: readonly number[],
  options: { readonly action: string; readonly atLeast: number },
): void {
  check(x, options);
  if (y.length !== x.length) {
    throw new RangeError(
      `Cannot ${options.action}: the number of second values is ${y.length}, expected ${x.length} as of the first`,
    );
  }
  check(y, options);
}
