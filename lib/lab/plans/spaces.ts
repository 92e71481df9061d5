/**
 * How large the search spaces of a network are.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import { createSpace, type Grain } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";

/** Kinds of stages, as columns. */
export const KINDS: readonly PolicyKind[] = ["removal", "shrinkage", "joint"];

/**
 * log2 of the number of action sequences of each kind of stage on a network.
 *
 * @param network What actions are applied to.
 * @param grain What is decided together.
 * @param shrink Rules of layer shrinkage.
 */
export function spaceBits(
  network: Network,
  { grain, shrink }: {
    readonly grain: Grain;
    readonly shrink: CompressionConfig["shrink"];
  },
): Readonly<Record<PolicyKind, number>> {
  const bitsOf = (kind: PolicyKind) =>
    createSpace({
      kind,
      base: network,
      grain,
      shrink: { shrink: shrink.what, minChannels: shrink.minChannels },
    }).bits;
  return {
    removal: bitsOf("removal"),
    shrinkage: bitsOf("shrinkage"),
    joint: bitsOf("joint"),
  };
}
