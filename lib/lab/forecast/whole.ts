/**
 * How much longer a command takes: the forecast of all its cells, corrected by how
 * the work of any of them compares with it. Cells that share the workers are slower
 * than foreseen each, and not so together.
 *
 * @module
 */

import { stopwatch } from "../../cli/mod.ts";

/** Predicted seconds that the forecast is trusted with before it is corrected. */
export const TRUSTED_SECONDS = 5;

/** Follows all cells of a command. */
export interface Whole {
  /**
   * Tells what a cell has to do yet.
   *
   * @param cell Its name.
   * @param seconds As predicted; 0 once it is over, however it ended.
   */
  left(cell: string, seconds: number): void;
  /**
   * Leaves out the time since the clock was looked at, unless another cell is under
   * way, whose time it is.
   *
   * @param cell Who begins something.
   */
  begin(cell: string): void;
  /**
   * Tells that work was done since the clock was looked at, by whichever cell.
   *
   * @param seconds That it was predicted to take.
   */
  worked(seconds: number): void;
  /** Seconds left, corrected. */
  seconds(): number;
}

/**
 * Follows a command.
 *
 * @param clock Seconds since some moment.
 */
export function followWhole(clock: () => number = stopwatch()): Whole {
  const left = new Map<string, number>();
  const underWay = new Set<string>();
  let [since, measured, expected] = [clock(), 0, 0];
  return {
    left(cell, seconds) {
      left.set(cell, seconds);
      if (seconds === 0) underWay.delete(cell);
    },
    begin(cell) {
      underWay.add(cell);
      if (underWay.size === 1) since = clock();
    },
    worked(seconds) {
      const now = clock();
      measured += now - since;
      expected += seconds;
      since = now;
    },
    seconds: () =>
      left.values().reduce((sum, each) => sum + each, 0) *
      (measured + TRUSTED_SECONDS) / (expected + TRUSTED_SECONDS),
  };
}
