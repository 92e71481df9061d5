/**
 * The public weights as two flat vectors: trainable parameters and running
 * statistics, each in the order of the parameter table.
 *
 * @module
 */

import {
  type Network,
  type Parameter,
  parameterTable,
} from "../../network/mod.ts";
import type { Weights } from "../engine.ts";
import type { Kernels } from "./layers/layer.ts";

/** A parameter's place in its flat vector. */
export interface FlatEntry extends Parameter {
  readonly offset: number;
}

/** Entries of one flat vector, and its length. */
export interface FlatLayout {
  readonly entries: readonly FlatEntry[];
  readonly size: number;
}

function layoutOf(parameters: readonly Parameter[]): FlatLayout {
  let size = 0;
  const entries = parameters.map((parameter) => {
    const entry = { ...parameter, offset: size };
    size += parameter.size;
    return entry;
  });
  return { entries, size };
}

/**
 * Values of a piece: enough for one operation to be worth its call, few enough
 * that what the update reads and writes stays in a core's cache.
 */
const PIECE_SIZE = 131_072;

/**
 * Cuts a layout into pieces, each a vector of its own that begins at 0; an entry
 * larger than a piece is one of its own. On a graphics processor every entry is:
 * no shader could split a vector into many.
 */
export function piecesOf(
  { entries }: FlatLayout,
  { gpu }: Pick<Kernels, "gpu">,
): readonly FlatLayout[] {
  const most = gpu ? 0 : PIECE_SIZE;
  const pieces: { entries: FlatEntry[]; size: number }[] = [];
  for (const entry of entries) {
    const last = pieces.at(-1);
    if (last !== undefined && last.size + entry.size <= most) {
      last.entries.push({ ...entry, offset: last.size });
      last.size += entry.size;
    } else {
      pieces.push({ entries: [{ ...entry, offset: 0 }], size: entry.size });
    }
  }
  return pieces;
}

/** Layouts of a network's parameters and running statistics. */
export function flatLayouts(
  network: Network,
): { readonly trainable: FlatLayout; readonly running: FlatLayout } {
  const table = parameterTable(network);
  return {
    trainable: layoutOf(table.filter(({ trainable }) => trainable)),
    running: layoutOf(table.filter(({ trainable }) => !trainable)),
  };
}

/** Copies a flat vector out into named arrays. */
export function unpack(layout: FlatLayout, flat: Float32Array): Weights {
  return Object.fromEntries(
    layout.entries.map((
      { name, offset, size },
    ) => [name, flat.slice(offset, offset + size)]),
  );
}

/** Copies named arrays into a flat vector; extra names are ignored. */
export function pack(
  layout: FlatLayout,
  weights: Weights,
  flat: Float32Array,
): void {
  for (const { name, offset, size } of layout.entries) {
    const values = weights[name];
    if (values === undefined || values.length !== size) {
      throw new RangeError(
        `Cannot load weights: "${name}" has ${
          values?.length ?? "no"
        } values, expected ${size}`,
      );
    }
    flat.set(values, offset);
  }
}
