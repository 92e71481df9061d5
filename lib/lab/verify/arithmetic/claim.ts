/**
 * A number of a record that follows from others, worked out once more.
 *
 * @module
 */

import { canonicalJson } from "../../../random/mod.ts";

/** What a record says beside what the rest of it gives. */
export interface Claim {
  /** Where in the record, "stages[0].winner.macs". */
  readonly path: string;
  /** As it stands there. */
  readonly recorded: unknown;
  /** As it follows. */
  readonly redone: unknown;
}

/** Relative difference of two numbers that are taken for the same. */
const ROUNDING = 1e-12;

/**
 * Whether a record says what the rest of it gives. Numbers may differ in their last
 * bits, as powers and logarithms differ between machines.
 */
export function isMet({ recorded, redone }: Claim): boolean {
  if (typeof recorded === "number" && typeof redone === "number") {
    const most = Math.max(Math.abs(recorded), Math.abs(redone));
    return recorded === redone ||
      Math.abs(recorded - redone) <= ROUNDING * most;
  }
  return canonicalJson(recorded ?? null) === canonicalJson(redone ?? null);
}

/**
 * That an accuracy is a share of so many images.
 *
 * @param path Where it stands.
 * @param accuracy In [0, 1].
 * @param images How many; undefined where that is not known.
 */
export function shareOf(
  path: string,
  accuracy: number | undefined,
  images: number | undefined,
): readonly Claim[] {
  if (accuracy === undefined || !images) return [];
  const right = Math.round(accuracy * images);
  return [{ path, recorded: accuracy, redone: right / images }];
}
