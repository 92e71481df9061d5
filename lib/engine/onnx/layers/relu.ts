import type { Forward, TrainingGraph } from "./layer.ts";

/** Numbers of element types in ONNX. */
const ONNX_FLOAT = 1;
const ONNX_BOOL = 9;

/** The gradient passes where the output is above 0. */
export function maskByReLU(
  { graph }: TrainingGraph,
  output: string,
  gradient: string,
): string {
  // A cast to bool is "differs from 0", and a ReLU's output is never below 0.
  // Two casts and a product are cheaper here than a comparison and a choice.
  const passes = graph.node("Cast", [output], {
    attributes: { to: ONNX_BOOL },
  });
  const mask = graph.node("Cast", [passes], {
    attributes: { to: ONNX_FLOAT },
  });
  return graph.node("Mul", [gradient, mask]);
}

/** y = max(x, 0). */
export function relu(context: TrainingGraph, input: string): Forward {
  const output = context.graph.node("Relu", [input]);
  return {
    output,
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient ? maskByReLU(context, output, gradient) : "",
  };
}
