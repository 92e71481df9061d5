import { deepFreeze } from "../_freeze.ts";
import { checkNetwork } from "../infer.ts";
import type { Block, Conv, Network } from "../network.ts";
import { type BuildOptions, channelScale } from "./_options.ts";

/** Channels of a fire module: of its squeeze, and of each of its two expansions. */
type Fire = readonly [squeeze: number, expand: number];

/** Fire modules, a max-pool before each group. */
const GROUPS: readonly (readonly Fire[])[] = [
  [[16, 64], [16, 64]],
  [[32, 128], [32, 128]],
  [[48, 192], [48, 192], [64, 256], [64, 256]],
];

/**
 * SqueezeNet 1.1, a hand-designed student of the paper's table 3, as published:
 * a 3x3 convolution of stride 2; fire modules (a 1x1 convolution that squeezes
 * the channels, then 1x1 and 3x3 convolutions side by side) with 3x3 max-pools
 * of stride 2 before each group of them; dropout; a 1x1 convolution to the
 * classes with ReLU; an average pool over the whole map. 727,626 parameters for
 * 10 classes of colour images.
 *
 * A pool's last window must fit: the published net rounds map sizes up, which
 * gives the same on 32x32 pixels.
 *
 * @param options Input, at least 31x31 pixels; classes; width.
 * @returns A frozen network without a linear layer.
 * @throws {RangeError} If an option is out of range, or the images are too small.
 */
export function squeezenet(options: BuildOptions): Network {
  const scale = channelScale("SqueezeNet", options);
  const blocks: Block[] = [
    { ...conv(scale(64), 3), stride: 2, padding: 0 },
    { type: "relu" },
  ];
  for (const group of GROUPS) {
    blocks.push({ type: "maxPool", kernel: 3, stride: 2, padding: 0 });
    for (const [squeeze, expand] of group) {
      const channels = scale(expand);
      blocks.push(
        conv(scale(squeeze), 1),
        { type: "relu" },
        {
          type: "concat",
          branches: ([1, 3] as const).map((kernel) => [
            conv(channels, kernel),
            { type: "relu" },
          ]),
        },
      );
    }
  }
  blocks.push(
    { type: "dropout", rate: 0.5 },
    conv(options.classes, 1),
    { type: "relu" },
    { type: "avgPool", kernel: "global", stride: 1 },
  );
  const network: Network = { input: [...options.input], blocks };
  checkNetwork(network);
  return deepFreeze(network);
}

/** A convolution that keeps the map's size. */
function conv(outChannels: number, kernel: 1 | 3): Conv {
  const padding = (kernel - 1) / 2;
  return { type: "conv", outChannels, kernel, stride: 1, padding, bias: true };
}
