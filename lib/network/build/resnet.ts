import { deepFreeze } from "../_freeze.ts";
import { shapes } from "../infer.ts";
import type { Block, Conv, Layer, Network, Residual } from "../network.ts";
import { type BuildOptions, channelScale, depthEntry } from "./_options.ts";

/** Options of {@link resnet}. */
export interface ResnetOptions extends BuildOptions {
  /** Number of layers with weights as the ResNet paper counts them. */
  readonly depth: 18 | 34;
}

/** Basic blocks of each of the four stages (He et al. 2016, table 1). */
const STAGES: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
};

/** Output channels of each stage at width 1. */
const CHANNELS = [64, 128, 256, 512] as const;

/**
 * A ResNet of basic blocks with the stem for small images: one 3x3 convolution
 * of stride 1, batch norm and ReLU, without a pool. Convolutions have no bias.
 * Where a block changes the stride or the channels, its shortcut is a 1x1
 * convolution and batch norm, otherwise the identity. An average pool over the
 * whole map and a linear layer end it. ResNet-18 for 10 classes has 11,173,962
 * parameters.
 *
 * @example
 * ```ts
 * import { leaves } from "../leaves.ts";
 * import { resnet } from "./resnet.ts";
 *
 * const teacher = resnet({ depth: 18, input: [3, 32, 32], classes: 10 });
 * if (leaves(teacher).length !== 51) throw new Error("Expected 51 leaves");
 * ```
 *
 * @param options Depth, input, classes, width.
 * @returns A frozen network.
 * @throws {RangeError} If an option is out of range.
 */
export function resnet(options: ResnetOptions): Network {
  const stages = depthEntry("ResNet", STAGES, options.depth);
  const scale = channelScale("ResNet", options);
  let channels = scale(CHANNELS[0]);
  const blocks: Block[] = [
    conv(channels, 3, 1),
    { type: "batchNorm" },
    { type: "relu" },
  ];
  for (const [stage, count] of stages.entries()) {
    const outChannels = scale(CHANNELS[stage]!);
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      blocks.push(basicBlock(channels, outChannels, stride));
      channels = outChannels;
    }
  }
  const [, height, width] = shapes({ input: options.input, blocks }).output;
  blocks.push(
    // The kernel is written out as in the authors' model; a map that is not
    // square has no such kernel.
    {
      type: "avgPool",
      kernel: height === width ? height : "global",
      stride: height === width ? height : 1,
    },
    { type: "linear", outFeatures: options.classes, bias: true },
  );
  return deepFreeze({ input: [...options.input], blocks });
}

function basicBlock(
  inChannels: number,
  outChannels: number,
  stride: number,
): Residual {
  const shortcut: Layer[] = stride !== 1 || inChannels !== outChannels
    ? [conv(outChannels, 1, stride), { type: "batchNorm" }]
    : [];
  return {
    type: "residual",
    body: [
      conv(outChannels, 3, stride),
      { type: "batchNorm" },
      { type: "relu" },
      conv(outChannels, 3, 1),
      { type: "batchNorm" },
    ],
    shortcut,
  };
}

/** A convolution that keeps the map's side at stride 1. */
function conv(outChannels: number, kernel: 1 | 3, stride: number): Conv {
  const padding = (kernel - 1) / 2;
  return { type: "conv", outChannels, kernel, stride, padding, bias: false };
}
