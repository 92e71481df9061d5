import type { Layer, Leaf } from "../network/mod.ts";

/** Layer numbers of the authors' release, some of which Figure 2 shows. */
export const TYPE_IDS: Readonly<Record<Layer["type"], number>> = {
  conv: 1,
  maxPool: 2,
  relu: 3,
  batchNorm: 4,
  linear: 5,
  dropout: 6,
  avgPool: 8,
  // Later than the release, and never decided on.
  padChannels: 0,
};

/** The paper's `(k, s, p, n)` of a layer; 0 stands for what it lacks. */
export type Geometry = readonly [
  kernel: number,
  stride: number,
  padding: number,
  outputs: number,
];

/** Kernel, stride, padding and outputs of a leaf's layer. */
export function geometry({ layer, input }: Leaf): Geometry {
  switch (layer.type) {
    case "conv":
      return [layer.kernel, layer.stride, layer.padding, layer.outChannels];
    case "maxPool":
      return [layer.kernel, layer.stride, layer.padding, 0];
    case "avgPool":
      // One window over the whole map, however it is written.
      return layer.kernel === "global"
        ? [input[1], input[1], 0, 0]
        : [layer.kernel, layer.stride, 0, 0];
    case "linear":
      return [0, 0, 0, layer.outFeatures];
    case "padChannels":
      return [0, 0, 0, layer.before + input[0] + layer.after];
    case "batchNorm":
    case "relu":
    case "dropout":
      return [0, 0, 0, 0];
  }
}

/**
 * The paper's `(s_start, s_end)`: leaves back to the first and on to the last
 * leaf of the enclosing residual body; zeros outside of one.
 */
export function skip(
  { residual }: Leaf,
): readonly [start: number, end: number] {
  if (residual?.place !== "body") return [0, 0];
  return [residual.position, residual.length - 1 - residual.position];
}
