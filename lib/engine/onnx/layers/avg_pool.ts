import type { AvgPool } from "../../../network/mod.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/** y = mean of each window; nothing is padded. */
export function avgPool(
  { graph }: TrainingGraph,
  layer: AvgPool,
  { input: [channels, height, width] }: Place,
  input: string,
): Forward {
  const whole = layer.kernel === "global";
  const kernel = layer.kernel === "global"
    ? [height, width]
    : [layer.kernel, layer.kernel];
  const strides = whole ? [1, 1] : [layer.stride, layer.stride];
  const area = kernel[0]! * kernel[1]!;
  const output = graph.node("AveragePool", [input], {
    attributes: { kernel_shape: kernel, strides },
  });
  return {
    output,
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return "";
      if (kernel[0] === height && kernel[1] === width) {
        return graph.node("Mul", [
          gradient,
          graph.tensor(
            new Float32Array(height * width).fill(1 / area),
            [height, width],
          ),
        ]);
      }
      // Each output spreads its gradient evenly over its window.
      const covered = (size: number, side: number) =>
        Math.floor((size - side) / strides[0]!) * strides[0]! + side;
      const spread = graph.node("ConvTranspose", [
        gradient,
        graph.tensor(
          new Float32Array(channels * area).fill(1 / area),
          [channels, 1, kernel[0]!, kernel[1]!],
        ),
      ], { attributes: { kernel_shape: kernel, strides, group: channels } });
      const below = height - covered(height, kernel[0]!);
      const right = width - covered(width, kernel[1]!);
      if (below === 0 && right === 0) return spread;
      // Pixels that no window reaches.
      return graph.node("Pad", [
        spread,
        graph.integers([0, 0, 0, 0, 0, 0, below, right]),
      ]);
    },
  };
}
