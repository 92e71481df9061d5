/**
 * Operators that change how values lie and none of the values, and those that
 * compute sizes for them.
 *
 * @module
 */

import { constant, joined, sizeOf, transposed, vector } from "./constants.ts";
import {
  integerOf,
  integersOf,
  numberOf,
  type PlainNode,
  refuse,
} from "./plain_graph.ts";
import type { Reading } from "./reading.ts";
import {
  BATCH,
  type ConstantValue,
  type MapValue,
  type Value,
} from "./values.ts";
import { dimensionsOf, reshaped } from "./view.ts";

/** What passes on what it reads. */
export function identity(reading: Reading, node: PlainNode): Value {
  return reading.value(node, 0);
}

/** A constant as a node. */
export function constantNode(_: Reading, node: PlainNode): Value {
  for (const name of ["value", "value_float", "value_int"]) {
    const value = node.attributes.get(name);
    if (typeof value === "number") {
      return constant(Float64Array.of(value), []);
    }
    if (typeof value === "object" && "data" in value) {
      return constant(value.data, value.shape);
    }
  }
  const list = integersOf(node, "value_ints") ??
    integersOf(node, "value_floats");
  if (list !== undefined) return vector(list);
  refuse(node, "holds no tensor of numbers, expected one");
}

/** Dimensions in another order. */
export function transpose(reading: Reading, node: PlainNode): Value {
  const value = reading.value(node, 0);
  const rank = value.kind === "constant"
    ? value.shape.length
    : value.view.length + 1;
  const order = integersOf(node, "perm") ??
    Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const isOrder = order.length === rank &&
    order.toSorted((a, b) => a - b).every((each, i) => each === i);
  if (!isOrder) refuse(node, `has perm [${order}], expected ${rank} axes`);
  if (value.kind === "constant") return transposed(value, order);
  const map = reading.whole(node, reading.pendingMap(node, 0));
  if (order[0] !== 0) {
    refuse(
      node,
      `moves the batch to axis ${order.indexOf(0)}, expected it first`,
    );
  }
  return { ...map, view: order.slice(1).map((axis) => map.view[axis - 1]!) };
}

/** Other sizes for the same values. */
export function reshape(reading: Reading, node: PlainNode): Value {
  const sizes = integersOf(node, "shape") ??
    [...reading.constant(node, 1).data];
  const value = reading.value(node, 0);
  if (value.kind === "constant") return reshapedConstant(node, value, sizes);
  const map = reading.map(node, 0);
  return regrouped(node, map, perImage(reading, node, map, sizes));
}

/** All dimensions but the batch as one. */
export function flatten(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  const axis = integerOf(node, "axis", 1);
  if (axis !== 1 && axis !== -map.view.length) {
    refuse(node, `flattens from axis ${axis}, expected 1`);
  }
  return regrouped(node, map, [sizeOf(map.shape)]);
}

/** Dimensions of size 1 left out. */
export function squeeze(reading: Reading, node: PlainNode): Value {
  const value = reading.value(node, 0);
  const axes = axesOf(reading, node);
  if (value.kind === "constant") {
    const kept = value.shape.filter((size, d) =>
      axes === undefined
        ? size !== 1
        : !axes.some((axis) =>
          (axis + value.shape.length) % value.shape.length === d
        )
    );
    return reshapedConstant(node, value, kept);
  }
  const map = reading.map(node, 0);
  const rank = map.view.length + 1;
  if (axes === undefined) {
    refuse(node, "leaves out every dimension of size 1, expected named ones");
  }
  const gone = axes.map((axis) => axis < 0 ? axis + rank : axis);
  const dimensions = dimensionsOf(map.view, map.shape);
  if (gone.some((axis) => dimensions[axis - 1] !== 1)) {
    refuse(node, `leaves out axes [${axes}], expected ones of size 1`);
  }
  return { ...map, view: map.view.filter((_, i) => !gone.includes(i + 1)) };
}

/** Dimensions of size 1 put in. */
export function unsqueeze(reading: Reading, node: PlainNode): Value {
  const value = reading.value(node, 0);
  const axes = axesOf(reading, node) ?? [];
  const rank = axes.length +
    (value.kind === "constant" ? value.shape.length : value.view.length + 1);
  const places = axes.map((axis) => axis < 0 ? axis + rank : axis);
  if (rank > 8 || new Set(places).size !== places.length) {
    refuse(node, `puts in axes [${axes}], expected other ones`);
  }
  const put = <Item>(items: readonly Item[], item: Item): Item[] => {
    const rest = items.values();
    return Array.from(
      { length: rank },
      (_, i) => places.includes(i) ? item : rest.next().value!,
    );
  };
  if (value.kind === "constant") {
    return reshapedConstant(node, value, put(value.shape, 1));
  }
  const map = reading.map(node, 0);
  if (places.includes(0)) refuse(node, "puts an axis before the batch");
  return { ...map, view: put([[], ...map.view], []).slice(1) };
}

