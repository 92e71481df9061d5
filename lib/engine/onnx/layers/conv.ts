import type { Conv } from "../../../network/mod.ts";
import {
  blockInput,
  blockWeight,
  convolveBlocks,
  suitsBlocks,
  unblock,
} from "./blocked_conv.ts";
import { filterGradient } from "./filter_gradient.ts";
import { inputGradient } from "./input_gradient.ts";
import {
  type Forward,
  type Place,
  sumOverChannelMaps,
  type TrainingGraph,
} from "./layer.ts";

/** What a convolution must know of its neighbours. */
export interface ConvOptions {
  /**
   * Whether a batch norm follows directly. The bias then cancels: it is not
   * added, and its gradient is zero.
   */
  readonly biasCancels: boolean;
}

/** Adds y = W * x, without bias. */
function convolve(
  { graph, block }: TrainingGraph,
  { kernel, stride, padding, outChannels }: Conv,
  { input: [inChannels] }: Place,
  input: string,
  weight: string,
): string {
  const channels = { inChannels, outChannels };
  if (suitsBlocks(channels, block)) {
    const size = [kernel, kernel] as const;
    const output = convolveBlocks(
      graph,
      { kernel: size, stride, pads: [padding, padding, padding, padding] },
      blockInput(graph, input, inChannels, block),
      blockWeight(graph, channels, block, weight, size),
    );
    return unblock(graph, output, outChannels);
  }
  return graph.node("Conv", [input, weight], {
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    },
  });
}

/** A convolution in a training graph. */
export interface ConvForward extends Forward {
  /**
   * As {@link Forward}; with a scale `[channels]`, the output's gradient is
   * that times `outputGradient`, and the weights take the scale instead of the
   * map. Not with a bias that counts.
   */
  backward(
    outputGradient: string,
    wantsInputGradient: boolean,
    channelScale?: string,
  ): string;
}

/** y[o] = sum over c of W[o, c] * x[c] (cross-correlation) + b[o]. */
export function conv(
  context: TrainingGraph,
  layer: Conv,
  place: Place,
  input: string,
  { biasCancels }: ConvOptions,
): ConvForward {
  const { graph, parameter, gradient } = context;
  const { name } = place;
  const { outChannels } = layer;
  const weight = parameter(`${name}.weight`);
  const addsBias = layer.bias && !biasCancels;
  const product = convolve(context, layer, place, input, weight);
  const output = addsBias
    ? graph.node("Add", [
      product,
      graph.node("Reshape", [
        parameter(`${name}.bias`),
        graph.integers([outChannels, 1, 1]),
      ]),
    ])
    : product;
  return {
    output,
    backward(outputGradient, wantsInputGradient, channelScale) {
      const unscaled = graph.node("Reshape", [
        filterGradient(context, layer, place, input, outputGradient),
        graph.integers([outChannels, -1]),
      ]);
      const perOutput = (value: string, axes: readonly number[]) =>
        channelScale === undefined ? value : graph.node("Mul", [
          value,
          graph.node("Reshape", [channelScale, graph.integers(axes)]),
        ]);
      gradient(`${name}.weight`, perOutput(unscaled, [outChannels, 1]));
      if (layer.bias) {
        gradient(
          `${name}.bias`,
          addsBias
            ? sumOverChannelMaps(graph, outputGradient)
            : graph.tensor(new Float32Array(outChannels), [outChannels]),
        );
      }
      if (!wantsInputGradient) return "";
      return inputGradient(
        context,
        layer,
        place,
        outputGradient,
        perOutput(weight, [outChannels, 1, 1, 1]),
      );
    },
  };
}
