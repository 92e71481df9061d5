/**
 * Operators that compute value by value, channel by channel, or over all values.
 *
 * @module
 */

import { BATCH_NORM_EPSILON } from "../../network/mod.ts";
import { combined, transposed } from "./constants.ts";
import { integerOf, numberOf, type PlainNode, refuse } from "./plain_graph.ts";
import type { Reading } from "./reading.ts";
import type { ConstantValue, MapValue, Step, Value } from "./values.ts";
import { dimensionsOf, orderOf, sameView, type View } from "./view.ts";

/** max(x, 0). */
export function relu(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  const result = reading.layer(node, map, {
    layer: { type: "relu" },
    view: map.view,
  });
  return { ...result, nonNegative: true };
}

/** Dropout, which changes no prediction: the layer stays for students' trainings. */
export function dropout(reading: Reading, node: PlainNode): Value {
  if (reading.value(node, 0).kind === "constant") return reading.value(node, 0);
  const pending = reading.pendingMap(node, 0);
  const rate = reading.optionalConstant(node, 1)?.data[0] ??
    numberOf(node, "ratio", 0.5);
  if (rate === 0) return pending;
  const map = reading.map(node, 0);
  const result = reading.layer(node, map, {
    // 0.1 of single precision is 0.10000000149.
    layer: { type: "dropout", rate: Number(Math.fround(rate).toPrecision(7)) },
    view: map.view,
  });
  return { ...result, nonNegative: map.nonNegative };
}

/** Batch normalisation with constant statistics. */
export function batchNormalization(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  const [channels] = map.shape;
  const axes = map.view[0];
  if (axes === undefined || axes.join() !== (channels > 1 ? "0" : "")) {
    refuse(
      node,
      "reads a map whose first axis is not its channels, expected that",
    );
  }
  if (integerOf(node, "training_mode", 0) !== 0) {
    refuse(node, "trains, expected a network that predicts");
  }
  const epsilon = numberOf(node, "epsilon", 1e-5);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => {
    const { data } = reading.constant(node, index);
    if (data.length === channels) return data;
    refuse(
      node,
      `has ${data.length} values of input ${index}, expected ${channels}`,
    );
  });
  if (epsilon < 0 || variance!.some((value) => value + epsilon <= 0)) {
    refuse(node, "has a variance below 0, expected none");
  }
  const arrays = normArrays({
    scale: scale!,
    shift: shift!,
    mean: mean!,
    variance: variance!,
    epsilon,
  });
  return reading.layer(node, map, {
    layer: { type: "batchNorm" },
    arrays,
    view: map.view,
  });
}

/**
 * A batch norm of another epsilon: the difference goes to the variance, and where
 * that would be below 0, to the scale.
 */
export function normArrays({ scale, shift, mean, variance, epsilon }: {
  readonly scale: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly epsilon: number;
}) {
  const moved = Float64Array.from(
    variance,
    (value) => Math.max(0, value + epsilon - BATCH_NORM_EPSILON),
  );
  return {
    scale: Float32Array.from(
      scale,
      (value, c) =>
        value *
        Math.sqrt((moved[c]! + BATCH_NORM_EPSILON) / (variance[c]! + epsilon)),
    ),
    shift: Float32Array.from(shift),
    runningMean: Float32Array.from(mean),
    runningVariance: Float32Array.from(moved),
  };
}

/** A sum, difference, product or quotient, of maps or with constants. */
export function binary(reading: Reading, node: PlainNode): Value {
  const [a, b] = [reading.value(node, 0), reading.value(node, 1)];
  if (a.kind === "constant" && b.kind === "constant") {
    return combined(node, a, b);
  }
  if (a.kind === "map" && b.kind === "map") return sum(reading, node);
  const isFirst = a.kind === "map";
  const map = reading.map(node, isFirst ? 0 : 1);
  const other = reading.constant(node, isFirst ? 1 : 0);
  const values = perChannel(node, map, other);
  const [one, none] = [values.map(() => 1), values.map(() => 0)];
  switch (node.op) {
    case "Add":
      return affine(reading, node, map, { scale: one, shift: values });
    case "Sub":
      return isFirst
        ? affine(reading, node, map, {
          scale: one,
          shift: values.map((value) => -value),
        })
        : affine(reading, node, map, {
          scale: one.map((value) => -value),
          shift: values,
        });
    case "Mul":
      return affine(reading, node, map, { scale: values, shift: none });
    default:
      if (!isFirst || values.includes(0)) {
        refuse(node, "divides by a map or by 0, expected another constant");
      }
      return affine(reading, node, map, {
        scale: values.map((value) => 1 / value),
        shift: none,
      });
  }
}

