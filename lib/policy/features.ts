import {
  type Layer,
  type Leaf,
  leaves,
  type Network,
  parameterTable,
} from "../network/mod.ts";
import { geometry, skip, TYPE_IDS } from "./_geometry.ts";

/**
 * The sets of numbers that a policy can read of each layer: "scaled", the
 * paper's seven with the type one-hot, brought to one range; "rich", those and
 * where the layer stands and what it holds; "paper", the paper's seven as they
 * are; "release", the first five of these, which the authors' release reads.
 */
export const FEATURE_SETS = ["scaled", "rich", "paper", "release"] as const;

/** Name of one of the {@link FEATURE_SETS}. */
export type FeatureSet = typeof FEATURE_SETS[number];

/** Options of {@link layerFeatures} and {@link layerFeatureCount}. */
export interface LayerFeatureOptions {
  /** Which numbers. Default "scaled". */
  readonly set?: FeatureSet;
}

/** Those of the release: what it had not is none of them. */
const TYPES = (Object.keys(TYPE_IDS) as readonly Layer["type"][])
  .filter((type) => TYPE_IDS[type] > 0);

// Divisors that bring each number to about [0, 1]. LSTM gates saturate on raw
// channel counts (512), which the authors' release feeds them.
const KERNEL_SCALE = 7; // ImageNet stems have 7x7, the widest here
const STRIDE_SCALE = 4; // the average pool of a CIFAR ResNet
const PADDING_SCALE = 3; // "same" padding of 7x7
const CHANNELS_LOG2_SCALE = 10; // 1023 channels give 1; ratios become distances
const SKIP_SCALE = 4; // a basic block's body has leaves 0 to 4
const SIDE_LOG2_SCALE = 8; // a side of 255 gives 1; ImageNet's images have 224

/**
 * Multiplies every number but the raw ones. The first LSTM's weights start within
 * 0.18 of 0, so with numbers up to 1 a new policy hardly tells layers apart and
 * learns one keep rate for all of them, up or down. Measured on removal of VGG-13
 * at a quarter of its width, as the shipped profiles learn (plain advantages and
 * an entropy weight: 0.3 here; Adam 0.01), 25 iterations of 5 rollouts, 8 seeds:
 * mean reward of the last five iterations under two made-up accuracies, one that
 * grows with the parameters left, one with the shares of convolutions, batch
 * norms and ReLUs left.
 *
 * | features         | by parameters | by layers |
 * | ---------------- | ------------- | --------- |
 * | type numbers     | .48           | .39       |
 * | type numbers x 3 | .56           | .47       |
 * | one-hot types    | .52           | .47       |
 * | one-hot x 3      | .59           | .55       |
 * | no learning      | .47           | .37       |
 *
 * Seeds spread with a standard deviation of .03 to .11, so the order of
 * neighbours is no finding; that the first row learns next to nothing and the
 * fourth a good deal is one. No factor but 1 and 3 was tried.
 */
const GAIN = 3;

const COUNTS: Readonly<Record<FeatureSet, number>> = {
  scaled: TYPES.length + 6,
  rich: TYPES.length + 10,
  paper: 7,
  release: 5,
};

/**
 * Length of each vector of {@link layerFeatures}: 13 for "scaled", 17 for
 * "rich", 7 for "paper", 5 for "release".
 *
 * @param options The same as for {@link layerFeatures}.
 */
export function layerFeatureCount(options: LayerFeatureOptions = {}): number {
  return COUNTS[options.set ?? "scaled"];
}

/**
 * What a policy sees of each layer: the paper's state `(l, k, s, p, n, s_start,
 * s_end)` (section 3.1). The set "paper" has these seven numbers as they are:
 *
 * - `l` type, by the number that the authors' release gives it: convolution 1,
 *   max-pool 2, ReLU 3, batch norm 4, linear 5, dropout 6, average pool 8; 0 for
 *   channels padded with zeros, which the release has not
 * - `k` kernel; `s` stride; `p` padding
 * - `n` outputs: channels of a convolution or a padding, features of a linear
 *   layer
 * - `s_start`, `s_end`: leaves back to the first and on to the last leaf of the
 *   enclosing residual body
 *
 * "release" has the first five: the authors' release leaves the skips out unless
 * it is told otherwise.
 *
 * "scaled" brings them to about [0, 1] and then times 3: the type as seven
 * entries in the order above, of which one is 1; k / 7; s / 4; p / 3;
 * log2(1 + n) / 10, for the policies shrink by ratios; both skips / 4.
 *
 * "rich" goes on, also times 3, with what tells layers of one type apart:
 *
 * - position: 0 for the first leaf of the network, 1 for the last
 * - channels in: log2(1 + channels) / 10
 * - share of the network's trainable parameters, by logarithms:
 *   log2(1 + the leaf's) / log2(1 + the network's)
 * - map side: log2(1 + height of what the leaf reads) / 8
 *
 * What a layer lacks is 0, as is the skip pair outside residual bodies (on
 * shortcuts too, as in the authors' release).
 *
 * @param network A valid network.
 * @param options Which set.
 * @returns One vector of {@link layerFeatureCount} numbers for each leaf.
 * @throws {RangeError} If the network is not valid.
 */
export function layerFeatures(
  network: Network,
  options: LayerFeatureOptions = {},
): Float32Array[] {
  const { set = "scaled" } = options;
  const all = leaves(network);
  if (set === "paper") return all.map(paperNumbers);
  if (set === "release") {
    return all.map((leaf) => paperNumbers(leaf).subarray(0, COUNTS.release));
  }
  const extra = set === "rich" ? richNumbers(network, all) : undefined;
  return all.map((leaf, i) =>
    Float32Array.from(
      [...scaledNumbers(leaf), ...extra?.[i] ?? []],
      (value) => value * GAIN,
    )
  );
}

function paperNumbers(leaf: Leaf): Float32Array {
  return Float32Array.from([
    TYPE_IDS[leaf.layer.type],
    ...geometry(leaf),
    ...skip(leaf),
  ]);
}

function scaledNumbers(leaf: Leaf): number[] {
  const { type } = leaf.layer;
  const [kernel, stride, padding, outputs] = geometry(leaf);
  const [start, end] = skip(leaf);
  return [
    ...TYPES.map((other) => other === type ? 1 : 0),
    kernel / KERNEL_SCALE,
    stride / STRIDE_SCALE,
    padding / PADDING_SCALE,
    Math.log2(1 + outputs) / CHANNELS_LOG2_SCALE,
    start / SKIP_SCALE,
    end / SKIP_SCALE,
  ];
}

/** What "rich" adds for each leaf. */
function richNumbers(network: Network, all: readonly Leaf[]): number[][] {
  const sizes = new Map<string, number>();
  let total = 0;
  for (const { name, size, trainable } of parameterTable(network)) {
    if (!trainable) continue;
    const leaf = name.slice(0, name.lastIndexOf("."));
    sizes.set(leaf, (sizes.get(leaf) ?? 0) + size);
    total += size;
  }
  return all.map(({ path, index, input }) => {
    const size = sizes.get(path.join(".")) ?? 0;
    return [
      index / Math.max(all.length - 1, 1),
      Math.log2(1 + input[0]) / CHANNELS_LOG2_SCALE,
      size === 0 ? 0 : Math.log2(1 + size) / Math.log2(1 + total),
      Math.log2(1 + input[1]) / SIDE_LOG2_SCALE,
    ];
  });
}
