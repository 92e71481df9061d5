import type { Leaf } from "../../network/mod.ts";
import type { BaseLayer, LayerArrays } from "./_base_layers.ts";
import type { Sources } from "./_sources.ts";

/** One layer of the student and what it inherits from. */
export interface Inheritance {
  /** The layer of the student. */
  readonly leaf: Leaf;
  /** Its arrays, which are overwritten where there is a source. */
  readonly arrays: LayerArrays;
  /** The layer of the base that it was, of the same type. */
  readonly base: BaseLayer;
  /** Sources of the map that it reads. */
  readonly reads: Sources;
  /** Sources of the map that it gives. */
  readonly gives: Sources;
}

/** Overwrites all values of a layer that have a source in the base. */
export function copyLayer(inheritance: Inheritance): void {
  switch (inheritance.leaf.layer.type) {
    case "conv":
      return copyConv(inheritance);
    case "batchNorm":
      return copyBatchNorm(inheritance);
    case "linear":
      return copyLinear(inheritance);
  }
}

/** A smaller kernel takes the middle of the base's, up and left of it when it must. */
function copyConv({ arrays, base, reads, gives }: Inheritance): void {
  const [inputs] = base.leaf.input;
  const rows = indexIn(gives, base.leaf.output[0]);
  const columns = indexIn(reads, inputs);
  const to = arrays.weight!;
  const from = base.arrays.weight!;
  const side = Math.sqrt(to.length / (rows.length * columns.length));
  const baseSide = Math.sqrt(from.length / (base.leaf.output[0] * inputs));
  const margin = Math.floor((baseSide - side) / 2);
  for (const [o, row] of rows.entries()) {
    for (const [i, column] of columns.entries()) {
      if (row < 0 || column < 0) continue;
      const target = (o * columns.length + i) * side ** 2;
      const source = (row * inputs + column) * baseSide ** 2;
      for (let y = 0; y < side; y++) {
        const start = source + (margin + y) * baseSide + margin;
        to.set(from.subarray(start, start + side), target + y * side);
      }
    }
  }
  copyChannels(arrays.bias, base.arrays.bias, rows);
}

function copyBatchNorm({ arrays, base, reads }: Inheritance): void {
  const index = indexIn(reads, base.leaf.input[0]);
  for (
    const role of ["scale", "shift", "runningMean", "runningVariance"] as const
  ) {
    copyChannels(arrays[role], base.arrays[role], index);
  }
}

/** Inputs are flattened channel by channel, so a channel is a run of columns. */
function copyLinear({ leaf, arrays, base, reads }: Inheritance): void {
  const [inputs, height, width] = base.leaf.input;
  const [outputs] = leaf.output;
  const rows = Array.from({ length: outputs }, (_, i) => i);
  copyChannels(arrays.bias, base.arrays.bias, rows);
  // On a map of another size the columns are other places.
  if (leaf.input[1] !== height || leaf.input[2] !== width) return;
  const area = height * width;
  const columns = indexIn(reads, inputs);
  for (const row of rows) {
    for (const [i, column] of columns.entries()) {
      if (column < 0) continue;
      const start = (row * inputs + column) * area;
      arrays.weight!.set(
        base.arrays.weight!.subarray(start, start + area),
        (row * columns.length + i) * area,
      );
    }
  }
}

/** One value a channel; a bias may be missing on either side. */
function copyChannels(
  to: Float32Array | undefined,
  from: Float32Array | undefined,
  index: readonly number[],
): void {
  if (to === undefined || from === undefined) return;
  for (const [channel, source] of index.entries()) {
    if (source >= 0) to[channel] = from[source]!;
  }
}

/** Sources in a map of so many channels; none when the base's map was another. */
function indexIn({ width, index }: Sources, channels: number) {
  return width === channels ? index : index.map(() => -1);
}
