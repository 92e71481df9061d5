import { deepFreeze } from "../_freeze.ts";
import { checkNetwork } from "../infer.ts";
import type { Block, Network } from "../network.ts";
import { type BuildOptions, channelScale } from "./_options.ts";
import { vgg } from "./vgg.ts";

/** Channels of FitNet-4's convolutions, a pool between one stage and the next. */
const FITNET_STAGES = [
  [32, 32, 32, 48, 48],
  [80, 80, 80, 80, 80, 80],
  [128, 128, 128, 128, 128, 128],
] as const;

/** Share of VGG-13's channels that gives the paper's 1.06M parameters. */
const VGG_SMALL_WIDTH = 0.334;

/**
 * FitNet-4, a hand-designed student of the paper's table 3: seventeen 3x3
 * convolutions in three stages with 2x2 max-pools between, a pool over the whole
 * map, a linear layer. The paper gives only its size, 1.2M parameters; this
 * definition is ours. Widths are those of the thin deep networks that go by the
 * name; maxout is replaced by batch norm and ReLU, the last max-pool by an
 * average pool. 1,211,466 parameters for 10 classes of colour images.
 *
 * @param options Input, at least 4x4 pixels; classes; width.
 * @returns A frozen network.
 * @throws {RangeError} If an option is out of range, or the images are too small.
 */
export function fitnet4(options: BuildOptions): Network {
  const scale = channelScale("FitNet-4", options);
  const blocks: Block[] = FITNET_STAGES.flatMap((stage, index): Block[] => [
    ...index === 0
      ? []
      : [{ type: "maxPool", kernel: 2, stride: 2, padding: 0 } as const],
    ...stage.flatMap((channels): Block[] => [
      {
        type: "conv",
        outChannels: scale(channels),
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
      },
      { type: "batchNorm" },
      { type: "relu" },
    ]),
  ]);
  blocks.push(
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: options.classes, bias: true },
  );
  const network: Network = { input: [...options.input], blocks };
  checkNetwork(network);
  return deepFreeze(network);
}

/**
 * VGG-small, a hand-designed student of the paper's table 3. The paper gives
 * only its size, 1.06M parameters; this definition is ours: {@link vgg} of depth
 * 13 with 0.334 of the channels, 21 to 171. 1,055,683 parameters for 10 classes
 * of colour images.
 *
 * @param options Input, classes, width (a factor on the student's channels).
 * @returns A frozen network.
 * @throws {RangeError} If an option is out of range.
 */
export function vggSmall(options: BuildOptions): Network {
  channelScale("VGG-small", options);
  const width = VGG_SMALL_WIDTH * (options.width ?? 1);
  return vgg({ depth: 13, ...options, width });
}
