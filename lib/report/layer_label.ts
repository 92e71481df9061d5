import { type Layer, type Leaf, leaves, type Network } from "../network/mod.ts";

/**
 * Names of a network's layers for figures: the leaf's index and what it is, so
 * that no two are the same.
 *
 * @example
 * ```ts
 * import { vgg } from "../network/mod.ts";
 * import { layerLabels } from "./layer_label.ts";
 *
 * const teacher = vgg({ depth: 11, input: [1, 28, 28], classes: 10 });
 * if (layerLabels(teacher)[0] !== "0 conv3 64") throw new Error();
 * ```
 *
 * @param network A valid network.
 * @returns One label a leaf, for example "12 conv3 128 /2" (kernel, output
 * channels, stride where it is not 1), "13 batch norm", "22 conv1 128 /2 shortcut".
 * @throws {RangeError} If the network is not valid.
 */
export function layerLabels(network: Network): readonly string[] {
  return leaves(network).map(leafLabel);
}

/**
 * A leaf by its index and what it is, as {@link layerLabels} names it.
 *
 * @param leaf Any leaf of a network.
 */
export function leafLabel({ index, layer, residual }: Leaf): string {
  const place = residual?.place === "shortcut" ? " shortcut" : "";
  return `${index} ${layerLabel(layer)}${place}`;
}

/**
 * A layer in short, without its place.
 *
 * @param layer Any layer.
 * @returns For example "conv3 16", "max pool 2", "linear 10".
 */
export function layerLabel(layer: Layer): string {
  switch (layer.type) {
    case "conv":
      return `conv${layer.kernel} ${layer.outChannels}${
        layer.stride === 1 ? "" : ` /${layer.stride}`
      }`;
    case "batchNorm":
      return "batch norm";
    case "relu":
      return "ReLU";
    case "maxPool":
      return `max pool ${layer.kernel}`;
    case "avgPool":
      return `avg pool ${layer.kernel}`;
    case "linear":
      return `linear ${layer.outFeatures}`;
    case "dropout":
      return `dropout ${layer.rate}`;
    case "padChannels":
      return `zeros ${layer.before}+${layer.after}`;
  }
}
