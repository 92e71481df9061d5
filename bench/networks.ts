/**
 * Networks whose training step is timed; the same ones are in pytorch_step.py.
 *
 * @module
 */

import { type Block, type Network, resnet } from "../lib/network/mod.ts";

function convBlock(outChannels: number, stride: number): Block[] {
  return [
    {
      type: "conv",
      outChannels,
      kernel: 3,
      stride,
      padding: 1,
      bias: false,
    },
    { type: "batchNorm" },
    { type: "relu" },
  ];
}

/** Five convolutions of 16 to 64 channels on 32x32x3: 70,618 parameters. */
const cnn: Network = {
  input: [3, 32, 32],
  blocks: [
    ...convBlock(16, 1),
    ...convBlock(32, 2),
    ...convBlock(32, 1),
    ...convBlock(64, 2),
    ...convBlock(64, 1),
    { type: "avgPool", kernel: 8, stride: 8 },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

/** By the name that the PyTorch script knows them by. */
export const BENCH_NETWORKS: Readonly<Record<string, Network>> = {
  "cnn": cnn,
  "resnet18-16": resnet({
    depth: 18,
    input: [3, 32, 32],
    classes: 10,
    width: 1 / 4,
  }),
};
