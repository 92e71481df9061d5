import type { MaxPool } from "../../../network/mod.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/** y = maximum of each window; the gradient goes to the first maximum. */
export function maxPool(
  { graph, watch }: TrainingGraph,
  layer: MaxPool,
  { input: shape }: Place,
  input: string,
): Forward {
  const { kernel, stride, padding } = layer;
  const [output, indices] = graph.nodes("MaxPool", [input], 2, {
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    },
  });
  // The runtime's maximum passes over NaN, which must not go unseen.
  watch(graph.node("ReduceSum", [input], { attributes: { keepdims: 0 } }));
  return {
    output: output!,
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return "";
      // The indices count through the whole flattened batch.
      const flat = graph.integers([-1]);
      const zeros = graph.node("Reshape", [
        graph.node("Mul", [input, graph.scalar(0)]),
        flat,
      ]);
      const scattered = graph.node("ScatterElements", [
        zeros,
        graph.node("Reshape", [indices!, flat]),
        graph.node("Reshape", [gradient, flat]),
      ], {
        // Windows that overlap can share a maximum.
        attributes: {
          axis: 0,
          reduction: stride < kernel ? "add" : "none",
        },
      });
      return graph.node("Reshape", [
        scattered,
        graph.integers([-1, ...shape]),
      ]);
    },
  };
}
