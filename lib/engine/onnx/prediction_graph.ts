/**
 * The prediction model: weights are constants and batch norms are folded into
 * the convolutions before them, so that the runtime may lay both out for speed.
 *
 * @module
 */

import {
  BATCH_NORM_EPSILON,
  type Block,
  type Layer,
  type Network,
  parameterTable,
} from "../../network/mod.ts";
import type { Weights } from "../engine.ts";
import { Graph } from "./graph.ts";

/** Per-channel scale and shift of a batch norm with running statistics. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** A sequence's parameters: values and shapes by name. */
interface Lookup {
  readonly weights: Weights;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

function affineOf({ weights }: Lookup, name: string): Affine {
  const scales = weights[`${name}.scale`]!;
  const shifts = weights[`${name}.shift`]!;
  const means = weights[`${name}.runningMean`]!;
  const variances = weights[`${name}.runningVariance`]!;
  const scale = Float64Array.from(
    scales,
    (value, c) => value / Math.sqrt(variances[c]! + BATCH_NORM_EPSILON),
  );
  return {
    scale,
    shift: Float64Array.from(
      shifts,
      (value, c) => value - means[c]! * scale[c]!,
    ),
  };
}

/** Weight and bias of a convolution or linear layer, with a batch norm folded in. */
function foldedWeights(
  lookup: Lookup,
  name: string,
  norm: string | undefined,
): { weight: Float32Array; bias: Float32Array; shape: readonly number[] } {
  const shape = lookup.shapes.get(`${name}.weight`)!;
  const outputs = shape[0]!;
  const weight = lookup.weights[`${name}.weight`]!;
  const bias = lookup.weights[`${name}.bias`] ?? new Float32Array(outputs);
  if (norm === undefined) return { weight, bias, shape };
  const { scale, shift } = affineOf(lookup, norm);
  const row = weight.length / outputs;
  return {
    shape,
    weight: weight.map((value, i) => value * scale[Math.floor(i / row)]!),
    bias: bias.map((value, c) => value * scale[c]! + shift[c]!),
  };
}

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
        graph.tensor(weight, shape),
        graph.tensor(bias, [bias.length]),
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
        graph.tensor(weight, shape),
        graph.tensor(bias, [bias.length]),
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
          graph.tensor(Float32Array.from(scale), maps),
        ]),
        graph.tensor(Float32Array.from(shift), maps),
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

/** An encoded prediction and what its output is called. */
export interface PredictionModel {
  readonly bytes: Uint8Array;
  readonly logits: string;
}

/**
 * Encodes the prediction model of a canonical network: input `images`, logits of
 * `[batch, classes]`.
 */
export function predictionModel(
  network: Network,
  weights: Weights,
  classes: number,
): PredictionModel {
  const graph = new Graph();
  const shapes = new Map(
    parameterTable(network).map(({ name, shape }) => [name, shape]),
  );
  const output = sequenceNodes(
    graph,
    { weights, shapes },
    network.blocks,
    "blocks",
    graph.input("images", "float32", ["batch", ...network.input]),
  );
  const logits = graph.output(
    graph.node("Reshape", [output, graph.integers([-1, classes])]),
    ["batch", classes],
  );
  return { logits, bytes: graph.encode() };
}
