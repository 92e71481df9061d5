import { type Leaf, leaves } from "./leaves.ts";
import type { Network } from "./network.ts";

/** What a parameter does in its layer. */
export type ParameterRole =
  | "weight"
  | "bias"
  | "scale"
  | "shift"
  | "runningMean"
  | "runningVariance";

/** One array of a network's weights. */
export interface Parameter {
  /** Path of the layer and role, for example "blocks.4.body.0.weight". */
  readonly name: string;
  /** Convolution `[out, in, kernel, kernel]`, linear `[out, in]`, all else `[channels]`. */
  readonly shape: readonly number[];
  /** Number of values, the product of the shape. */
  readonly size: number;
  /** What it does in its layer. */
  readonly role: ParameterRole;
  /**
   * Inputs that one output sums: in * kernel^2 for a convolution, in for a
   * linear layer (their biases too), 0 for batch norm.
   */
  readonly fanIn: number;
  /** False for running statistics, which no gradient changes. */
  readonly trainable: boolean;
}

/**
 * All parameters and running statistics of the network as given, in execution
 * order (not of its canonical form, whose blocks may be numbered otherwise).
 *
 * @param network A valid network.
 * @returns One entry an array; names are unique.
 * @throws {RangeError} If the network is not valid.
 */
export function parameterTable(network: Network): readonly Parameter[] {
  return leaves(network).flatMap(leafParameters);
}

/**
 * Number of trainable values, as PyTorch's `parameters()` counts: weights,
 * biases, scales and shifts. The size that the paper's compression compares.
 *
 * @param network A valid network.
 * @throws {RangeError} If the network is not valid.
 */
export function countParameters(network: Network): number {
  return parameterTable(network)
    .filter((parameter) => parameter.trainable)
    .reduce((sum, parameter) => sum + parameter.size, 0);
}

/**
 * Parameters and running statistics of one leaf; see {@link parameterTable}.
 *
 * @param leaf A leaf of a network.
 */
export function leafParameters(leaf: Leaf): readonly Parameter[] {
  const { layer } = leaf;
  const [inChannels, height, width] = leaf.input;

  function entry(
    role: ParameterRole,
    shape: readonly number[],
    fanIn: number,
  ): Parameter {
    return {
      name: `${leaf.path.join(".")}.${role}`,
      shape,
      size: shape.reduce((product, side) => product * side, 1),
      role,
      fanIn,
      trainable: role !== "runningMean" && role !== "runningVariance",
    };
  }

  switch (layer.type) {
    case "conv": {
      const { outChannels, kernel } = layer;
      const fanIn = inChannels * kernel * kernel;
      const weight = entry(
        "weight",
        [outChannels, inChannels, kernel, kernel],
        fanIn,
      );
      return layer.bias
        ? [weight, entry("bias", [outChannels], fanIn)]
        : [weight];
    }
    case "linear": {
      const fanIn = inChannels * height * width;
      const weight = entry("weight", [layer.outFeatures, fanIn], fanIn);
      return layer.bias
        ? [weight, entry("bias", [layer.outFeatures], fanIn)]
        : [weight];
    }
    case "batchNorm":
      return (["scale", "shift", "runningMean", "runningVariance"] as const)
        .map((role) => entry(role, [inChannels], 0));
    default:
      return [];
  }
}
