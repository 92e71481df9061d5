import type { Network } from "../network/mod.ts";

/**
 * Which rule a student breaks:
 *
 * - `shape`: a layer cannot run on the map it is given;
 * - `residualWidth`: a residual block's body has layers but no convolution left,
 *   and its channels differ from the shortcut's;
 * - `classes`: the output is no longer shaped as the base network's;
 * - `linearTooLarge`, `linearTooSmall`: the flattened input of the first linear
 *   layer is out of bounds;
 * - `noReduction`: not strictly fewer trainable parameters than the base network.
 */
export type RejectionRule =
  | "shape"
  | "residualWidth"
  | "classes"
  | "linearTooLarge"
  | "linearTooSmall"
  | "noReduction";

/** Why an action sequence gives no student. Scored with reward -1 (section 8). */
export interface Rejection {
  /** The rule that is broken; the first one when several are. */
  readonly rule: RejectionRule;
  /** The same for people, with the numbers. */
  readonly reason: string;
}

/** Which layers of the base network a student's layers were. */
export interface Origin {
  /**
   * For each leaf of the student, in the order of `leaves`, the index of the leaf
   * of the base network that it was: rising, one entry per leaf.
   */
  readonly leaves: readonly number[];
}

/**
 * What an action sequence leads to: a network with its origin (both deep-frozen),
 * or the reason why not.
 */
export type Outcome =
  | { readonly ok: true; readonly network: Network; readonly origin: Origin }
  | { readonly ok: false; readonly rejection: Rejection };
