import type { Random } from "../random/mod.ts";
import { check } from "./_check.ts";

/** Settings of {@link signFlipTest}. */
export interface SignFlipOptions {
  /** Where signs are drawn from when there are too many to try all. */
  readonly random: Random;
  /** Draws then, >= 1, default 10,000. */
  readonly flips?: number;
}

/** What {@link signFlipTest} found. */
export interface SignFlip {
  /**
   * Two-sided probability of a mean at least as far from 0 if each difference
   * had either sign by chance, in (0, 1].
   */
  readonly p: number;
  /** Whether all signs were tried, else some drawn at random. */
  readonly isExact: boolean;
}

/** So many differences have 2^20 signs, half a million up to the mirror: milliseconds. */
const MOST_EXACT = 20;

/** Sums that differ by rounding alone count as equal, relative to the sum of all. */
const ROUNDING = 1e-12;

/**
 * Sign-flip permutation test of paired differences (Fisher 1935): no difference
 * between two conditions means that either could have been the other, run by run.
 * It assumes no distribution. With n differences p is at least 2^(1 - n).
 *
 * Up to 20 differences other than 0 all signs are tried. Of more, signs are drawn,
 * and p = (1 + as extreme) / (1 + drawn), which is never too small (Phipson and
 * Smyth 2010). Differences of 0 change nothing.
 *
 * @example
 * ```ts
 * import { randomStream } from "../random/mod.ts";
 * import { signFlipTest } from "./sign_flip.ts";
 *
 * const { p } = signFlipTest([1, 2, 3], { random: randomStream(1, "example") });
 * if (p !== 2 / 8) throw new Error(`${p}`);
 * ```
 *
 * @param differences One a pair, at least one, all finite.
 * @param options See {@link SignFlipOptions}.
 * @throws {RangeError} If an argument is out of range.
 */
export function signFlipTest(
  differences: readonly number[],
  { random, flips = 10_000 }: SignFlipOptions,
): SignFlip {
  check(differences, { action: "flip signs", atLeast: 1 });
  if (!Number.isSafeInteger(flips) || flips < 1) {
    throw new RangeError(
      `Cannot flip signs: flips is ${flips}, expected a whole number >= 1`,
    );
  }
  // Sorted, so that p does not depend on the order of the pairs.
  const sizes = differences.filter((each) => each !== 0).map(Math.abs)
    .sort((a, b) => a - b);
  const most = sizes.reduce((sum, each) => sum + each, 0);
  const observed = Math.abs(Math.sumPrecise(differences));
  const least = observed - ROUNDING * most;
  if (sizes.length <= MOST_EXACT) {
    const sums = sumsOf(sizes);
    const extreme = sums.reduce(
      (count, sum) => Math.abs(sum) >= least ? count + 1 : count,
      0,
    );
    return { p: extreme / sums.length, isExact: true };
  }
  let extreme = 0;
  for (let left = flips; left > 0; left--) {
    const sum = sizes.reduce(
      (all, each) => random.integer(2) === 0 ? all + each : all - each,
      0,
    );
    if (Math.abs(sum) >= least) extreme++;
  }
  return { p: (1 + extreme) / (1 + flips), isExact: false };
}

/** Sums under all signs but that of the first, whose flip mirrors the others'. */
function sumsOf(sizes: readonly number[]): Float64Array {
  let sums = Float64Array.of(sizes[0] ?? 0);
  for (const size of sizes.slice(1)) {
    const next = new Float64Array(2 * sums.length);
    next.set(sums.map((sum) => sum + size));
    next.set(sums.map((sum) => sum - size), sums.length);
    sums = next;
  }
  return sums;
}
