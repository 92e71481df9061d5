/**
 * A layers model of TensorFlow.js as a plain graph: `model.json`, as Keras or
 * TensorFlow.js itself write it, and its weights. Layers become ONNX's operators
 * with transposes around those that want channels first.
 *
 * @module
 */

import { transposed } from "./constants.ts";
import { damaged, unsupported } from "./errors.ts";
import {
  type AttributeValue,
  type Constant,
  lastOf,
  MOST_NODES,
  type PlainGraph,
  type PlainNode,
} from "./plain_graph.ts";
import { type LayerConfig, type LayersModel, layersOf } from "./tfjs_layers.ts";

/** What `model.json` says, and what of it TensorFlow.js is to be given. */
export interface TfjsFile {
  /** The network. */
  readonly graph: PlainGraph;
  /** The layers: the model that gives logits, for TensorFlow.js to load. */
  readonly model: LayersModel;
}

/** Numbers by name, `layer/role`. */
export type TfjsWeights = ReadonlyMap<string, Constant>;

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/**
 * Reads a model.
 *
 * @param json The text of `model.json`, parsed.
 * @param weights Its weights.
 * @throws {ImportError} If it is damaged, or holds a layer that is not supported.
 */
export function readTfjs(json: unknown, weights: TfjsWeights): TfjsFile {
  const model = layersOf(json);
  const writer = new Writer(weights);
  const names = new Map<string, string>();
  const ranks = new Map<string, number>();
  if (model.layers.length > MOST_NODES) {
    unsupported(`it has more than ${MOST_NODES} layers`);
  }
  const read: string[] = [];
  for (const layer of model.layers) {
    if (names.has(layer.name)) damaged(`layer "${layer.name}" is there twice`);
    if (layer.type === "InputLayer") {
      names.set(layer.name, layer.name);
      ranks.set(layer.name, model.input.shape.length);
      continue;
    }
    const inputs = layer.inputs.map((name) => {
      const found = names.get(name);
      if (found !== undefined) return found;
      damaged(
        `layer "${layer.name}" reads "${name}", which is not before it`,
      );
    });
    read.push(...layer.inputs);
    const rank = ranks.get(layer.inputs[0] ?? "") ?? 0;
    const written = writer.layer(layer, { inputs, rank });
    names.set(layer.name, written.output);
    ranks.set(layer.name, written.rank);
  }
  const output = lastOf(model.outputs, read);
  const found = names.get(output);
  if (found === undefined) {
    damaged(`its output "${output}" is no layer of it`);
  }
  return {
    graph: {
      nodes: writer.nodes,
      constants: writer.constants,
      input: model.input,
      output: found,
      opset: 13,
    },
    model: { ...model, outputs: [output] },
  };
}

/** What a layer reads. */
interface Inputs {
  /** Tensors. */
  readonly inputs: readonly string[];
  /** Dimensions of the first, the batch among them. */
  readonly rank: number;
}

/** Writes nodes in ONNX's words. */
class Writer {
  readonly nodes: PlainNode[] = [];
  readonly constants = new Map<string, Constant>();
  readonly #weights: TfjsWeights;

  constructor(weights: TfjsWeights) {
    this.#weights = weights;
  }

