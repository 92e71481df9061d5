import type { PadChannels } from "../../../network/mod.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/** y = x with channels of zeros before and after it. */
export function padChannels(
  { graph }: TrainingGraph,
  { before, after }: PadChannels,
  { input: [channels] }: Place,
  input: string,
): Forward {
  if (before + after === 0) {
    return { output: input, backward: (gradient) => gradient };
  }
  return {
    output: graph.node("Pad", [
      input,
      graph.integers([0, before, 0, 0, 0, after, 0, 0]),
    ]),
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient
        ? graph.node("Slice", [
          gradient,
          graph.integers([before]),
          graph.integers([before + channels]),
          graph.integers([1]),
        ])
        : "",
  };
}
