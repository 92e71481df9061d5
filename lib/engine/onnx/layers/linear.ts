import type { Linear } from "../../../network/mod.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/** y = W flatten(x) + b. */
export function linear(
  { graph, parameter, gradient }: TrainingGraph,
  layer: Linear,
  { name, input: shape }: Place,
  input: string,
): Forward {
  const features = shape[0] * shape[1] * shape[2];
  const flat = graph.node("Reshape", [input, graph.integers([-1, features])]);
  const weight = parameter(`${name}.weight`);
  const product = graph.node("Gemm", [
    flat,
    weight,
    ...(layer.bias ? [parameter(`${name}.bias`)] : []),
  ], { attributes: { transB: 1 } });
  return {
    output: graph.node("Reshape", [
      product,
      graph.integers([-1, layer.outFeatures, 1, 1]),
    ]),
    backward(outputGradient, wantsInputGradient) {
      const rows = graph.node("Reshape", [
        outputGradient,
        graph.integers([-1, layer.outFeatures]),
      ]);
      // dW = dy^T x
      gradient(
        `${name}.weight`,
        graph.node("Gemm", [rows, flat], { attributes: { transA: 1 } }),
      );
      if (layer.bias) {
        gradient(
          `${name}.bias`,
          graph.node("ReduceSum", [rows, graph.integers([0])], {
            attributes: { keepdims: 0 },
          }),
        );
      }
      if (!wantsInputGradient) return "";
      // dx = dy W
      return graph.node("Reshape", [
        graph.node("MatMul", [rows, weight]),
        graph.integers([-1, ...shape]),
      ]);
    },
  };
}
