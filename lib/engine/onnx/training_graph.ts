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
import { type FlatLayout, flatLayouts } from "./flat.ts";
import { Graph } from "./graph.ts";
import type { TrainingGraph } from "./layers/layer.ts";
import { sequence } from "./layers/sequence.ts";
import { addLoss } from "./loss.ts";
import { addUpdate, slotCount } from "./optimiser.ts";

/** Shape of a dropout layer's mask for one image, and its rate. */
export interface DropoutMask {
  readonly input: string;
  readonly rate: number;
  readonly shape: Shape;
}

/** An encoded training step and what its inputs need. */
export interface TrainingModel {
  readonly bytes: Uint8Array;
  readonly dropoutMasks: readonly DropoutMask[];
}

/** Splits a flat vector into its entries, each in its own shape. */
function splitFlat(
  graph: Graph,
  { entries }: FlatLayout,
  flat: string,
): ReadonlyMap<string, string> {
  if (entries.length === 0) return new Map();
  const parts = graph.nodes(
    "Split",
    [
      flat,
      graph.integers(entries.map(({ size }) => size)),
    ],
    entries.length,
    { attributes: { axis: 0 } },
  );
  return new Map(
    entries.map(({ name, shape }, index) => [
      name,
      shape.length === 1
        ? parts[index]!
        : graph.node("Reshape", [parts[index]!, graph.integers(shape)]),
    ]),
  );
}

/** Concatenates values into a flat vector in a layout's order. */
function joinFlat(
  graph: Graph,
  { entries }: FlatLayout,
  values: ReadonlyMap<string, string>,
): string {
  return graph.node(
    "Concat",
    entries.map(({ name }) =>
      graph.node("Reshape", [values.get(name)!, graph.integers([-1])])
    ),
    { attributes: { axis: 0 } },
  );
}

/**
 * Builds the training step of a canonical network. Inputs: `images`, `labels`,
 * `teacherLogits` (the last two only where the loss reads them), `batchSize`,
 * `inverseBatch`, `scalarN`, `parameters`, `slotN`, `running`, `maskN`. Outputs:
 * `loss`, `newParameters`, `newSlotN`, `newRunning`.
 */
export function trainingModel(
  network: Network,
  { loss, optimiser }: TrainingPlan,
  block: number | undefined,
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
  const teacherLogits = loss.logitMse === 0
    ? ""
    : graph.input("teacherLogits", "float32", ["batch", classes]);
  const batchSize = graph.input("batchSize", "float32", []);
  const inverseBatch = graph.input("inverseBatch", "float32", []);
  const scalars = Array.from(
    { length: optimiser.type === "adam" ? 2 : 1 },
    (_, index) => graph.input(`scalar${index}`, "float32", []),
  );
  const flat = graph.input("parameters", "float32", [trainable.size]);
  const slots = Array.from(
    { length: slotCount(optimiser) },
    (_, index) => graph.input(`slot${index}`, "float32", [trainable.size]),
  );

  const parameters = splitFlat(graph, trainable, flat);
  const gradients = new Map<string, string>();
  const statistics = new Map<string, string>();
  const dropoutMasks: DropoutMask[] = [];
  const watched: string[] = [];
  const context: TrainingGraph = {
    graph,
    block,
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
  graph.output("loss", watchedLoss, []);
  // A network may have nothing to train: pools have no parameters.
  if (trainable.size > 0) {
    const updated = addUpdate(graph, optimiser, {
      parameters: flat,
      gradient: joinFlat(graph, trainable, gradients),
      slots,
      scalars,
    });
    graph.output("newParameters", updated.parameters, [trainable.size]);
    updated.slots.forEach((slot, index) =>
      graph.output(`newSlot${index}`, slot, [trainable.size])
    );
  }
  if (running.size > 0) {
    const old = graph.input("running", "float32", [running.size]);
    graph.output(
      "newRunning",
      graph.node("Add", [
        graph.node("Mul", [old, graph.scalar(1 - BATCH_NORM_MOMENTUM)]),
        graph.node("Mul", [
          joinFlat(graph, running, statistics),
          graph.scalar(BATCH_NORM_MOMENTUM),
        ]),
      ]),
      [running.size],
    );
  }
  return { bytes: graph.encode(), dropoutMasks };
}
