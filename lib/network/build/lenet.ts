import { deepFreeze } from "../_freeze.ts";
import { checkNetwork } from "../infer.ts";
import type { Layer, Network } from "../network.ts";
import { type BuildOptions, channelScale } from "./_options.ts";

/**
 * LeNet-5 in today's form, as most libraries have it: convolutions of 6 and 16
 * channels with 5x5 kernels, ReLU and 2x2 max-pools, then linear layers of 120,
 * 84 and the classes. (LeCun et al. 1998 have tanh, pools with weights, and
 * sparse connections.) Images of 28x28 pixels are padded to 32x32 by the first
 * convolution, others are not padded. 61,706 parameters for MNIST.
 *
 * @param options Input, at least 12x12 pixels; classes; width.
 * @returns A frozen network.
 * @throws {RangeError} If an option is out of range, or the images are too small.
 */
export function lenet5(options: BuildOptions): Network {
  const scale = channelScale("LeNet-5", options);
  const [, height, width] = options.input;
  const padding = height === 28 && width === 28 ? 2 : 0;
  const stage = (channels: number, padding: number): readonly Layer[] => [
    {
      type: "conv",
      outChannels: scale(channels),
      kernel: 5,
      stride: 1,
      padding,
      bias: true,
    },
    { type: "relu" },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
  ];
  const network: Network = {
    input: [...options.input],
    blocks: [
      ...stage(6, padding),
      ...stage(16, 0),
      { type: "linear", outFeatures: scale(120), bias: true },
      { type: "relu" },
      { type: "linear", outFeatures: scale(84), bias: true },
      { type: "relu" },
      { type: "linear", outFeatures: options.classes, bias: true },
    ],
  };
  checkNetwork(network);
  return deepFreeze(network);
}
