import { deepFreeze } from "../_freeze.ts";
import { shapes } from "../infer.ts";
import type { Block, Conv, Layer, Network } from "../network.ts";
import { type BuildOptions, channelScale, depthEntry } from "./_options.ts";

/** Options of {@link resnet}. */
export interface ResnetOptions extends BuildOptions {
  /**
   * Number of layers with weights as the ResNet paper counts them: 18 and 34 have
   * basic blocks, 50 has bottlenecks.
   */
  readonly depth: 18 | 34 | 50;
  /**
   * How the network begins. "cifar", for small images: a 3x3 convolution of
   * stride 1. "imagenet": a 7x7 convolution of stride 2, then after batch norm
   * and ReLU a 3x3 max-pool of stride 2.
   *
   * @default {"cifar"}
   */
  readonly stem?: "cifar" | "imagenet";
}

/** Blocks of each of the four stages (He et al. 2016, table 1). */
const STAGES: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
};

/** A bottleneck's output has so many times the channels of its middle. */
const EXPANSION = 4;

/** Output channels of each stage at width 1. */
const CHANNELS = [64, 128, 256, 512] as const;

/**
 * A ResNet. Convolutions have no bias. Where a block changes the stride or the
 * channels, its shortcut is a 1x1 convolution and batch norm, otherwise the
 * identity; a bottleneck has its stride in the 3x3 convolution. An average pool
 * over the whole map and a linear layer end it. With the stem for small images
 * ResNet-18 for 10 classes has 11,173,962 parameters.
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
  const blocks: Block[] = stemOf(options.stem ?? "cifar", channels);
  for (const [stage, count] of stages.entries()) {
    const width = scale(CHANNELS[stage]!);
    const isBottleneck = options.depth === 50;
    const outChannels = isBottleneck ? EXPANSION * width : width;
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      blocks.push({
        type: "residual",
        body: isBottleneck
          ? bottleneck(width, outChannels, stride)
          : basic(outChannels, stride),
        shortcut: stride !== 1 || channels !== outChannels
          ? [conv(outChannels, 1, stride), { type: "batchNorm" }]
          : [],
      });
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

function stemOf(stem: "cifar" | "imagenet", channels: number): Block[] {
  const rest: Block[] = [{ type: "batchNorm" }, { type: "relu" }];
  return stem === "cifar" ? [conv(channels, 3, 1), ...rest] : [
    conv(channels, 7, 2),
    ...rest,
    { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
  ];
}

/** Two 3x3 convolutions. */
function basic(outChannels: number, stride: number): readonly Layer[] {
  return [
    conv(outChannels, 3, stride),
    { type: "batchNorm" },
    { type: "relu" },
    conv(outChannels, 3, 1),
    { type: "batchNorm" },
  ];
}

/** A 3x3 convolution of few channels between 1x1 convolutions. */
function bottleneck(
  width: number,
  outChannels: number,
  stride: number,
): readonly Layer[] {
  return [
    conv(width, 1, 1),
    { type: "batchNorm" },
    { type: "relu" },
    conv(width, 3, stride),
    { type: "batchNorm" },
    { type: "relu" },
    conv(outChannels, 1, 1),
    { type: "batchNorm" },
  ];
}

/** A convolution that keeps the map's side at stride 1. */
function conv(outChannels: number, kernel: 1 | 3 | 7, stride: number): Conv {
  const padding = (kernel - 1) / 2;
  return { type: "conv", outChannels, kernel, stride, padding, bias: false };
}
