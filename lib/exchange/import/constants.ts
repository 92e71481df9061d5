/**
 * Operations on tensors whose values are known: what exporters leave around
 * weights, and the sizes that reshapes are computed from.
 *
 * @module
 */

import { type PlainNode, refuse } from "./plain_graph.ts";
import type { ConstantValue } from "./values.ts";

/** Values of the largest constant that is computed, 256 MB. */
const MOST_VALUES = 2 ** 25;

/** A constant of some values. */
export function constant(
  data: Float32Array | Float64Array,
  shape: readonly number[],
): ConstantValue {
  return { kind: "constant", shape, data };
}

/** A list of numbers. */
export function vector(values: readonly number[]): ConstantValue {
  return constant(Float64Array.from(values), [values.length]);
}

/** The product of sizes. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** The same values with their dimensions in another order. */
export function transposed(
  { data, shape }: Pick<ConstantValue, "data" | "shape">,
  order: readonly number[],
): ConstantValue {
  const result = data.slice();
  const sizes = order.map((dimension) => shape[dimension]!);
  const steps = order.map((dimension) => sizeOf(shape.slice(dimension + 1)));
  const at = order.map(() => 0);
  let from = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[from]!;
    for (let d = order.length - 1; d >= 0; d--) {
      from += steps[d]!;
      if (++at[d]! < sizes[d]!) break;
      from -= at[d]! * steps[d]!;
      at[d] = 0;
    }
  }
  return constant(result, sizes);
}

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** Whether the operator is a sum, difference, product or quotient. */
export function isBinary(op: string): boolean {
  return Object.hasOwn(BINARY, op);
}

/** Two constants, the sizes of one repeated as those of the other demand. */
export function combined(
  node: PlainNode,
  one: ConstantValue,
  other: ConstantValue,
): ConstantValue {
  const rank = Math.max(one.shape.length, other.shape.length);
  const [a, b] = [one, other].map(({ shape }) => [
    ...Array<number>(rank - shape.length).fill(1),
    ...shape,
  ]);
  const shape = a!.map((size, d) => {
    if (size !== b![d] && size !== 1 && b![d] !== 1) {
      refuse(
        node,
        `combines constants of [${one.shape}] and [${other.shape}], expected sizes that agree`,
      );
    }
    return size === 1 ? b![d]! : size;
  });
  if (sizeOf(shape) > MOST_VALUES) {
    refuse(node, `gives a constant of [${shape}], expected a smaller one`);
  }
  const run = BINARY[node.op]!;
  const data = new Float64Array(sizeOf(shape));
  const position = (sizes: readonly number[], index: number) => {
    let at = 0;
    let step = 1;
    for (let d = rank - 1; d >= 0; d--) {
      const along = index % shape[d]!;
      index = Math.floor(index / shape[d]!);
      if (sizes[d] !== 1) at += along * step;
      step *= sizes[d]!;
    }
    return at;
  };
  for (let i = 0; i < data.length; i++) {
    data[i] = run(one.data[position(a!, i)]!, other.data[position(b!, i)]!);
  }
  return constant(data, shape);
}

/** Vectors one after the other. */
export function joined(
  node: PlainNode,
  parts: readonly ConstantValue[],
): ConstantValue {
  if (parts.some(({ shape }) => shape.length > 1)) {
    refuse(node, "joins constant tensors, expected lists of sizes or maps");
  }
  return vector(parts.flatMap(({ data }) => [...data]));
}
