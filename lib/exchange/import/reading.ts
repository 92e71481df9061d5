/**
 * A graph being read: what is known of its tensors so far, and the steps that
 * they were understood as.
 *
 * @module
 */

import { inferShapes, type Layer, type Shape } from "../../network/mod.ts";
import { type PlainNode, refuse } from "./plain_graph.ts";
import type {
  ConstantValue,
  MapValue,
  Step,
  StepArrays,
  Value,
} from "./values.ts";
import { channelsFirst, sameView, type View } from "./view.ts";

/** What is given to an operator, and what it adds. */
export class Reading {
  /** In the order in which they are computed; the first gives the images. */
  readonly steps: Step[] = [];
  /** What each step gives. */
  readonly shapes: Shape[] = [];
  /** What is known of tensors, by name. */
  readonly values = new Map<string, Value>();
  /** Images that the file is fixed to; undefined where it takes any number. */
  readonly batch: number | undefined;
  /** Version of the operators. */
  readonly opset: number;
  readonly #readers: ReadonlyMap<string, number>;
  #bytes = 0;

  /** Starts with nothing known. */
  constructor({ batch, opset, readers }: {
    readonly batch: number | undefined;
    readonly opset: number;
    /** How many read each tensor. */
    readonly readers: ReadonlyMap<string, number>;
  }) {
    this.batch = batch;
    this.opset = opset;
    this.#readers = readers;
  }

  /** Counts what a node computed: a small file may use a tensor again and again. */
  spend(
    node: PlainNode,
    { byteLength }: { readonly byteLength: number },
  ): void {
    this.#bytes += byteLength;
    if (this.#bytes > MOST_BYTES) {
      refuse(
        node,
        `makes it more than ${MOST_BYTES} bytes of constants and weights, expected fewer`,
      );
    }
  }

  /** An input of a node; undefined where it is left out. */
  optional(node: PlainNode, index: number): Value | undefined {
    const name = node.inputs[index] ?? "";
    if (name === "") return undefined;
    const value = this.values.get(name)!;
    if (value.kind === "constant") return value;
    return { ...value, sole: value.sole && this.#readers.get(name) === 1 };
  }

  /** An input of a node that must be there. */
  value(node: PlainNode, index: number): Value {
    return this.optional(node, index) ??
      refuse(node, `has no input ${index}, expected one`);
  }

  /** An input that must be known beforehand. */
  constant(node: PlainNode, index: number): ConstantValue {
    const value = this.value(node, index);
    if (value.kind === "constant") return value;
    refuse(
      node,
      `computes its input ${index} from the images, expected a constant`,
    );
  }

  /** The same, where it may be left out. */
  optionalConstant(node: PlainNode, index: number): ConstantValue | undefined {
    return this.optional(node, index) === undefined
      ? undefined
      : this.constant(node, index);
  }

  /** An input that must be a map, with whatever is yet to be done to it. */
  pendingMap(node: PlainNode, index: number): MapValue {
    const value = this.value(node, index);
    if (value.kind === "constant") {
      refuse(node, `reads a constant, expected a map of the images`);
    }
    if (value.isSoftened) {
      refuse(node, "reads a softmax, expected that at the very end only");
    }
    return value;
  }

  /** An input that must be a map; padding that no window takes is refused. */
  map(node: PlainNode, index: number): MapValue {
    const map = this.whole(node, this.pendingMap(node, index));
    if (map.border === undefined) return map;
    refuse(
      map.border.node,
      `pads a map that is read by ${node.op}, expected a Conv or MaxPool behind it`,
    );
  }

  /** The map with the rows and columns taken that it is made of. */
  whole(node: PlainNode, map: MapValue): MapValue {
    if (map.strides === undefined) return map;
    const { strides: [down, right], ...rest } = map;
    const [, height, width] = this.shapes[map.step]!;
    // Along a side of one pixel any step is the same.
    const stride = height === 1 ? right : down;
    if (width > 1 && height > 1 && down !== right) {
      refuse(
        node,
        `reads every ${down}. row and every ${right}. column, expected as many of both`,
      );
    }
    const pooled = this.layer(
      node,
      { ...rest, shape: this.shapes[map.step]! },
      {
        layer: { type: "avgPool", kernel: 1, stride },
      },
    );
    return { ...pooled, view: map.view, nonNegative: map.nonNegative };
  }

  /** A map that must be kept channels first, as ONNX's windows read it. */
  channelsFirst(node: PlainNode, map: MapValue): MapValue {
    if (map.view.length === 3 && sameView(map.view, channelsFirst(map.shape))) {
      return map;
    }
    refuse(
      node,
      "reads a map in another order than [batch, channels, height, width], expected that one",
    );
  }

  /** Appends a layer; its output is channels first unless the map's view is kept. */
  layer(
    node: PlainNode,
    from: MapValue,
    { layer, arrays = {}, view }: {
      readonly layer: Layer;
      readonly arrays?: StepArrays;
      readonly view?: View;
    },
  ): MapValue {
    const inferred = inferShapes({ input: from.shape, blocks: [layer] });
    if (!inferred.ok) {
      refuse(node, `does not fit what it reads: ${inferred.reason}`);
    }
    const { output } = inferred;
    // What a hostile file could claim without having a byte for it.
    if (output[0] * output[1] * output[2] > MOST_PIXELS) {
      refuse(node, `gives a map of [${output}], expected a smaller one`);
    }
    for (const array of Object.values(arrays)) this.spend(node, array);
    this.steps.push({ type: "layer", reads: [from.step], layer, arrays, node });
    this.shapes.push(output);
    return {
      kind: "map",
      step: this.steps.length - 1,
      shape: output,
      view: view ?? channelsFirst(output),
      sole: true,
      nonNegative: false,
    };
  }
}

/** Values of the largest map, of one image: VGG's on ImageNet has 3.2 million. */
const MOST_PIXELS = 2 ** 23;

/** Bytes of all that is computed of constants and kept for layers. */
export const MOST_BYTES = 2 ** 30;
