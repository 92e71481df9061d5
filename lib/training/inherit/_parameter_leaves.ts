import { type Leaf, leaves, type Network } from "../../network/mod.ts";

/** Whether a layer has parameters or running statistics. */
export function hasParameters({ layer: { type } }: Leaf): boolean {
  return type === "conv" || type === "batchNorm" || type === "linear";
}

/**
 * The layers with parameters, in execution order. A network's canonical form
 * has the same ones in the same order: it drops and rewrites others only.
 *
 * @param network A valid network.
 */
export function parameterLeaves(network: Network): readonly Leaf[] {
  return leaves(network).filter(hasParameters);
}

/** "blocks.4.body.0", as the names of its parameters begin. */
export function nameOf({ path }: Leaf): string {
  return path.join(".");
}
