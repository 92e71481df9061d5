import type { Random } from "../random/mod.ts";
import { checkPairs } from "./_pairs.ts";
import { CONFIDENCE } from "./interval.ts";
import { type Interval, quantile } from "./statistics.ts";

/** A number that pairs give, where they give one. */
export type PairedStatistic = (
  x: readonly number[],
  y: readonly number[],
) => number | undefined;

/** Settings of {@link pairedBootstrap}. */
export interface PairedBootstrapOptions {
  /** What the interval is of, for example `spearman`. */
  readonly statistic: PairedStatistic;
  /** Where the resamples are drawn from; give it a stream of its own. */
  readonly random: Random;
  /** Number of resamples, >= 1, default 2,000. */
  readonly resamples?: number;
  /** Coverage, 0 < level < 1, default 0.95. */
  readonly level?: number;
}

/** What {@link pairedBootstrap} found. */
export interface PairedBootstrap {
  /** The interval; absent where no resample gave a number. */
  readonly interval?: Interval;
  /** Resamples that gave none, and are not in the interval. */
  readonly undefinedResamples: number;
}

/**
 * Percentile bootstrap interval (Efron 1979) of a statistic of pairs: whole pairs
 * are drawn with replacement. A resample may be one on which the statistic is
 * undefined, such as one pair over and over, which has no correlation: it is left
 * out, and counted.
 *
 * @example
 * ```ts
 * import { randomStream } from "../random/mod.ts";
 * import { pairedBootstrap } from "./paired_bootstrap.ts";
 * import { spearman } from "./rank.ts";
 *
 * const { interval } = pairedBootstrap([1, 2, 3, 4], [10, 20, 30, 40], {
 *   statistic: spearman,
 *   random: randomStream(1, "bootstrap", "example"),
 * });
 * if (interval?.low !== 1 || interval.high !== 1) throw new Error();
 * ```
 *
 * @param x First value of each pair, at least two, all finite.
 * @param y Second value of each pair.
 * @param options See {@link PairedBootstrapOptions}.
 * @throws {RangeError} If an argument is out of range.
 */
export function pairedBootstrap(
  x: readonly number[],
  y: readonly number[],
  options: PairedBootstrapOptions,
): PairedBootstrap {
  const { statistic, random, resamples = 2_000, level = CONFIDENCE } = options;
  checkPairs(x, y, { action: "bootstrap pairs", atLeast: 2 });
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new RangeError(
      `Cannot bootstrap pairs: resamples is ${resamples}, expected a whole number >= 1`,
    );
  }
  if (!(level > 0 && level < 1)) {
    throw new RangeError(
      `Cannot bootstrap pairs: level is ${level}, expected 0 < level < 1`,
    );
  }
  const found: number[] = [];
  for (let left = resamples; left > 0; left--) {
    const drawn = x.map(() => random.integer(x.length));
    const value = statistic(
      drawn.map((i) => x[i]!),
      drawn.map((i) => y[i]!),
    );
    if (value !== undefined) found.push(value);
  }
  const undefinedResamples = resamples - found.length;
  if (found.length === 0) return { undefinedResamples };
  const tail = (1 - level) / 2;
  return {
    interval: { low: quantile(found, tail), high: quantile(found, 1 - tail) },
    undefinedResamples,
  };
}
