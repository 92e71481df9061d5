import { toDecimal } from "./_decimal.ts";

/** What a table shows where there is no value. */
export const MISSING = "–";

/**
 * A fraction in percent with two decimals, the unit left to the column's title.
 * Rounding here and in every other function is half away from zero; nothing
 * depends on the locale; `undefined` gives {@link MISSING}, NaN gives "NaN".
 *
 * @example
 * ```ts
 * import { formatAccuracy } from "./format.ts";
 *
 * if (formatAccuracy(0.9954) !== "99.54") throw new Error();
 * ```
 *
 * @param accuracy For example an accuracy in [0, 1].
 */
export function formatAccuracy(accuracy: number | undefined): string {
  if (accuracy === undefined) return MISSING;
  return toDecimal(accuracy, { decimals: 2, exponent: 2 });
}

/**
 * A number with a fixed number of decimals.
 *
 * @param value For example a reward.
 * @param decimals Digits after the point, default 3.
 * @returns For example "0.813".
 */
export function formatNumber(value: number | undefined, decimals = 3): string {
  return value === undefined ? MISSING : toDecimal(value, { decimals });
}

/**
 * A reward, with four decimals: those of good students differ in the third.
 *
 * @param reward At least -1; good students may exceed 1.
 * @returns For example "0.8123".
 */
export function formatReward(reward: number | undefined): string {
  return formatNumber(reward, 4);
}

/**
 * A difference of two rewards, with its sign.
 *
 * @param difference Of either sign.
 * @returns For example "+0.0123", "-0.0100", "0.0000".
 */
export function formatRewardDifference(difference: number | undefined): string {
  return withSign(difference, formatReward);
}

/**
 * A probability of a test, with three decimals, the smallest as "< 0.001".
 *
 * @param p In [0, 1].
 */
export function formatP(p: number | undefined): string {
  return p !== undefined && p < 0.001 ? "< 0.001" : formatNumber(p);
}

/**
 * A probability in a sentence.
 *
 * @param p In [0, 1].
 * @returns For example "p = 0.012", "p < 0.001".
 */
export function statedP(p: number | undefined): string {
  const text = formatP(p);
  return text.startsWith("<") ? `p ${text}` : `p = ${text}`;
}

/**
 * A difference of two fractions in percentage points, with its sign.
 *
 * @param difference For example own accuracy minus the teacher's, in [-1, 1].
 * @returns For example "+0.01", "-4.21", "0.00".
 */
export function formatPoints(difference: number | undefined): string {
  return withSign(difference, formatAccuracy);
}

/** A plus before what is above 0, also as it is written. */
function withSign(
  value: number | undefined,
  format: (value: number | undefined) => string,
): string {
  const text = format(value);
  return value !== undefined && value > 0 && /[1-9]/.test(text)
    ? `+${text}`
    : text;
}

/**
 * A count in full, with thousands separators.
 *
 * @param count An integer.
 * @returns For example "9,414,858".
 */
export function formatCount(count: number | undefined): string {
  if (count === undefined) return MISSING;
  return toDecimal(count, { decimals: 0 }).replace(
    /\B(?=(\d{3})+$)/g,
    ",",
  );
}

/**
 * A count in short: thousands without decimals from ten on (one below), millions
 * and billions with two, as most of the paper's are.
 *
 * @param count An integer >= 0, for example parameters or multiply-accumulates.
 * @returns For example "512", "1.5K", "73K", "11.17M", "1.25B".
 */
export function formatShortCount(count: number | undefined): string {
  if (count === undefined) return MISSING;
  // Each limit is where the form before it would round up to 1,000 or 10.0.
  if (!(count >= 1_000)) return toDecimal(count, { decimals: 0 });
  if (count < 9_950) return `${toDecimal(count, ONE_IN_K)}K`;
  if (count < 999_500) return `${toDecimal(count, WHOLE_IN_K)}K`;
  if (count < 999_995_000) return `${toDecimal(count, TWO_IN_M)}M`;
  if (count === Infinity) return "Infinity";
  return `${toDecimal(count, { decimals: 2, exponent: -9 })}B`;
}

const ONE_IN_K = { decimals: 1, exponent: -3 } as const;
const WHOLE_IN_K = { decimals: 0, exponent: -3 } as const;
const TWO_IN_M = { decimals: 2, exponent: -6 } as const;

/**
 * A compression in three digits.
 *
 * @param ratio Teacher parameters / student parameters, > 0.
 * @returns For example "2.35x", "20.5x", "127x".
 */
export function formatCompression(ratio: number | undefined): string {
  if (ratio === undefined) return MISSING;
  const decimals = ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
  return `${toDecimal(ratio, { decimals })}x`;
}

/**
 * A span of time in words people use; below a minute in seconds.
 *
 * @param seconds A time in seconds, >= 0.
 * @returns For example "0.42 s", "12.3 s", "3 min 05 s", "2 h 07 min".
 */
export function formatSeconds(seconds: number | undefined): string {
  if (seconds === undefined) return MISSING;
  if (!(seconds >= 9.995)) return `${toDecimal(seconds, { decimals: 2 })} s`;
  if (seconds < 59.95) return `${toDecimal(seconds, { decimals: 1 })} s`;
  if (seconds === Infinity) return "Infinity";
  const whole = Math.round(seconds);
  if (whole < 3_600) {
    return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`;
}

/**
 * A time in hours, for columns such as CPU hours.
 *
 * @param seconds A time in seconds, >= 0.
 * @returns Hours with two decimals, for example "1.25".
 */
export function formatHours(seconds: number | undefined): string {
  if (seconds === undefined) return MISSING;
  return toDecimal(seconds / 3600, { decimals: 2 });
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
