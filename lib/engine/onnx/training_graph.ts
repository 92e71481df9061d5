/**
 * One ONNX model that holds a whole training step: forward, loss, backward,
 * optimiser, running statistics.
 *
 * @module
 */

import {
  BATCH_NORM_MOMENTUM,
  inferShapes,
  type Network,
  type Shape,
} from "../../network/mod.ts";
import type { TrainingPlan } from "../engine.ts";
import { needsTeacher } from "../needs_teacher.ts";
import { type FlatLayout, flatLayouts, piecesOf } from "./flat.ts";
import {
  joinFlat,
  parameterInputs,
  type PieceNames,
  runningUpdate,
} from "./flat_graph.ts";
import { Graph } from "./graph.ts";
import type { Kernels, TrainingGraph } from "./layers/layer.ts";
import { sequence } from "./layers/sequence.ts";
import { addLoss } from "./loss.ts";
import { addUpdate, scalarCount, slotCount } from "./optimiser.ts";

/** Shape of a dropout layer's mask for one image, and its rate. */
export interface DropoutMask {
  readonly input: string;
  readonly rate: number;
  readonly shape: Shape;
}

/** A piece of the parameters and of the optimiser's memory, each a vector. */
export interface TrainingPiece {
  readonly layout: FlatLayout;
  readonly parameters: PieceNames;
  readonly slots: readonly PieceNames[];
}

/** The running statistics, one vector. */
export interface RunningVector extends PieceNames {
  readonly layout: FlatLayout;
}

/** An encoded training step and what its inputs and outputs are called. */
export interface TrainingModel {
  readonly bytes: Uint8Array;
  readonly loss: string;
  readonly pieces: readonly TrainingPiece[];
  /** Of the running statistics, where the network has any. */
  readonly running: RunningVector | undefined;
  readonly dropoutMasks: readonly DropoutMask[];
}

/**
 * Builds the training step of a canonical network. Inputs: `images`, `labels`,
 * `teacherLogits` (the last two only where the loss reads them), `batchSize`,
 * `inverseBatch`, `scalarN`, and those that the result names.
 */
export function trainingModel(
  network: Network,
  { loss, optimiser }: TrainingPlan,
  kernels: Kernels,
): TrainingModel {
  const graph = new Graph();
  const { trainable, running } = flatLayouts(network);
  const shapes = inferShapes(network);
  if (!shapes.ok) {
    throw new RangeError(`Cannot compile the network: ${shapes.reason}`);
  }
  const classes = shapes.output[0] * shapes.output[1] * shapes.output[2];

  const images = graph.input("images", "float32", ["batch", ...network.input]);
  const labels = loss.crossEntropy === 0
    ? ""
    : graph.input("labels", "int32", ["batch"]);
  const teacherLogits = needsTeacher(loss)
    ? graph.input("teacherLogits", "float32", ["batch", classes])
    : "";
  const batchSize = graph.input("batchSize", "float32", []);
  const inverseBatch = graph.input("inverseBatch", "float32", []);
  const scalars = Array.from(
    { length: scalarCount(optimiser) },
    (_, index) => graph.input(`scalar${index}`, "float32", []),
  );
  const pieces = piecesOf(trainable, kernels);
  const { flat, values: parameters } = parameterInputs(graph, pieces);
  const gradients = new Map<string, string>();
  const statistics = new Map<string, string>();
  const dropoutMasks: DropoutMask[] = [];
  const watched: string[] = [];
  const context: TrainingGraph = {
    graph,
    ...kernels,
    batchSize,
    parameter: (name) => parameters.get(name)!,
    gradient: (name, value) => void gradients.set(name, value),
    statistic: (name, value) => void statistics.set(name, value),
    watch: (value) => void watched.push(value),
    dropoutMask(rate, shape) {
      const input = `mask${dropoutMasks.length}`;
      dropoutMasks.push({ input, rate, shape });
      return graph.input(input, "float32", ["batch", ...shape]);
    },
  };

  const forward = sequence(
    context,
    network.blocks,
    "blocks",
    network.input,
    images,
  );
  const { value, gradient } = addLoss(graph, classes, loss, {
    logits: graph.node("Reshape", [
      forward.output,
      graph.integers([-1, classes]),
    ]),
    labels,
    teacherLogits,
    inverseBatch,
  });
  forward.backward(
    graph.node("Reshape", [gradient, graph.integers([-1, ...shapes.output])]),
    false,
  );
  // Not a number wherever a watched value is not finite, else 0 more.
  const watchedLoss = watched.reduce((sum, name) =>
    graph.node("Add", [
      sum,
      graph.node("Mul", [name, graph.scalar(0)]),
    ]), value);
  const trainingPieces = pieces.map((piece, index): TrainingPiece => {
    const shape = [piece.size];
    const slots = Array.from(
      { length: slotCount(optimiser) },
      (_, slot) => graph.input(`slot${slot}_${index}`, "float32", shape),
    );
    const updated = addUpdate(graph, optimiser, {
      parameters: flat[index]!,
      gradient: joinFlat(graph, piece, gradients),
      slots,
      scalars,
    });
    return {
      layout: piece,
      parameters: {
        input: flat[index]!,
        output: graph.output(updated.parameters, shape),
      },
      slots: slots.map((input, slot) => ({
        input,
        output: graph.output(updated.slots[slot]!, shape),
      })),
    };
  });
  return {
    loss: graph.output(watchedLoss, []),
    pieces: trainingPieces,
    running: running.size === 0 ? undefined : {
      layout: running,
      ...runningUpdate(graph, {
        layout: running,
        statistics,
        momentum: graph.scalar(BATCH_NORM_MOMENTUM),
        kept: graph.scalar(1 - BATCH_NORM_MOMENTUM),
      }),
    },
    dropoutMasks,
    bytes: graph.encode(),
  };
}
