/**
 * Students that start from the network that they were made of.
 *
 * @module
 */

import type { Network } from "../network/mod.ts";
import { type Importance, parameterLayers } from "../training/mod.ts";
import type { Start } from "./evaluation.ts";
import type { Student } from "./records.ts";

/** How students inherit weights. */
export interface Inheritance {
  /** Which channels of a layer with fewer are kept. */
  readonly importance: Importance;
  /** Training images for batch norm's statistics before training; 0 keeps them. */
  readonly observe: number;
  /** Whether final trainings start so too; else from fresh weights. */
  readonly finals: boolean;
  /** The teacher's weights, as a safetensors file. */
  readonly teacher: Uint8Array;
  /**
   * Makes weights known to who trains.
   *
   * @returns Their id.
   */
  readonly register: (weights: Uint8Array) => string;
}

/** Where the students of one network start. */
export type StartOf = (student: Student) => Start;

/**
 * Where the students of a network start.
 *
 * @param inheritance How they inherit.
 * @param base The network, and its trained weights.
 */
export function startsFrom(
  { importance, observe, register }: Pick<
    Inheritance,
    "importance" | "observe" | "register"
  >,
  { base, weights }: { readonly base: Network; readonly weights: Uint8Array },
): StartOf {
  const id = register(weights);
  return ({ network, origin }) => ({
    base,
    weights: id,
    layers: parameterLayers(network, base, origin),
    importance,
    ...(observe === 0 ? {} : { observe }),
  });
}
