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

/** A run of whole entries in a flat vector. */
export interface FlatPiece extends FlatLayout {
  /** Where it begins in the flat vector. */
  readonly offset: number;
}

/** Cuts a layout into pieces; an entry larger than a piece is one of its own. */
export function piecesOf({ entries }: FlatLayout): readonly FlatPiece[] {
  const pieces: { entries: FlatEntry[]; size: number; offset: number }[] = [];
  for (const entry of entries) {
    const last = pieces.at(-1);
    if (last !== undefined && last.size + entry.size <= PIECE_SIZE) {
      last.entries.push(entry);
      last.size += entry.size;
    } else {
      const { size, offset } = entry;
      pieces.push({ entries: [entry], size, offset });
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