  /** Writes a layer with its activation. */
  layer(
    layer: LayerConfig,
    read: Inputs,
  ): { readonly output: string; readonly rank: number } {
    const { output, rank } = this.#plain(layer, read);
    const activation = layer.word("activation", "linear");
    if (activation === "linear") return { output, rank };
    const op = ACTIVATIONS.get(activation) ?? activation;
    return { output: this.#node(layer, op, [output], { axis: -1 }), rank };
  }

  #plain(
    layer: LayerConfig,
    { inputs, rank }: Inputs,
  ): { readonly output: string; readonly rank: number } {
    const [input = ""] = inputs;
    const same = (output: string) => ({ output, rank });
    switch (layer.type) {
      case "Conv2D": {
        const kernel = this.#weight(layer, "kernel");
        if (kernel.shape.length !== 4) {
          damaged(`the kernel of "${layer.name}" is [${kernel.shape}]`);
        }
        return same(
          this.#around(layer, input, (maps) =>
            this.#node(layer, "Conv", [
              maps,
              this.#constant(layer, "kernel", transposed(kernel, [3, 2, 0, 1])),
              ...layer.flag("use_bias", true)
                ? [this.#constant(layer, "bias", this.#weight(layer, "bias"))]
                : [],
            ], {
              strides: layer.pair("strides", 1),
              dilations: layer.pair("dilation_rate", 1),
              group: layer.number("groups", 1),
              auto_pad: paddingOf(layer),
            })),
        );
      }
      case "Dense": {
        const product = this.#node(layer, "MatMul", [
          input,
          this.#constant(layer, "kernel", this.#weight(layer, "kernel")),
        ]);
        return same(
          layer.flag("use_bias", true)
            ? this.#node(layer, "Add", [
              product,
              this.#constant(layer, "bias", this.#weight(layer, "bias")),
            ])
            : product,
        );
      }
      case "BatchNormalization": {
        const axis = layer.axis(rank - 1);
        if (axis !== -1 && axis !== rank - 1) {
          unsupported(
            `layer "${layer.name}" normalises axis ${axis}, expected the last`,
          );
        }
        const norm = (maps: string) =>
          this.#node(layer, "BatchNormalization", [
            maps,
            ...this.#norm(layer),
          ], { epsilon: layer.number("epsilon", 1e-3) });
        return same(
          rank === 4 ? this.#around(layer, input, norm) : norm(input),
        );
      }
      case "MaxPooling2D":
      case "AveragePooling2D": {
        const kernel = layer.pair("pool_size", 2);
        const op = layer.type === "MaxPooling2D" ? "MaxPool" : "AveragePool";
        return same(
          this.#around(layer, input, (maps) =>
            this.#node(layer, op, [maps], {
              kernel_shape: kernel,
              strides: layer.pair("strides", kernel),
              auto_pad: paddingOf(layer),
            })),
        );
      }
      case "GlobalAveragePooling2D":
        return {
          output: this.#node(layer, "ReduceMean", [input], {
            axes: [1, 2],
            keepdims: layer.flag("keepdims", false) ? 1 : 0,
          }),
          rank: layer.flag("keepdims", false) ? 4 : 2,
        };
      case "ZeroPadding2D": {
        const [[top, bottom], [left, right]] = layer.sides("padding");
        return same(this.#node(layer, "Pad", [input], {
          pads: [0, top, left, 0, 0, bottom, right, 0],
        }));
      }
      case "Flatten":
        return { output: this.#node(layer, "Flatten", [input]), rank: 2 };
      case "Reshape": {
        const shape = layer.list("target_shape");
        return {
          output: this.#node(layer, "Reshape", [input], {
            shape: [0, ...shape],
          }),
          rank: shape.length + 1,
        };
      }
      case "Dropout":
      case "SpatialDropout2D":
        return same(this.#node(layer, "Dropout", [input], {
          ratio: layer.number("rate", 0.5),
        }));
      case "Add":
        return same(
          inputs.slice(1).reduce(
            (sum, other) => this.#node(layer, "Add", [sum, other]),
            input,
          ),
        );
      case "Concatenate":
        return same(this.#node(layer, "Concat", inputs, {
          axis: layer.axis(-1),
        }));
      case "ReLU":
        // TensorFlow.js passes over a threshold, so that no comparison shows it.
        if (
          layer.config.max_value != null || layer.number("negative_slope", 0) ||
          layer.number("threshold", 0)
        ) {
          unsupported(
            `layer "${layer.name}" (ReLU) has a largest value, a slope below 0 or a threshold, expected none`,
          );
        }
        return same(this.#node(layer, "Relu", [input]));
      case "Softmax":
        return same(this.#node(layer, "Softmax", [input], { axis: -1 }));
      case "Activation":
        return same(input);
      default:
        unsupported(
          `layer "${layer.name}" (${layer.type}) is none that this project's networks have, expected one of ${
            SUPPORTED.join(", ")
          }`,
        );
    }
  }

  /** Writes a node between transposes, for operators that want channels first. */
  #around(
    layer: LayerConfig,
    input: string,
    write: (maps: string) => string,
  ): string {
    const format = layer.word("data_format", "channels_last");
    if (format !== "channels_last") {
      unsupported(
        `layer "${layer.name}" (${layer.type}) has data_format "${format}", expected channels_last`,
      );
    }
    const maps = this.#node(layer, "Transpose", [input], { perm: TO_FIRST });
    return this.#node(layer, "Transpose", [write(maps)], { perm: TO_LAST });
  }

  #norm(layer: LayerConfig): readonly string[] {
    const mean = this.#weight(layer, "moving_mean");
    const filled = (value: number): Constant => ({
      shape: mean.shape,
      data: new Float32Array(mean.data.length).fill(value),
    });
    const parts: Readonly<Record<string, Constant>> = {
      gamma: layer.flag("scale", true)
        ? this.#weight(layer, "gamma")
        : filled(1),
      beta: layer.flag("center", true)
        ? this.#weight(layer, "beta")
        : filled(0),
      moving_mean: mean,
      moving_variance: this.#weight(layer, "moving_variance"),
    };
    return Object.entries(parts).map(([role, values]) =>
      this.#constant(layer, role, values)
    );
  }

  #weight({ name }: LayerConfig, role: string): Constant {
    return this.#weights.get(`${name}/${role}`) ??
      damaged(`the ${role} of layer "${name}" is not among its weights`);
  }

  #constant({ name }: LayerConfig, role: string, value: Constant): string {
    const key = `${name}/${role}`;
    this.constants.set(key, value);
    return key;
  }

  #node(
    { name }: LayerConfig,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const output = `${name}:${this.nodes.length}`;
    this.nodes.push({
      name,
      op,
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    });
    return output;
  }
}

const ACTIVATIONS: ReadonlyMap<string, string> = new Map([
  ["relu", "Relu"],
  ["softmax", "Softmax"],
]);

const SUPPORTED = [
  "InputLayer",
  "Conv2D",
  "Dense",
  "BatchNormalization",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalAveragePooling2D",
  "ZeroPadding2D",
  "Flatten",
  "Reshape",
  "Dropout",
  "SpatialDropout2D",
  "Add",
  "Concatenate",
  "ReLU",
  "Softmax",
  "Activation",
];

function paddingOf(layer: LayerConfig): string {
  const padding = layer.word("padding", "valid");
  if (padding === "valid") return "VALID";
  if (padding === "same") return "SAME_UPPER";
  unsupported(
    `layer "${layer.name}" (${layer.type}) has padding "${padding}", expected valid or same`,
  );
}