/** Two maps added: the end of a residual block. */
function sum(reading: Reading, node: PlainNode): Value {
  if (node.op !== "Add") {
    refuse(node, "combines two maps, expected Add");
  }
  const [a, b] = [reading.map(node, 0), reading.map(node, 1)];
  if (a.shape.join() !== b.shape.join() || !sameView(a.view, b.view)) {
    refuse(
      node,
      `adds maps of [${a.shape}] and [${b.shape}], expected the same shape and order`,
    );
  }
  reading.steps.push({ type: "add", reads: [a.step, b.step], node });
  reading.shapes.push(a.shape);
  return {
    kind: "map",
    step: reading.steps.length - 1,
    shape: a.shape,
    view: a.view,
    sole: true,
    nonNegative: a.nonNegative && b.nonNegative,
  };
}

/** Maps side by side. */
export function concat(reading: Reading, node: PlainNode): Value {
  const maps = node.inputs.map((_, index) => reading.map(node, index));
  const [first] = maps;
  if (first === undefined) refuse(node, "joins nothing");
  const rank = first.view.length + 1;
  const axis = integerOf(node, "axis", 1);
  const at = (axis < 0 ? axis + rank : axis) - 1;
  // The view as it would be with more channels than one.
  const whole = ({ view }: MapValue): View =>
    view.map((axes, i) => i === at && axes.length === 0 ? [0] : axes);
  const [, height, width] = first.shape;
  const isSound = maps.every((map) =>
    map.shape[1] === height && map.shape[2] === width &&
    whole(map)[at]?.join() === "0" && sameView(whole(map), whole(first))
  );
  if (!isSound) {
    refuse(
      node,
      `joins maps of ${
        maps.map(({ shape }) => `[${shape}]`).join(", ")
      } along axis ${axis}, expected maps of one size along their channels`,
    );
  }
  const shape = [
    maps.reduce((all, map) => all + map.shape[0], 0),
    height,
    width,
  ] as const;
  reading.steps.push({
    type: "concat",
    reads: maps.map(({ step }) => step),
    node,
  });
  reading.shapes.push(shape);
  return {
    kind: "map",
    step: reading.steps.length - 1,
    shape,
    view: whole(first),
    sole: true,
    nonNegative: maps.every((map) => map.nonNegative),
  };
}

/** A product of matrices with a bias. */
export function gemm(reading: Reading, node: PlainNode): Value {
  const alpha = numberOf(node, "alpha", 1);
  const beta = numberOf(node, "beta", 1);
  if (integerOf(node, "transA", 0) !== 0) {
    refuse(node, "transposes the images, expected transA 0");
  }
  const given = matrix(reading, node);
  const weight = integerOf(node, "transB", 0) === 1
    ? given
    : transposed(given, [1, 0]);
  const bias = reading.optionalConstant(node, 2);
  const map = reading.map(node, 0);
  if (map.view.length !== 1) {
    refuse(
      node,
      "reads a map that is not flattened, expected one behind Flatten",
    );
  }
  const product = linear(reading, node, { map, weight, alpha });
  if (bias === undefined) return product;
  const values = perChannel(node, product, bias).map((value) => value * beta);
  return affine(reading, node, product, {
    scale: values.map(() => 1),
    shift: values,
  });
}

/** A product of matrices. */
export function matMul(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  const weight = transposed(matrix(reading, node), [1, 0]);
  return linear(reading, node, { map, weight, alpha: 1 });
}

function matrix(reading: Reading, node: PlainNode): ConstantValue {
  const weight = reading.constant(node, 1);
  if (weight.shape.length === 2) return weight;
  refuse(node, `multiplies by [${weight.shape}], expected a matrix`);
}

/** A linear layer; its weights are `[out, in]` in the order of the file's map. */
function linear(
  reading: Reading,
  node: PlainNode,
  { map, weight, alpha }: {
    readonly map: MapValue;
    readonly weight: ConstantValue;
    readonly alpha: number;
  },
): MapValue {
  const { view, shape } = map;
  const [outputs, inputs] = weight.shape as [number, number];
  const isFlat = view.slice(0, -1).every((axes) => axes.length === 0);
  if (!isFlat || shape[0] * shape[1] * shape[2] !== inputs) {
    refuse(
      node,
      `multiplies a map of [${
        dimensionsOf(view, shape)
      }] an image by ${inputs} rows, expected it flattened to as many`,
    );
  }
  const places = channelMajor(view, map.shape);
  const values = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    for (let i = 0; i < inputs; i++) {
      values[row * inputs + places[i]!] = alpha *
        weight.data[row * inputs + i]!;
    }
  }
  return reading.layer(node, map, {
    layer: { type: "linear", outFeatures: outputs, bias: false },
    arrays: { weight: values },
    view: [...view.slice(0, -1), outputs > 1 ? [0] : []],
  });
}

