import type { Block, Network } from "../network/mod.ts";

/** A deep-frozen network of these blocks; shares nothing with the base, whose layers may be the caller's. */
export function freezeNetwork(
  base: Network,
  blocks: readonly Block[],
): Network {
  return deepFreeze(structuredClone({ input: base.input, blocks }));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
