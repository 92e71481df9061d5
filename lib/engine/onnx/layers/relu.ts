import { type Forward, type TrainingGraph, watchAll } from "./layer.ts";

/** The steepest slope that a float32 can hold. */
const STEEPEST = 3.4e38;

/** The gradient passes where the output is above 0. */
export function maskByReLU(
  { graph }: TrainingGraph,
  output: string,
  gradient: string,
): string {
  // min(1, STEEPEST y) is 0 at 0 and 1 at every normal number above it: one pass
  // over the map, where a comparison gives a bool that is yet to be cast.
  const mask = graph.node("HardSigmoid", [output], {
    attributes: { alpha: { float: STEEPEST }, beta: { float: 0 } },
  });
  return graph.node("Mul", [gradient, mask]);
}

/** Adds max(x, 0). */
export function addReLU(context: TrainingGraph, input: string): string {
  // A shader's maximum may pass over NaN, which must not go unseen.
  if (context.gpu) watchAll(context, input);
  return context.graph.node("Relu", [input]);
}

/** y = max(x, 0). */
export function relu(context: TrainingGraph, input: string): Forward {
  const output = addReLU(context, input);
  return {
    output,
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient ? maskByReLU(context, output, gradient) : "",
  };
}
