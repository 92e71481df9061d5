/** A spread that is smaller, relative to the mean, is rounding alone. */
const ROUNDING = 1e-9;

/**
 * Whether values differ by more than rounding: 0.3 - 0.2 and 0.2 - 0.1 are the same
 * difference.
 *
 * @param spread Their standard deviation.
 * @param centre Their mean.
 */
export function varies(spread: number, centre: number): boolean {
  return spread > ROUNDING * Math.abs(centre);
}
