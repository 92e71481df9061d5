/**
 * Adjusts p values of several tests so that the chance of any false alarm among
 * them stays below a level (Holm 1979): the smallest of m is multiplied by m, the
 * next by m - 1, and so on; none becomes smaller than one before it, or more
 * than 1.
 *
 * @example
 * ```ts
 * import { holm } from "./holm.ts";
 *
 * const [first, second] = holm([0.04, 0.01]);
 * if (first !== 0.04 || second !== 0.02) throw new Error();
 * ```
 *
 * @param values Each in [0, 1].
 * @returns As many, in the order of the values; none for none.
 * @throws {RangeError} If one is out of range.
 */
export function holm(values: readonly number[]): readonly number[] {
  for (const [i, value] of values.entries()) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(
        `Cannot adjust p values: value ${i} is ${value}, expected 0 to 1`,
      );
    }
  }
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let most = 0;
  for (const [place, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (values.length - place) * values[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}
