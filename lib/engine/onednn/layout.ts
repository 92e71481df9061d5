/**
 * Where the public weights stand in the blocked flat arena. Forward pass and
 * weight gradient agree on these layouts, so that the update runs in place.
 * Channels are padded to whole blocks; the padding is zero and stays zero.
 *
 * @module
 */

import {
  type Leaf,
  leaves,
  type Network,
  type Parameter,
  parameterTable,
} from "../../network/mod.ts";
import type { Weights } from "../engine.ts";

/**
 * Input channels of a first convolution that has kernels for plain images in
 * every pass, by block. The AVX2 kernel of the weight gradient takes three and no
 * other number: one or two would go to the reference loops, which are a hundred
 * times slower.
 */
const PLAIN_CHANNELS: Readonly<Record<8 | 16, readonly number[]>> = {
  8: [3],
  16: [1, 2, 3],
};

/** A trainable parameter's place. */
export interface Entry {
  readonly name: string;
  /** Floats from the start of the arena's vector. */
  readonly offset: number;
  /** For each public value, its place after the offset. */
  readonly places: Int32Array;
}

/** All trainable parameters, in the order of the table. */
export interface Layout {
  readonly entries: readonly Entry[];
  /** Floats with all padding. */
  readonly size: number;
}

/** Channels rounded up to whole blocks. */
export function padded(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** Whether the convolution reads the images as they come, for a block of channels. */
export function readsPlainImages(
  network: Network,
  name: string,
  block: 8 | 16,
): boolean {
  return name === "blocks.0" && network.blocks[0]?.type === "conv" &&
    PLAIN_CHANNELS[block].includes(network.input[0]);
}

/** Lays out a network's trainable parameters for a block of channels. */
export function layoutOf(network: Network, block: 8 | 16): Layout {
  const byName = new Map(
    leaves(network).map((leaf) => [leaf.path.join("."), leaf]),
  );
  let size = 0;
  const entries = parameterTable(network)
    .filter(({ trainable }) => trainable)
    .map((parameter) => {
      const { name } = parameter;
      const leaf = name.slice(0, name.lastIndexOf("."));
      const { places, length } = placesOf(parameter, {
        leaf: byName.get(leaf)!,
        plain: readsPlainImages(network, leaf, block),
        block,
      });
      const entry = { name, offset: size, places };
      // Whole blocks: a batch norm's scale and shift touch, as oneDNN wants.
      size += length;
      return entry;
    });
  return { entries, size };
}

interface PlaceOptions {
  readonly leaf: Leaf;
  readonly plain: boolean;
  readonly block: number;
}

function placesOf(
  { role, shape, size }: Parameter,
  { leaf, plain, block }: PlaceOptions,
): { readonly places: Int32Array; readonly length: number } {
  const places = new Int32Array(size);
  if (role !== "weight") {
    places.forEach((_, i) => places[i] = i);
    return { places, length: padded(size, block) };
  }
  const [outputs, , kernel = 1] = shape as [number, number, number?];
  const [channels, height, width] = leaf.input;
  const conv = leaf.layer.type === "conv";
  const pixels = conv ? kernel * kernel : height * width;
  const inputs = plain ? channels : padded(channels, block);
  let i = 0;
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) {
        const [outer, inner] = [Math.floor(c / block), c % block];
        const [row, column] = [Math.floor(o / block), o % block];
        if (!conv) {
          // The rows of a blocked map, one an output.
          places[i++] = o * inputs * pixels +
            (outer * pixels + p) * block + inner;
        } else if (plain) {
          // Ohwi16o.
          places[i++] = ((row * pixels + p) * channels + c) * block + column;
        } else {
          // OIhw16i16o.
          places[i++] = ((row * (inputs / block) + outer) * pixels + p) *
              block * block + inner * block + column;
        }
      }
    }
  }
  return { places, length: padded(outputs, block) * inputs * pixels };
}

/** Copies the public values out of a blocked vector. */
export function gather({ entries }: Layout, flat: Float32Array): Weights {
  return Object.fromEntries(entries.map(({ name, offset, places }) => {
    const values = new Float32Array(places.length);
    for (let i = 0; i < values.length; i++) {
      values[i] = flat[offset + places[i]!]!;
    }
    return [name, values];
  }));
}

/** Copies public values into a blocked vector, and zeroes all else in it. */
export function scatter(
  { entries }: Layout,
  weights: Weights,
  flat: Float32Array,
): void {
  flat.fill(0);
  for (const { name, offset, places } of entries) {
    const values = weights[name]!;
    for (let i = 0; i < values.length; i++) {
      flat[offset + places[i]!] = values[i]!;
    }
  }
}
