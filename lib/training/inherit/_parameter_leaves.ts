import type { Leaf } from "../../network/mod.ts";

/** Whether a layer has parameters or running statistics. */
export function hasParameters({ layer: { type } }: Leaf): boolean {
  return type === "conv" || type === "batchNorm" || type === "linear";
}

/** "blocks.4.body.0", as the names of its parameters begin. */
export function nameOf({ path }: Leaf): string {
  return path.join(".");
}
