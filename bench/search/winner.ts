import type { Block, Network } from "../../lib/network/mod.ts";

function conv(outChannels: number): Block {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  };
}

const BATCH_NORM: Block = { type: "batchNorm" };
const RELU: Block = { type: "relu" };
const POOL: Block = { type: "maxPool", kernel: 2, stride: 2, padding: 0 };

/**
 * Winner of stage 1 in results/rq1/laptop.json (seed 1, engine onnx-cpu): what
 * its shrinkage stage started from. Written out, so that another record there
 * does not change what is measured here.
 */
export const WINNER: Network = {
  input: [1, 28, 28],
  blocks: [
    ...[conv(16), BATCH_NORM, RELU, conv(16), RELU, POOL, RELU, BATCH_NORM],
    ...[RELU, POOL, RELU, RELU, BATCH_NORM, conv(128), BATCH_NORM, POOL],
    ...[BATCH_NORM, { type: "avgPool", kernel: 1, stride: 1 } as const],
    { type: "linear", outFeatures: 10, bias: true },
  ],
};
