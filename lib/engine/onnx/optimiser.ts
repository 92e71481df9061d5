/**
 * Optimisers, on one flat vector of all parameters: few large operations instead
 * of many small ones.
 *
 * @module
 */

import type { Adam, Optimiser, Sgd } from "../engine.ts";
import type { Graph } from "./graph.ts";

/** Names of flat vectors `[parameters]`, and of the scalars of a step. */
export interface UpdateInputs {
  readonly parameters: string;
  readonly gradient: string;
  /** The optimiser's memory, {@link slotCount} vectors. */
  readonly slots: readonly string[];
  /** The scalars of {@link stepScalars}, in order. */
  readonly scalars: readonly string[];
}

/** Names of the new parameters and the new memory. */
export interface UpdateOutputs {
  readonly parameters: string;
  readonly slots: readonly string[];
}

/** How many vectors an optimiser remembers. */
export function slotCount(optimiser: Optimiser): number {
  if (optimiser.type === "adam") return 2;
  return optimiser.momentum === 0 ? 0 : 1;
}

/**
 * The scalars that a step needs, computed in double precision. `step` counts
 * from 1.
 */
export function stepScalars(
  optimiser: Optimiser,
  learningRate: number,
  step: number,
): readonly number[] {
  if (optimiser.type === "sgd") return [learningRate];
  const { beta1, beta2, decoupled, weightDecay } = optimiser;
  return [
    learningRate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    ...(decoupled ? [learningRate * weightDecay] : []),
  ];
}

/** How many scalars a step needs. */
export function scalarCount(optimiser: Optimiser): number {
  return stepScalars(optimiser, 0, 1).length;
}

function scaled(graph: Graph, value: string, factor: number): string {
  return graph.node("Mul", [value, graph.scalar(factor)]);
}

/**
 * buffer = momentum buffer + g; w = w - rate (g + momentum buffer) with
 * Nesterov, w - rate buffer without. A buffer of zeros makes the first one g.
 */
function sgd(
  graph: Graph,
  { momentum, nesterov }: Sgd,
  { parameters, gradient, slots, scalars }: UpdateInputs,
): UpdateOutputs {
  const [rate] = scalars;
  const [old] = slots;
  const buffer = old === undefined
    ? undefined
    : graph.node("Add", [scaled(graph, old, momentum), gradient]);
  const direction = buffer === undefined
    ? gradient
    : nesterov
    ? graph.node("Add", [gradient, scaled(graph, buffer, momentum)])
    : buffer;
  return {
    parameters: graph.node("Sub", [
      parameters,
      graph.node("Mul", [direction, rate!]),
    ]),
    slots: buffer === undefined ? [] : [buffer],
  };
}

/**
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * w = w - rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon),
 * where a decoupled decay has first made w = w - rate decay w. It is written so,
 * and not as (1 - rate decay) w, since single precision holds a small factor to
 * seven digits but its difference from 1 to few.
 */
function adam(
  graph: Graph,
  { beta1, beta2, epsilon }: Adam,
  { parameters, gradient, slots, scalars }: UpdateInputs,
): UpdateOutputs {
  const [rate, inverseRoot, decay] = scalars;
  const decayed = decay === undefined ? parameters : graph.node("Sub", [
    parameters,
    graph.node("Mul", [parameters, decay]),
  ]);
  const mean = graph.node("Add", [
    scaled(graph, slots[0]!, beta1),
    scaled(graph, gradient, 1 - beta1),
  ]);
  const square = graph.node("Add", [
    scaled(graph, slots[1]!, beta2),
    scaled(graph, graph.node("Mul", [gradient, gradient]), 1 - beta2),
  ]);
  const spread = graph.node("Add", [
    graph.node("Mul", [graph.node("Sqrt", [square]), inverseRoot!]),
    graph.scalar(epsilon),
  ]);
  const change = graph.node("Mul", [
    graph.node("Div", [mean, spread]),
    rate!,
  ]);
  return {
    parameters: graph.node("Sub", [decayed, change]),
    slots: [mean, square],
  };
}

/** Adds one update to the graph. Weight decay is L2, g + decay w, or decoupled. */
export function addUpdate(
  graph: Graph,
  optimiser: Optimiser,
  inputs: UpdateInputs,
): UpdateOutputs {
  const { weightDecay } = optimiser;
  const isL2 = optimiser.type === "sgd" || !optimiser.decoupled;
  const gradient = weightDecay === 0 || !isL2
    ? inputs.gradient
    : graph.node("Add", [
      inputs.gradient,
      scaled(graph, inputs.parameters, weightDecay),
    ]);
  const decayed = { ...inputs, gradient };
  return optimiser.type === "sgd"
    ? sgd(graph, optimiser, decayed)
    : adam(graph, optimiser, decayed);
}
