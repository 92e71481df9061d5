import { type Layer, type Leaf, leaves, type Network } from "../network/mod.ts";

/**
 * How a layer's type is put in numbers: "oneHot", a 1 among zeros; "number", the
 * layer's number / 10, one figure as in the paper.
 */
export type TypeEncoding = "oneHot" | "number";

/** Options of {@link layerFeatures} and {@link layerFeatureCount}. */
export interface LayerFeatureOptions {
  /** How the type is encoded. Default "oneHot". */
  readonly types?: TypeEncoding;
}

/** Layer numbers of the authors' release, some of which Figure 2 shows. */
const TYPE_IDS: Readonly<Record<Layer["type"], number>> = {
  conv: 1,
  maxPool: 2,
  relu: 3,
  batchNorm: 4,
  linear: 5,
  dropout: 6,
  avgPool: 8,
};

const TYPES = Object.keys(TYPE_IDS) as readonly Layer["type"][];

// Divisors that bring each number to about [0, 1]. LSTM gates saturate on raw
// channel counts (512), which the authors' release feeds them.
const TYPE_SCALE = 10; // the release numbers eleven types, 0 to 10
const KERNEL_SCALE = 7; // ImageNet stems have 7x7, the widest here
const STRIDE_SCALE = 4; // the average pool of a CIFAR ResNet
const PADDING_SCALE = 3; // "same" padding of 7x7
const OUTPUTS_LOG2_SCALE = 10; // 1023 outputs give 1; ratios become distances
const SKIP_SCALE = 4; // a basic block's body has leaves 0 to 4

/**
 * Multiplies every number. The first LSTM's weights start within 0.18 of 0, so
 * with numbers up to 1 a new policy hardly tells layers apart and learns one
 * keep rate for all of them, up or down. On a made-up accuracy model of VGG-13
 * removal (25 iterations of 5 rollouts, Adam 0.01, 10 seeds, advantages
 * normalised) the last iterations' mean reward was 0.18 with type numbers, 0.26
 * with type numbers times 3, 0.35 with one-hot types and 0.68 with one-hot types
 * times 3; without a policy that learns, 0.05.
 */
const GAIN = 3;

/** What follows the type: kernel, stride, padding, outputs, skip pair. */
const GEOMETRY_COUNT = 6;

/**
 * Length of each vector of {@link layerFeatures}: 13, or the paper's 7 with
 * types as numbers.
 *
 * @param options The same as for {@link layerFeatures}.
 */
export function layerFeatureCount(options: LayerFeatureOptions = {}): number {
  return (options.types === "number" ? 1 : TYPES.length) + GEOMETRY_COUNT;
}

/**
 * What a policy sees of each layer: `(l, k, s, p, n, s_start, s_end)`, the
 * paper's state (section 3.1), scaled to about [0, 1] and then times 3.
 *
 * - `l` type: seven entries in the order convolution, max-pool, ReLU, batch
 *   norm, linear, dropout, average pool, of which one is 1; or the release's
 *   type number / 10
 * - `k` kernel / 7; `s` stride / 4; `p` padding / 3
 * - `n` log2(1 + outputs) / 10: channels of a convolution, features of a linear
 *   layer; log-scaled for the policies shrink by ratios
 * - `s_start`, `s_end`: leaves back to the first and on to the last leaf of the
 *   enclosing residual body, / 4
 *
 * What a layer lacks is 0, as is the skip pair outside residual bodies (on
 * shortcuts too, as in the authors' release).
 *
 * @param network A valid network.
 * @param options Encoding of the type.
 * @returns One vector of {@link layerFeatureCount} numbers for each leaf.
 * @throws {RangeError} If the network is not valid.
 */
export function layerFeatures(
  network: Network,
  options: LayerFeatureOptions = {},
): Float32Array[] {
  return leaves(network).map((leaf) => {
    const { type } = leaf.layer;
    const [kernel, stride, padding, outputs] = geometry(leaf);
    const [start, end] = skip(leaf);
    return Float32Array.from([
      ...(options.types === "number"
        ? [TYPE_IDS[type] / TYPE_SCALE]
        : TYPES.map((other) => other === type ? 1 : 0)),
      kernel / KERNEL_SCALE,
      stride / STRIDE_SCALE,
      padding / PADDING_SCALE,
      Math.log2(1 + outputs) / OUTPUTS_LOG2_SCALE,
      start / SKIP_SCALE,
      end / SKIP_SCALE,
    ], (value) => value * GAIN);
  });
}

type Geometry = readonly [
  kernel: number,
  stride: number,
  padding: number,
  outputs: number,
];

function geometry({ layer, input }: Leaf): Geometry {
  switch (layer.type) {
    case "conv":
      return [layer.kernel, layer.stride, layer.padding, layer.outChannels];
    case "maxPool":
      return [layer.kernel, layer.stride, layer.padding, 0];
    case "avgPool":
      // One window over the whole map, however it is written.
      return layer.kernel === "global"
        ? [input[1], input[1], 0, 0]
        : [layer.kernel, layer.stride, 0, 0];
    case "linear":
      return [0, 0, 0, layer.outFeatures];
    case "batchNorm":
    case "relu":
    case "dropout":
      return [0, 0, 0, 0];
  }
}

function skip({ residual }: Leaf): readonly [start: number, end: number] {
  if (residual?.place !== "body") return [0, 0];
  return [residual.position, residual.length - 1 - residual.position];
}
