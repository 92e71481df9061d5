/**
 * The prediction model: weights are constants and batch norms are folded into
 * the convolutions before them, so that the runtime may lay both out for speed.
 *
 * @module
 */

import {
  type Block,
  type Layer,
  type Network,
  shapes,
} from "../../network/mod.ts";
import type { Weights } from "../engine.ts";
import { affineOf, foldedWeights, type Lookup, lookupOf } from "../folding.ts";
import { type EncodeOptions, Graph } from "./graph.ts";

/** Names of the model's input and output. */
export const PREDICTION_NAMES = { images: "images", logits: "logits" } as const;

function layerNode(
  graph: Graph,
  lookup: Lookup,
  layer: Layer,
  name: string,
  norm: string | undefined,
  input: string,
): string {
  switch (layer.type) {
    case "conv": {
      const { weight, bias, shape } = foldedWeights(lookup, name, norm);
      return graph.node("Conv", [
        input,
        graph.tensor(weight, shape, `${name}.weight`),
        graph.tensor(bias, [bias.length], `${name}.bias`),
      ], {
        attributes: {
          kernel_shape: [layer.kernel, layer.kernel],
          strides: [layer.stride, layer.stride],
          pads: Array<number>(4).fill(layer.padding),
        },
      });
    }
    case "linear": {
      const { weight, bias, shape } = foldedWeights(lookup, name, norm);
      const product = graph.node("Gemm", [
        graph.node("Reshape", [input, graph.integers([-1, shape[1]!])]),
        graph.tensor(weight, shape, `${name}.weight`),
        graph.tensor(bias, [bias.length], `${name}.bias`),
      ], { attributes: { transB: 1 } });
      return graph.node("Reshape", [
        product,
        graph.integers([-1, layer.outFeatures, 1, 1]),
      ]);
    }
    case "batchNorm": {
      const { scale, shift } = affineOf(lookup, name);
      const maps = [1, scale.length, 1, 1];
      return graph.node("Add", [
        graph.node("Mul", [
          input,
          graph.tensor(Float32Array.from(scale), maps, `${name}.scale`),
        ]),
        graph.tensor(Float32Array.from(shift), maps, `${name}.shift`),
      ]);
    }
    case "relu":
      return graph.node("Relu", [input]);
    case "maxPool":
      return graph.node("MaxPool", [input], {
        attributes: {
          kernel_shape: [layer.kernel, layer.kernel],
          strides: [layer.stride, layer.stride],
          pads: Array<number>(4).fill(layer.padding),
        },
      });
    case "avgPool":
      if (layer.kernel === "global") {
        return graph.node("GlobalAveragePool", [input]);
      }
      return graph.node("AveragePool", [input], {
        attributes: {
          kernel_shape: [layer.kernel, layer.kernel],
          strides: [layer.stride, layer.stride],
        },
      });
    case "dropout":
      return input;
    case "padChannels": {
      const { before, after } = layer;
      return before + after === 0 ? input : graph.node("Pad", [
        input,
        graph.integers([0, before, 0, 0, 0, after, 0, 0]),
      ]);
    }
  }
}

function sequenceNodes(
  graph: Graph,
  lookup: Lookup,
  blocks: readonly Block[],
  prefix: string,
  input: string,
): string {
  let value = input;
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const name = `${prefix}.${index}`;
    if (block.type === "residual") {
      const body = sequenceNodes(
        graph,
        lookup,
        block.body,
        `${name}.body`,
        value,
      );
      const shortcut = sequenceNodes(
        graph,
        lookup,
        block.shortcut,
        `${name}.shortcut`,
        value,
      );
      value = graph.node("Relu", [graph.node("Add", [body, shortcut])]);
      continue;
    }
    if (block.type === "concat") {
      const read = value;
      const branches = block.branches.map((layers, branch) =>
        sequenceNodes(graph, lookup, layers, `${name}.branches.${branch}`, read)
      );
      value = graph.node("Concat", branches, { attributes: { axis: 1 } });
      continue;
    }
    const foldsNorm = (block.type === "conv" || block.type === "linear") &&
      blocks[index + 1]?.type === "batchNorm";
    const norm = foldsNorm ? `${prefix}.${index + 1}` : undefined;
    value = layerNode(graph, lookup, block, name, norm, value);
    if (foldsNorm) index++;
  }
  return value;
}

/**
 * Encodes the prediction model of a canonical network: input `images` of `[batch,
 * channels, height, width]`, output `logits` of `[batch, classes]`.
 *
 * @param network In canonical form.
 * @param weights Its weights.
 * @param options What else is in the file.
 */
export function predictionModel(
  network: Network,
  weights: Weights,
  options: EncodeOptions = {},
): Uint8Array {
  const graph = new Graph();
  const { output: [channels, height, width] } = shapes(network);
  const classes = channels * height * width;
  const { images, logits } = PREDICTION_NAMES;
  const output = sequenceNodes(
    graph,
    lookupOf(network, weights),
    network.blocks,
    "blocks",
    graph.input(images, "float32", ["batch", ...network.input]),
  );
  graph.output(
    graph.node("Reshape", [output, graph.integers([-1, classes])], {
      output: logits,
    }),
    ["batch", classes],
  );
  return graph.encode(options);
}
