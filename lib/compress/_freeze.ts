import type { Network } from "../network/mod.ts";

/** A deep-frozen copy of a network; shares nothing with it. */
export function freezeNetwork({ input, blocks }: Network): Network {
  return deepFreeze(structuredClone({ input, blocks }));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
