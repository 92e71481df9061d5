import { leaves, type Network } from "../network/mod.ts";

/** Flattened inputs of a valid network's first linear layer; undefined without one. */
export function flattenedInputs(network: Network): number | undefined {
  const leaf = leaves(network).find(({ layer }) => layer.type === "linear");
  if (leaf === undefined) return undefined;
  const [channels, height, width] = leaf.input;
  return channels * height * width;
}
