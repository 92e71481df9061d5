/**
 * A network as a graph model of TensorFlow.js: `model.json` and its weights, for
 * `tf.loadGraphModel`. Maps are channels-last, as that library wants them.
 *
 * @module
 */

import { affineOf, foldedWeights, lookupOf } from "../engine/mod.ts";
import {
  type Block,
  type Conv,
  type Layer,
  type MaxPool,
  type Network,
  type Shape,
  shapes,
} from "../network/mod.ts";
import { TfjsGraph } from "./_tfjs_graph.ts";
import { channelsLast, channelsLastRows } from "./_channels_last.ts";
import { metadataOf, type TrainedNetwork } from "./trained.ts";

/** Stands for the values outside a map, which never win. */
const LOWEST = -3.4028234663852886e38;

/** A value in the graph: its name and its shape, channels first as everywhere. */
interface Value {
  readonly name: string;
  readonly shape: Shape;
}

/** The files: topology and weights. */
export function tfjsFiles(
  trained: TrainedNetwork,
): ReadonlyMap<string, string | Uint8Array> {
  const { network, weights } = trained;
  const graph = new TfjsGraph();
  const [channels, height, width] = network.input;
  const images = graph.input("images", [height, width, channels]);
  const { name, shape } = sequence(network.blocks, {
    graph,
    lookup: lookupOf(network, weights),
    prefix: "blocks",
    input: { name: images, shape: network.input },
  });
  const classes = shape[0] * shape[1] * shape[2];
  // Logits of whole maps, of networks that end in none of one pixel, are in the
  // order of channels here too.
  const ordered = shape[1] * shape[2] === 1
    ? name
    : graph.node("Transpose", [name, graph.integers([0, 3, 1, 2])]);
  graph.output("logits", ordered, classes);
  return graph.files(metadataOf(trained));
}

/** What a sequence is written with. */
interface Context {
  readonly graph: TfjsGraph;
  readonly lookup: ReturnType<typeof lookupOf>;
  readonly prefix: string;
  readonly input: Value;
}

function sequence(
  blocks: readonly Block[],
  { graph, lookup, prefix, input }: Context,
): Value {
  let value = input;
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const name = `${prefix}.${index}`;
    const inner = (layers: readonly Layer[], place: string) =>
      sequence(layers, {
        graph,
        lookup,
        prefix: `${name}.${place}`,
        input: value,
      });
    if (block.type === "residual") {
      const body = inner(block.body, "body");
      const shortcut = inner(block.shortcut, "shortcut");
      const sum = graph.node("AddV2", [body.name, shortcut.name]);
      value = { name: graph.node("Relu", [sum]), shape: body.shape };
      continue;
    }
    if (block.type === "concat") {
      const branches = block.branches.map((layers, branch) =>
        inner(layers, `branches.${branch}`)
      );
      value = {
        name: graph.node("ConcatV2", [
          ...branches.map((branch) => branch.name),
          graph.integers([3], []),
        ], { N: { i: String(branches.length) } }),
        shape: outputOf(block, value.shape),
      };
      continue;
    }
    const foldsNorm = (block.type === "conv" || block.type === "linear") &&
      blocks[index + 1]?.type === "batchNorm";
    const norm = foldsNorm ? `${prefix}.${index + 1}` : undefined;
    const output = layer(block, { graph, lookup, input: value, name, norm });
    value = { name: output, shape: outputOf(block, value.shape) };
    if (foldsNorm) index++;
  }
  return value;
}

function outputOf(block: Block, input: Shape): Shape {
  const network: Network = { input, blocks: [block] };
  return shapes(network).output;
}

/** What a layer is written with. */
interface LayerContext extends Omit<Context, "prefix"> {
  readonly name: string;
  readonly norm: string | undefined;
}

function layer(
  layer: Layer,
  { graph, lookup, input, name, norm }: LayerContext,
): string {
  const [channels, height, width] = input.shape;
  switch (layer.type) {
    case "conv": {
      const { weight, bias, shape } = foldedWeights(lookup, name, norm);
      const product = graph.node("Conv2D", [
        padded(graph, { input, layer, value: 0 }),
        graph.tensor(
          `${name}.weight`,
          channelsLast(weight, shape),
          [shape[2]!, shape[3]!, shape[1]!, shape[0]!],
        ),
      ], graph.window({ strides: layer.stride }));
      return graph.node("BiasAdd", [
        product,
        graph.tensor(`${name}.bias`, bias, [bias.length]),
      ]);
    }
    case "linear": {
      const { weight, bias, shape } = foldedWeights(lookup, name, norm);
      const product = graph.node("MatMul", [
        graph.node("Reshape", [input.name, graph.integers([-1, shape[1]!])]),
        graph.tensor(
          `${name}.weight`,
          channelsLastRows(weight, { channels, pixels: height * width }),
          shape,
        ),
      ], { transpose_a: { b: false }, transpose_b: { b: true } });
      const sum = graph.node("AddV2", [
        product,
        graph.tensor(`${name}.bias`, bias, [bias.length]),
      ]);
      return graph.node("Reshape", [
        sum,
        graph.integers([-1, 1, 1, layer.outFeatures]),
      ]);
    }
    case "batchNorm": {
      const { scale, shift } = affineOf(lookup, name);
      const tensor = (role: string, values: Float64Array) =>
        graph.tensor(`${name}.${role}`, Float32Array.from(values), [channels]);
      return graph.node("AddV2", [
        graph.node("Mul", [input.name, tensor("scale", scale)]),
        tensor("shift", shift),
      ]);
    }
    case "relu":
      return graph.node("Relu", [input.name]);
    case "maxPool":
      return graph.node(
        "MaxPool",
        [padded(graph, { input, layer, value: LOWEST })],
        graph.window({ strides: layer.stride, kernel: layer.kernel }),
      );
    case "avgPool":
      if (layer.kernel === "global") {
        return graph.node("Mean", [input.name, graph.integers([1, 2])], {
          keep_dims: { b: true },
        });
      }
      return graph.node(
        "AvgPool",
        [input.name],
        graph.window({ strides: layer.stride, kernel: layer.kernel }),
      );
    case "dropout":
      return input.name;
    case "padChannels": {
      const sides = [0, 0, 0, 0, 0, 0, layer.before, layer.after];
      return graph.node("PadV2", [
        input.name,
        graph.integers(sides, [4, 2]),
        graph.scalar(0),
      ]);
    }
  }
}

/** The input of a window with the layer's padding around it. */
function padded(
  graph: TfjsGraph,
  { input, layer: { padding }, value }: {
    readonly input: Value;
    readonly layer: Conv | MaxPool;
    readonly value: number;
  },
): string {
  if (padding === 0) return input.name;
  const sides = [0, 0, padding, padding, padding, padding, 0, 0];
  return graph.node("PadV2", [
    input.name,
    graph.integers(sides, [4, 2]),
    graph.scalar(value),
  ]);
}
