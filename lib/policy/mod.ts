/**
 * Recurrent policies over a network's layers, trained by REINFORCE: which
 * layers to remove (stage 1), how far to shrink those left (stage 2), or both at
 * once. Paper sections 3.1, 3.2 and 3.4.
 *
 * @module
 */
export * from "./actions.ts";
export * from "./baseline.ts";
export * from "./diverged.ts";
export * from "./entropy.ts";
export * from "./features.ts";
export * from "./packing.ts";
export * from "./policy.ts";
export * from "./transfer.ts";
export * from "./types.ts";
