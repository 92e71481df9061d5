/**
 * From a plain graph to steps: each operator is understood by what it does to
 * maps of images.
 *
 * @module
 */

import type { Shape } from "../../network/mod.ts";
import {
  averagePool,
  conv,
  globalAveragePool,
  maxPool,
  pad,
  reduceMean,
  slice,
} from "./windows.ts";
import {
  batchNormalization,
  binary,
  concat,
  dropout,
  gemm,
  matMul,
  relu,
  softmax,
} from "./arithmetic.ts";
import { constant } from "./constants.ts";
import { damaged, unsupported } from "./errors.ts";
import {
  type Constant,
  inOrder,
  type PlainGraph,
  type PlainNode,
  refuse,
} from "./plain_graph.ts";
import { Reading } from "./reading.ts";
import {
  constantNode,
  flatten,
  gather,
  identity,
  joinedSizes,
  reshape,
  shapeOf,
  squeeze,
  transpose,
  unsqueeze,
} from "./shaping.ts";
import type { MapValue, Step, Value } from "./values.ts";
import {
  channelsFirst,
  dimensionsOf,
  imageView,
  orderOf,
  sameView,
  type View,
} from "./view.ts";

/** What is done with an operator. */
type Handler = (reading: Reading, node: PlainNode) => Value;

const HANDLERS: Readonly<Record<string, Handler>> = {
  Add: binary,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: identity,
  Concat: (reading, node) =>
    reading.value(node, 0).kind === "constant"
      ? joinedSizes(reading, node)
      : concat(reading, node),
  Constant: constantNode,
  Conv: conv,
  Div: binary,
  Dropout: dropout,
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  Identity: identity,
  LogSoftmax: softmax,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: binary,
  Pad: pad,
  ReduceMean: reduceMean,
  Relu: relu,
  Reshape: reshape,
  Shape: shapeOf,
  Slice: slice,
  Softmax: softmax,
  Squeeze: squeeze,
  Sub: binary,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

/** A graph understood. */
export interface Interpretation {
  /** In the order in which they are computed; the first gives the images. */
  readonly steps: readonly Step[];
  /** What each gives. */
  readonly shapes: readonly Shape[];
  /** Number of the step whose values are the logits. */
  readonly output: number;
  /** How the file wants its images. */
  readonly images: {
    /** How its tensor holds an image. */
    readonly view: View;
    /** Sizes behind the batch. */
    readonly sizes: readonly number[];
    /** Images of a prediction; undefined where any number is. */
    readonly batch: number | undefined;
  };
  /** The tensor that the logits are in. */
  readonly logits: {
    /** Its name. */
    readonly name: string;
    /** Sizes behind the batch. */
    readonly sizes: readonly number[];
  };
}

/**
 * Reads a graph.
 *
 * @param graph The graph.
 * @param expected Shape of the images that it is to take, and how many classes it
 * is to tell apart.
 * @throws {ImportError} If something in it cannot be expressed: with the node's
 * name and operator.
 */
export function interpret(
  graph: PlainGraph,
  { shape, classes }: { readonly shape: Shape; readonly classes: number },
): Interpretation {
  const { input, output, opset } = graph;
  const nodes = inOrder(graph);
  const [batch, ...sizes] = input.shape;
  const view = imageView(sizes, shape);
  if (view === undefined) {
    const wanted = [shape, [...shape.slice(1), shape[0]]]
      .map((each) => `[batch,${each}]`).join(" or ");
    unsupported(
      `its input "${input.name}" is [${
        input.shape.map((size) => size ?? "any")
      }], expected ${wanted}, as the data set's images are`,
    );
  }
  const reading = new Reading({
    batch,
    opset,
    readers: readersOf(nodes, output),
  });
  reading.steps.push({
    type: "input",
    reads: [],
    scale: new Float64Array(shape[0]).fill(1),
    shift: new Float64Array(shape[0]),
  });
  reading.shapes.push(shape);
  reading.values.set(input.name, {
    kind: "map",
    step: 0,
    shape,
    view,
    sole: true,
    nonNegative: false,
  });
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  const computed = computedWith(nodes, output);
  const checkNumbers = (name: string, data: Constant["data"]) => {
    // What a maximum is padded with may be below all numbers.
    const isLowest = data.length === 1 && data[0] === -Infinity;
    if (!isLowest || computed.has(name)) checkFinite(name, data);
  };
  for (const [name, { data, shape }] of graph.constants) {
    if (!read.has(name)) continue;
    checkNumbers(name, data);
    reading.values.set(name, constant(data, shape));
  }
  let logits = output;
  for (const node of nodes) {
    const { op, outputs } = node;
    const handler = Object.hasOwn(HANDLERS, op) ? HANDLERS[op] : undefined;
    if (handler === undefined) {
      refuse(
        node,
        `is no operator that this project's networks have, expected one of ${
          Object.keys(HANDLERS).join(", ")
        }`,
      );
    }
    const value = handler(reading, node);
    if (value.kind === "constant") {
      reading.spend(node, value.data);
      checkNumbers(outputs[0]!, value.data);
    }
    if (op === "Softmax" || op === "LogSoftmax") logits = node.inputs[0]!;
    reading.values.set(outputs[0]!, value);
    for (const more of outputs.slice(1)) {
      if (read.has(more)) {
        refuse(
          node,
          `gives "${more}" to others, expected its first output only`,
        );
      }
    }
  }
  const last = reading.values.get(logits);
  if (last?.kind !== "map") {
    unsupported(`its output "${logits}" does not depend on the images`);
  }
  checkOutput(last, { name: logits, classes });
  return {
    steps: reading.steps,
    shapes: reading.shapes,
    output: last.step,
    images: { view, sizes: dimensionsOf(view, shape), batch },
    logits: { name: logits, sizes: dimensionsOf(last.view, last.shape) },
  };
}

/** How many read each tensor; the output's reader is who uses the network. */
function readersOf(
  nodes: readonly PlainNode[],
  output: string,
): ReadonlyMap<string, number> {
  const readers = new Map([[output, 1]]);
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  return readers;
}

/**
 * All tensors but those that are read, as they are, for what a Pad writes.
 *
 * @param nodes Each behind those that it reads.
 */
function computedWith(
  nodes: readonly PlainNode[],
  output: string,
): ReadonlySet<string> {
  const computed = new Set([output]);
  for (const { op, inputs, outputs } of nodes.toReversed()) {
    const passesOn = (op === "Cast" || op === "Identity") &&
      !computed.has(outputs[0]!);
    for (const [i, name] of inputs.entries()) {
      if (!passesOn && !(op === "Pad" && i === PAD_VALUE)) computed.add(name);
    }
  }
  return computed;
}

/** Number of Pad's input that says what it writes. */
const PAD_VALUE = 2;

function checkFinite(name: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    damaged(`tensor "${name}" holds ${data[i]}, expected numbers`);
  }
}

function checkOutput(
  { shape, view, border, strides }: MapValue,
  { name, classes }: { readonly name: string; readonly classes: number },
): void {
  if (border !== undefined || strides !== undefined) {
    unsupported(`its output "${name}" is padded or cut, expected logits`);
  }
  const count = shape[0] * shape[1] * shape[2];
  if (count !== classes) {
    unsupported(
      `its output "${name}" has ${count} numbers an image, expected ${classes}, one for each class of the data set`,
    );
  }
  const order = orderOf(view);
  if (!sameView([order], [orderOf(channelsFirst(shape))])) {
    unsupported(`its output "${name}" is a map channels last, expected logits`);
  }
}
