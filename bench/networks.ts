/**
 * The networks whose training step is timed: what a search spends its time on,
 * from a teacher down to a small student, and two ends of the ResNet family.
 *
 * @module
 */

import {
  type Block,
  canonical,
  type Network,
  resnet,
  vgg,
} from "../lib/network/mod.ts";

/** A timed network. */
export interface BenchNetwork {
  /** Name on the command line and in bench.json. */
  readonly name: string;
  /** Name in a table. */
  readonly title: string;
  /** In canonical form, so that all contenders get the same layers. */
  readonly network: Network;
}

const BATCH_NORM: Block = { type: "batchNorm" };
const RELU: Block = { type: "relu" };
const POOL: Block = { type: "maxPool", kernel: 2, stride: 2, padding: 0 };
const TEN: Block = { type: "linear", outFeatures: 10, bias: true };

function conv(outChannels: number, stride = 1, bias = true): Block {
  return { type: "conv", outChannels, kernel: 3, stride, padding: 1, bias };
}

function convBlock(outChannels: number, stride: number): readonly Block[] {
  return [conv(outChannels, stride, false), BATCH_NORM, RELU];
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
    TEN,
  ],
};

/**
 * Six convolutions with what removal left between them. Its channels are the
 * only difference between the two students below.
 */
function student(
  [a, b, c, d, e, f]: readonly [number, number, number, number, number, number],
): Network {
  return {
    input: [1, 28, 28],
    blocks: [
      ...[conv(a), RELU, BATCH_NORM, RELU, POOL, BATCH_NORM],
      ...[conv(b), POOL],
      ...[conv(c), BATCH_NORM, RELU, conv(d), BATCH_NORM, RELU],
      ...[conv(e), BATCH_NORM, POOL, conv(f), RELU],
      TEN,
    ],
  };
}

/**
 * Six of them, from large to small. The paper's full widths are there once, as
 * ResNet-18 at width 64; everything else is what a search on a laptop trains.
 */
export const BENCH_NETWORKS: readonly BenchNetwork[] = [
  {
    name: "resnet18-64",
    title: "ResNet-18, width 64",
    network: resnet({ depth: 18, input: [3, 32, 32], classes: 10 }),
  },
  {
    name: "resnet18-16",
    title: "ResNet-18, width 16",
    network: resnet({
      depth: 18,
      input: [3, 32, 32],
      classes: 10,
      width: 1 / 4,
    }),
  },
  { name: "cnn", title: "CNN", network: cnn },
  {
    // The teacher of RQ1's laptop profile.
    name: "vgg13-16",
    title: "VGG-13, width 16",
    network: vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 1 / 4 }),
  },
  {
    // Of the 81 students that the removal stage of results/rq1/laptop.json
    // (seed 1, engine onnx-cpu) trained, the median by MACs. A stage trains
    // many of its kind, so it is a better sixth than one more full network.
    name: "stage1",
    title: "stage-1 student",
    network: student([16, 32, 64, 64, 128, 128]),
  },
  {
    // Second proposal of the fourth iteration when the laptop profile's
    // shrinkage policy (seed 1) starts from the network above: 51,993
    // parameters, channels that no vector width divides.
    name: "stage2",
    title: "stage-2 student",
    network: student([6, 4, 38, 25, 38, 76]),
  },
].map((entry) => ({ ...entry, network: canonical(entry.network) }));