/** For each value of a flattened map its place channel by channel. */
function channelMajor(view: View, shape: MapValue["shape"]): Uint32Array {
  const order = orderOf(view);
  const size = shape[0] * shape[1] * shape[2];
  const steps = [shape[1] * shape[2], shape[2], 1];
  return Uint32Array.from({ length: size }, (_, index) => {
    let place = 0;
    for (const axis of order.toReversed()) {
      place += (index % shape[axis]) * steps[axis]!;
      index = Math.floor(index / shape[axis]);
    }
    return place;
  });
}

/** One number for each channel of a map, from a constant that is repeated over it. */
function perChannel(
  node: PlainNode,
  { view, shape }: MapValue,
  { shape: sizes, data }: ConstantValue,
): Float64Array {
  const dimensions = [1, ...dimensionsOf(view, shape)];
  const aligned = [
    ...Array<number>(Math.max(0, dimensions.length - sizes.length)).fill(1),
    ...sizes,
  ];
  const wide = aligned.flatMap((size, d) => size === 1 ? [] : [d]);
  const [channels] = shape;
  if (aligned.length === dimensions.length && wide.length === 0) {
    return new Float64Array(channels).fill(data[0]!);
  }
  const [only] = wide;
  if (
    aligned.length !== dimensions.length || wide.length !== 1 ||
    view[only! - 1]?.join() !== "0" || aligned[only!] !== channels
  ) {
    refuse(
      node,
      `combines a map of [${
        dimensions.slice(1)
      }] an image with a constant of [${sizes}], expected one number, or one a channel`,
    );
  }
  return Float64Array.from(data);
}

/** A factor and a summand for each channel. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * Scales and shifts channels: by the layer before where nothing else reads it, and
 * else by a batch norm. Of the images themselves it is their normalisation.
 */
function affine(
  reading: Reading,
  node: PlainNode,
  map: MapValue,
  change: Affine,
): MapValue {
  const { scale, shift } = change;
  const step = reading.steps[map.step]!;
  if (map.sole && absorb(step, change)) {
    return { ...map, nonNegative: false };
  }
  const arrays = normArrays({
    scale,
    shift,
    mean: scale.map(() => 0),
    variance: scale.map(() => 1 - BATCH_NORM_EPSILON),
    epsilon: BATCH_NORM_EPSILON,
  });
  return reading.layer(node, map, {
    layer: { type: "batchNorm" },
    arrays,
    view: map.view,
  });
}

function absorb(step: Step, { scale, shift }: Affine): boolean {
  if (step.type === "input") {
    // What mirrors the images is no deviation to divide by.
    if (!scale.every((factor) => factor > 0)) return false;
    step.shift = step.shift.map((value, c) => value * scale[c]! + shift[c]!);
    step.scale = step.scale.map((value, c) => value * scale[c]!);
    return true;
  }
  if (step.type !== "layer") return false;
  const { layer, arrays } = step;
  const changed = (values: Float32Array, summand: ArrayLike<number>) =>
    values.map((value, c) => value * scale[c]! + summand[c]!);
  if (layer.type === "batchNorm") {
    step.arrays = {
      ...arrays,
      scale: changed(arrays.scale!, new Float64Array(scale.length)),
      shift: changed(arrays.shift!, shift),
    };
    return true;
  }
  if (layer.type !== "conv" && layer.type !== "linear") return false;
  const weight = arrays.weight!;
  const row = weight.length / scale.length;
  const bias = arrays.bias ?? new Float32Array(scale.length);
  const hasBias = layer.bias || shift.some((value) => value !== 0);
  step.arrays = {
    weight: weight.map((value, i) => value * scale[Math.floor(i / row)]!),
    ...(hasBias ? { bias: changed(bias, shift) } : {}),
  };
  step.layer = { ...layer, bias: hasBias };
  return true;
}

/** A softmax, which only the end may have: logits are what comes before. */
export function softmax(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  if (map.shape[1] * map.shape[2] !== 1) {
    refuse(
      node,
      "takes a softmax of a whole map, expected of one number a class",
    );
  }
  return { ...map, isSoftened: true };
}