/** The sizes of a map, the number of images among them, or some in a row. */
export function shapeOf(reading: Reading, node: PlainNode): Value {
  const value = reading.value(node, 0);
  const sizes = value.kind === "constant"
    ? value.shape
    : sizesOf(reading.map(node, 0));
  // ONNX counts and clamps as slice() does. An end may be the largest integer of
  // 64 bits, which is no safe one.
  return vector(
    sizes.slice(
      numberOf(node, "start", 0),
      numberOf(node, "end", sizes.length),
    ),
  );
}

function sizesOf({ view, shape }: MapValue): readonly number[] {
  return [BATCH, ...dimensionsOf(view, shape)];
}

/** One or some of a list of sizes. */
export function gather(reading: Reading, node: PlainNode): Value {
  const from = reading.constant(node, 0);
  const at = reading.constant(node, 1);
  const { length } = from.data;
  const values = Float64Array.from(at.data, (index) => {
    const place = index < 0 ? index + length : index;
    return from.data[place] ??
      refuse(
        node,
        `takes number ${index} of ${length}, expected one that is there`,
      );
  });
  if (from.shape.length === 1) return constant(values, at.shape);
  refuse(node, "takes parts of a tensor, expected of a list of sizes");
}

/** Lists of sizes one after the other. */
export function joinedSizes(reading: Reading, node: PlainNode): Value {
  return joined(
    node,
    node.inputs.map((_, index) => reading.constant(node, index)),
  );
}

function axesOf(
  reading: Reading,
  node: PlainNode,
): readonly number[] | undefined {
  const given = integersOf(node, "axes") ??
    reading.optionalConstant(node, 1)?.data;
  return given === undefined ? undefined : [...given];
}

function reshapedConstant(
  node: PlainNode,
  { data, shape }: ConstantValue,
  sizes: readonly number[],
): ConstantValue {
  const asked = sizes.map((size, i) => size === 0 ? shape[i] ?? 0 : size);
  const known = sizeOf(asked.filter((size) => size !== -1));
  const filled = asked.map((size) => size === -1 ? data.length / known : size);
  const isSound = filled.every((size) => Number.isInteger(size) && size >= 0);
  if (isSound && sizeOf(filled) === data.length) return constant(data, filled);
  refuse(
    node,
    `gives [${shape}] the sizes [${sizes}], expected as many values`,
  );
}

function regrouped(
  node: PlainNode,
  map: MapValue,
  sizes: readonly number[],
): MapValue {
  const view = reshaped(map.view, map.shape, sizes);
  if (view !== undefined) return { ...map, view };
  refuse(
    node,
    `regroups [${
      dimensionsOf(map.view, map.shape)
    }] an image to [${sizes}], expected whole axes of a map`,
  );
}

/** The sizes behind the batch that a reshape asks for. */
function perImage(
  reading: Reading,
  node: PlainNode,
  map: MapValue,
  sizes: readonly number[],
): readonly number[] {
  const dimensions = dimensionsOf(map.view, map.shape);
  const all = sizeOf(dimensions);
  const keepsZero = integerOf(node, "allowzero", 0) === 1;
  const [first, ...rest] = sizes.map((size, i) =>
    size === 0 && !keepsZero ? [BATCH, ...dimensions][i] ?? 0 : size
  );
  const wrong = (): never =>
    refuse(
      node,
      `gives [batch,${dimensions}] the sizes [${
        sizes.map((size) => size === BATCH ? "batch" : size)
      }], expected the batch to stay first`,
    );
  const known = sizeOf(rest.filter((size) => size !== -1));
  const open = rest.filter((size) => size === -1).length;
  if (rest.includes(BATCH) || open > 1 || known <= 0) wrong();
  if (first === -1) {
    // What is left of the values is the batch, if the others hold one image.
    return open === 0 && known === all ? rest : wrong();
  }
  const isBatch = first === BATCH || first === (reading.batch ?? 1);
  if (!isBatch || all % known !== 0) wrong();
  const filled = rest.map((size) => size === -1 ? all / known : size);
  return sizeOf(filled) === all ? filled : wrong();
}
