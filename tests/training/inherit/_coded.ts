/** Weights whose every value tells where it stands, to see where copies come from. */

import assert from "node:assert/strict";
import type { Weights } from "../../../lib/engine/mod.ts";
import {
  canonical,
  type Leaf,
  leaves,
  type Network,
  parameterTable,
} from "../../../lib/network/mod.ts";

/** For each channel the index of the base's it comes from, where that shows. */
export type Indices = readonly (number | undefined)[];

/** Base weights 1, 2, 3, … in the order of the table. */
export function codedWeights(network: Network): Weights {
  let next = 1;
  return Object.fromEntries(
    parameterTable(canonical(network)).map(({ name, size }) => [
      name,
      Float32Array.from({ length: size }, () => next++),
    ]),
  );
}

/** Fresh weights -1, -2, -3, …: no value of the base is among them. */
export function codedFresh(network: Network): Weights {
  return Object.fromEntries(
    Object.entries(codedWeights(network)).map(([name, values]) => [
      name,
      values.map((value) => -value),
    ]),
  );
}

/** Layers with parameters of the canonical form. */
export function codedLeaves(network: Network): readonly Leaf[] {
  return leaves(canonical(network)).filter(({ layer }) =>
    ["conv", "batchNorm", "linear"].includes(layer.type)
  );
}

/** A layer of a student beside the one of the base that it was. */
export interface Pair {
  readonly student: Leaf;
  readonly base: Leaf;
}

/** Reads the codes of a student's weights. */
export class Decoder {
  readonly #weights: Weights;
  readonly #fresh: Weights;
  readonly #base: Weights;

  constructor(weights: Weights, fresh: Weights, base: Weights) {
    this.#weights = weights;
    this.#fresh = fresh;
    this.#base = base;
  }

  /** Positions in the base's array of the same role; undefined where fresh. */
  #positions({ student, base }: Pair, role: string): Indices {
    const name = `${student.path.join(".")}.${role}`;
    const source = this.#base[`${base.path.join(".")}.${role}`];
    return [...this.#weights[name] ?? []].map((value, i) => {
      if (value < 0) {
        assert.equal(value, this.#fresh[name]![i], `${name}[${i}]`);
        return undefined;
      }
      const position = value - source![0]!;
      assert.equal(source![position], value, `${name}[${i}]`);
      return position;
    });
  }

  /** Asserts that values are copied channel by channel; says from which. */
  channels(pair: Pair, roles: readonly string[]): Indices {
    return roles.map((role) => this.#positions(pair, role))
      .reduce((one, other) => same(one, other, roles.join()));
  }

  /**
   * Asserts that a convolution's or linear layer's weights are copied block by
   * block, each the middle of one of the base's blocks; says which.
   */
  blocks(pair: Pair): { readonly rows: Indices; readonly columns: Indices } {
    const positions = this.#positions(pair, "weight");
    const { student, base } = pair;
    const [outputs, inputs] = [student.output[0], student.input[0]];
    const [side, full] = [sidesOf(student), sidesOf(base)];
    const area = side[0] * side[1];
    const baseArea = full[0] * full[1];
    let rows: Indices = Array(outputs).fill(undefined);
    let columns: Indices = Array(inputs).fill(undefined);
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        const start = (o * inputs + i) * area;
        const block = positions.slice(start, start + area);
        if (block.every((position) => position === undefined)) continue;
        const which = Math.floor(block[0]! / baseArea);
        const margin = side.map((length, axis) =>
          Math.floor((full[axis]! - length) / 2)
        );
        const expected = Array.from(
          { length: area },
          (_, at) =>
            which * baseArea +
            (margin[0]! + Math.floor(at / side[1])) * full[1] +
            margin[1]! + at % side[1],
        );
        assert.deepEqual(block, expected);
        const row = Array(outputs).fill(undefined);
        row[o] = Math.floor(which / base.input[0]);
        rows = same(rows, row, "rows");
        const column = Array(inputs).fill(undefined);
        column[i] = which % base.input[0];
        columns = same(columns, column, "columns");
      }
    }
    return { rows, columns };
  }
}

/** What is known of either; they must not contradict each other. */
export function same(one: Indices, other: Indices, what: string): Indices {
  assert.equal(one.length, other.length, what);
  return one.map((index, i) => {
    if (index !== undefined && other[i] !== undefined) {
      assert.equal(index, other[i], `${what}: channel ${i}`);
    }
    return index ?? other[i];
  });
}

/** Height and width of what one channel means to a layer. */
function sidesOf({ layer, input }: Leaf): readonly [number, number] {
  return layer.type === "conv"
    ? [layer.kernel, layer.kernel]
    : [input[1], input[2]];
}
