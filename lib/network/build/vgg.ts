import { deepFreeze } from "../_freeze.ts";
import { checkNetwork } from "../infer.ts";
import type { Block, Network } from "../network.ts";
import { type BuildOptions, channelScale, depthEntry } from "./_options.ts";

/** Options of {@link vgg}. */
export interface VggOptions extends BuildOptions {
  /** Number of layers with weights as the VGG paper counts them. */
  readonly depth: 11 | 13 | 16 | 19;
}

/** Convolutions of each of the five stages (Simonyan and Zisserman 2015, table 1). */
const STAGES: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

/** Output channels of each stage at width 1. */
const CHANNELS = [64, 128, 256, 512, 512] as const;

/**
 * A VGG with batch norm and a single linear layer, for small images: 3x3
 * convolutions with bias, each followed by batch norm and ReLU; a 2x2 max-pool
 * after each stage; a 1x1 average pool, which computes nothing but is a leaf of
 * the authors' model; a linear layer.
 *
 * A max-pool that would leave less than one pixel is left out. The paper does
 * not say what its MNIST teacher does: 28x28 halves only four times
 * (28-14-7-3-1), so there the fifth pool is the one left out.
 *
 * @example
 * ```ts
 * import { countParameters } from "../parameters.ts";
 * import { vgg } from "./vgg.ts";
 *
 * const teacher = vgg({ depth: 13, input: [1, 28, 28], classes: 10 });
 * if (countParameters(teacher) !== 9_414_858) throw new Error("Expected 9.4M");
 * ```
 *
 * @param options Depth, input, classes, width.
 * @returns A frozen network.
 * @throws {RangeError} If an option is out of range.
 */
export function vgg(options: VggOptions): Network {
  const stages = depthEntry("VGG", STAGES, options.depth);
  const scale = channelScale("VGG", options);
  const blocks: Block[] = [];
  let [, height, width] = options.input;
  for (const [stage, convs] of stages.entries()) {
    const outChannels = scale(CHANNELS[stage]!);
    for (let i = 0; i < convs; i++) {
      blocks.push(
        {
          type: "conv",
          outChannels,
          kernel: 3,
          stride: 1,
          padding: 1,
          bias: true,
        },
        { type: "batchNorm" },
        { type: "relu" },
      );
    }
    if (Math.min(height, width) < 2) continue;
    blocks.push({ type: "maxPool", kernel: 2, stride: 2, padding: 0 });
    [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
  }
  blocks.push(
    { type: "avgPool", kernel: 1, stride: 1 },
    { type: "linear", outFeatures: options.classes, bias: true },
  );
  const network: Network = { input: [...options.input], blocks };
  checkNetwork(network);
  return deepFreeze(network);
}
