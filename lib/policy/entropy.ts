import { fail } from "./_fail.ts";

const ACTION = "weigh the entropy";

/** Where a search stands, for {@link entropyAt}. */
export interface Progress {
  /** Number of the iteration, from 0. */
  readonly iteration: number;
  /** How many there are, >= 1. */
  readonly iterations: number;
}

/**
 * An entropy weight that falls linearly: the whole weight at iteration 0, none
 * at the last one (so none at all when there is only one). Early rollouts then
 * stay varied, and the last ones are not held back from what was learned.
 *
 * @example
 * ```ts
 * import { entropyAt } from "./entropy.ts";
 *
 * const weights = [0, 1, 2].map((iteration) =>
 *   entropyAt(0.5, { iteration, iterations: 3 })
 * );
 * if (weights.join() !== "0.5,0.25,0") throw new Error("not linear");
 * ```
 *
 * @param weight At the first iteration, >= 0.
 * @param progress Where the search stands.
 * @returns The weight of that iteration's update, for `Policy.update`.
 * @throws {RangeError} If a number is out of range.
 */
export function entropyAt(weight: number, progress: Progress): number {
  const { iteration, iterations } = progress;
  if (!Number.isFinite(weight) || weight < 0) {
    fail(ACTION, {
      name: "weight",
      value: weight,
      expected: "a finite number >= 0",
    });
  }
  if (!Number.isSafeInteger(iterations) || iterations < 1) {
    fail(ACTION, {
      name: "iterations",
      value: iterations,
      expected: "an integer >= 1",
    });
  }
  const last = iterations - 1;
  if (!Number.isSafeInteger(iteration) || iteration < 0 || iteration > last) {
    fail(ACTION, {
      name: "iteration",
      value: iteration,
      expected: `an integer in [0, ${last}]`,
    });
  }
  return iteration === last ? 0 : weight * ((last - iteration) / last);
}
