import { shapes } from "./infer.ts";
import { type Leaf, leaves } from "./leaves.ts";
import type { Network, Shape } from "./network.ts";

/** Bytes of one float32. */
const FLOAT_BYTES = 4;

/**
 * Multiply-accumulates of convolutions and linear layers for one image. Biases,
 * batch norm and pooling are not counted, as is the custom.
 *
 * @param network A valid network.
 * @throws {RangeError} If the network is not valid.
 */
export function countMacs(network: Network): number {
  return leaves(network).reduce((sum, leaf) => sum + leafMacs(leaf), 0);
}

/**
 * Bytes of all activations of one image in float32: the output of every leaf
 * and of every residual block and concatenation. A training step keeps them all for
 * its backward pass, so this times the batch size estimates its memory. The input
 * image is not counted. What the canonical form leaves out, as a second ReLU behind
 * another, is counted: networks of one id can differ in this.
 *
 * @param network A valid network.
 * @throws {RangeError} If the network is not valid.
 */
export function activationBytes(network: Network): number {
  const leafValues = leaves(network)
    .reduce((sum, leaf) => sum + volume(leaf.output), 0);
  const blockValues = shapes(network).blocks
    .filter((_, i) => {
      const block = network.blocks[i]!;
      // With both branches empty the block passes its input on.
      return block.type === "concat" ||
        block.type === "residual" &&
          block.body.length + block.shortcut.length > 0;
    })
    .reduce((sum, shape) => sum + volume(shape), 0);
  return (leafValues + blockValues) * FLOAT_BYTES;
}

/**
 * Multiply-accumulates of one leaf for one image; see {@link countMacs}.
 *
 * @param leaf A leaf of a network.
 */
export function leafMacs({ layer, input, output }: Leaf): number {
  switch (layer.type) {
    case "conv":
      return volume(output) * input[0] * layer.kernel ** 2;
    case "linear":
      return volume(input) * layer.outFeatures;
    default:
      return 0;
  }
}

function volume([channels, height, width]: Shape): number {
  return channels * height * width;
}
