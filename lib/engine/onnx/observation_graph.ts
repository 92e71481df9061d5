/**
 * An ONNX model that moves the running statistics: the forward pass of a
 * training step, without dropout.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import { flatLayouts, piecesOf } from "./flat.ts";
import {
  parameterInputs,
  type PieceNames,
  runningUpdate,
} from "./flat_graph.ts";
import { Graph } from "./graph.ts";
import type { Kernels, TrainingGraph } from "./layers/layer.ts";
import { sequence } from "./layers/sequence.ts";

/** An encoded observation and what its running statistics are called. */
export interface ObservationModel {
  readonly bytes: Uint8Array;
  /** Inputs of the flat parameters' pieces, in order. */
  readonly parameters: readonly string[];
  readonly running: PieceNames;
}

/**
 * Builds the observation of a canonical network that has a batch norm. Inputs:
 * `images`, the scalars `batchSize`, `momentum` and `kept`, and those that the
 * result names.
 */
export function observationModel(
  network: Network,
  kernels: Kernels,
): ObservationModel {
  const graph = new Graph();
  const { trainable, running } = flatLayouts(network);
  const images = graph.input("images", "float32", ["batch", ...network.input]);
  const batchSize = graph.input("batchSize", "float32", []);
  const { flat, values } = parameterInputs(graph, piecesOf(trainable, kernels));
  const statistics = new Map<string, string>();
  const context: TrainingGraph = {
    graph,
    ...kernels,
    batchSize,
    parameter: (name) => values.get(name)!,
    statistic: (name, value) => void statistics.set(name, value),
    dropoutMask: () => graph.scalar(1),
    // There is no loss that they could change.
    gradient: () => {},
    watch: () => {},
  };
  sequence(context, network.blocks, "blocks", network.input, images);
  return {
    parameters: flat,
    running: runningUpdate(graph, {
      layout: running,
      statistics,
      momentum: graph.input("momentum", "float32", []),
      kept: graph.input("kept", "float32", []),
    }),
    bytes: graph.encode(),
  };
}
