import { MISSING } from "./format.ts";
import type { Interval, Summary } from "./statistics.ts";

/** How a value of the summary's unit is written, for example `formatAccuracy`. */
export type Format = (value: number | undefined) => string;

/**
 * Mean and spread: "99.12 ± 0.08" (sample standard deviation), the mean alone
 * for a single run, a dash without runs.
 *
 * @example
 * ```ts
 * import { formatAccuracy } from "./format.ts";
 * import { formatMean } from "./format_summary.ts";
 * import { summarise } from "./interval.ts";
 *
 * const text = formatMean(summarise([0.99, 0.98]), formatAccuracy);
 * if (text !== "98.50 ± 0.71") throw new Error(text);
 * ```
 *
 * @param summary Of the runs.
 * @param format How the mean is written; a spread is written without its sign.
 */
export function formatMean(summary: Summary, format: Format): string {
  const { mean, standardDeviation } = summary;
  if (mean === undefined) return MISSING;
  if (standardDeviation === undefined) return format(mean);
  return `${format(mean)} ± ${format(standardDeviation).replace(/^\+/, "")}`;
}

/**
 * An interval: "[98.99, 99.25]", a dash if there is none.
 *
 * @param interval Its bounds.
 * @param format How a bound is written.
 */
export function formatInterval(
  interval: Interval | undefined,
  format: Format,
): string {
  if (interval === undefined) return MISSING;
  return `[${format(interval.low)}, ${format(interval.high)}]`;
}

/**
 * Mean, spread and interval of the mean: "0.85 ± 0.01 [0.84, 0.86]"; what there is
 * of it for fewer than two runs.
 *
 * @param summary Of the runs.
 * @param format How a value is written.
 */
export function formatEstimate(summary: Summary, format: Format): string {
  const { interval } = summary;
  return interval === undefined
    ? formatMean(summary, format)
    : `${formatMean(summary, format)} ${formatInterval(interval, format)}`;
}

/**
 * The number of runs, with those that failed: "5" or "4 (1 failed)".
 *
 * @param summary Of the runs.
 */
export function formatRuns(summary: Summary): string {
  const { n, failed } = summary;
  return failed === 0 ? String(n) : `${n} (${failed} failed)`;
}
