/**
 * Losses: their value and their derivative in the logits, side by side.
 *
 * @module
 */

import type { Loss, SoftenedKl } from "../engine.ts";
import type { Graph } from "./graph.ts";

/** Names of the values that a loss reads. */
export interface LossInputs {
  /** `[batch, classes]` */
  readonly logits: string;
  /** int32 `[batch]` */
  readonly labels: string;
  /** `[batch, classes]` */
  readonly teacherLogits: string;
  /** Scalar 1 / batch. */
  readonly inverseBatch: string;
}

/** Names of a loss's value (scalar) and of its gradient (`[batch, classes]`). */
export interface LossOutputs {
  readonly value: string;
  readonly gradient: string;
}

/** -mean over the batch of log softmax(z)[label]; derivative (softmax(z) - y) / batch. */
function crossEntropy(
  graph: Graph,
  classes: number,
  { logits, labels, inverseBatch }: LossInputs,
): LossOutputs {
  const target = graph.node("OneHot", [
    // The runtime has this operator for int64 depths with int64 indices only.
    graph.node("Cast", [labels], { attributes: { to: 7 } }),
    graph.integers([classes]),
    graph.tensor(new Float32Array([0, 1]), [2]),
  ], { attributes: { axis: -1 } });
  const logProbabilities = graph.node("LogSoftmax", [logits], {
    attributes: { axis: -1 },
  });
  const sum = graph.node("ReduceSum", [
    graph.node("Mul", [target, logProbabilities]),
  ], { attributes: { keepdims: 0 } });
  const error = graph.node("Sub", [
    graph.node("Softmax", [logits], { attributes: { axis: -1 } }),
    target,
  ]);
  return {
    value: graph.node("Neg", [graph.node("Mul", [sum, inverseBatch])]),
    gradient: graph.node("Mul", [error, inverseBatch]),
  };
}

/** Mean over batch and classes of (z - t)^2; derivative 2 (z - t) / (batch classes). */
function logitMse(
  graph: Graph,
  classes: number,
  { logits, teacherLogits, inverseBatch }: LossInputs,
): LossOutputs {
  const error = graph.node("Sub", [logits, teacherLogits]);
  const factor = graph.node("Mul", [inverseBatch, graph.scalar(2 / classes)]);
  return {
    value: graph.node("ReduceMean", [graph.node("Mul", [error, error])], {
      attributes: { keepdims: 0 },
    }),
    gradient: graph.node("Mul", [error, factor]),
  };
}

/**
 * Mean over the batch of T^2 KL(p || q) with p = softmax(t / T) and q =
 * softmax(z / T); derivative T (q - p) / batch.
 */
function softenedKl(
  graph: Graph,
  { temperature }: SoftenedKl,
  { logits, teacherLogits, inverseBatch }: LossInputs,
): LossOutputs {
  const scaled = (value: string, factor: number) =>
    graph.node("Mul", [value, graph.scalar(factor)]);
  const student = scaled(logits, 1 / temperature);
  const teacher = scaled(teacherLogits, 1 / temperature);
  const ofClasses = (operator: "Softmax" | "LogSoftmax", value: string) =>
    graph.node(operator, [value], { attributes: { axis: -1 } });
  const probabilities = ofClasses("Softmax", teacher);
  const divergence = graph.node("ReduceSum", [
    graph.node("Mul", [
      probabilities,
      graph.node("Sub", [
        ofClasses("LogSoftmax", teacher),
        ofClasses("LogSoftmax", student),
      ]),
    ]),
  ], { attributes: { keepdims: 0 } });
  const error = graph.node("Sub", [
    ofClasses("Softmax", student),
    probabilities,
  ]);
  return {
    value: graph.node("Mul", [
      divergence,
      scaled(inverseBatch, temperature ** 2),
    ]),
    gradient: graph.node("Mul", [error, scaled(inverseBatch, temperature)]),
  };
}

/** Adds the weighted sum of the terms whose weight is not 0. */
export function addLoss(
  graph: Graph,
  classes: number,
  loss: Loss,
  inputs: LossInputs,
): LossOutputs {
  const { kl } = loss;
  const weighted: readonly (readonly [number, () => LossOutputs])[] = [
    [loss.crossEntropy, () => crossEntropy(graph, classes, inputs)],
    [loss.logitMse, () => logitMse(graph, classes, inputs)],
    ...(kl === undefined
      ? []
      : [[kl.weight, () => softenedKl(graph, kl, inputs)] as const]),
  ];
  const terms = weighted.filter(([weight]) => weight !== 0).map((
    [weight, term],
  ) => {
    const { value, gradient } = term();
    if (weight === 1) return { value, gradient };
    return {
      value: graph.node("Mul", [value, graph.scalar(weight)]),
      gradient: graph.node("Mul", [gradient, graph.scalar(weight)]),
    };
  });
  const [first, ...rest] = terms;
  if (first === undefined) {
    throw new RangeError(
      "Cannot compile the loss: every weight is 0, expected at least one above 0",
    );
  }
  return rest.reduce((sum, term) => ({
    value: graph.node("Add", [sum.value, term.value]),
    gradient: graph.node("Add", [sum.gradient, term.gradient]),
  }), first);
}
