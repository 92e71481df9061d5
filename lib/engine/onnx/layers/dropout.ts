import type { Dropout } from "../../../network/mod.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/** y = mask x, where the mask holds 0 and 1/(1 - rate) and comes with each step. */
export function dropout(
  { graph, dropoutMask }: TrainingGraph,
  layer: Dropout,
  { input: shape }: Place,
  input: string,
): Forward {
  const mask = dropoutMask(layer.rate, shape);
  return {
    output: graph.node("Mul", [input, mask]),
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient ? graph.node("Mul", [gradient, mask]) : "",
  };
}
