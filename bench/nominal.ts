import { countMacs, leaves, type Network } from "../lib/network/mod.ts";

/**
 * Floating-point operations that a training step nominally takes for one image:
 * 2 x MACs each for the output, the input gradient and the weight gradient of
 * every convolution and linear layer, computed directly. The first of them
 * needs no input gradient if nothing trainable stands before it. Batch norm,
 * ReLU, pools, biases, loss and update are not counted, though they take time.
 *
 * The rate of nominal operations can exceed what the processor computes: a
 * Winograd convolution needs fewer multiplications than it stands for.
 *
 * @param network A valid network.
 */
export function nominalFlops(network: Network): number {
  const forward = 2 * countMacs(network);
  return 3 * forward - 2 * firstMacs(network);
}

/** Multiply-accumulates of the first trainable layer, 0 where it has none. */
function firstMacs(network: Network): number {
  for (const { layer, input } of leaves(network)) {
    if (layer.type === "batchNorm") return 0;
    if (layer.type === "conv" || layer.type === "linear") {
      return countMacs({ input, blocks: [layer] });
    }
  }
  return 0;
}
