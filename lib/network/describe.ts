import type { Block, Layer, Network, Shape } from "./network.ts";

/**
 * One line of text for tables and logs, for example
 * `28x28x1 c8-bn-r-p-c16-bn-r-p-fc10`. Not an identity: biases are left out;
 * use `networkId` to compare.
 *
 * `c8` is a convolution with 8 output channels, kernel 3, stride 1, padding 1;
 * other values are spelt out (`c8k1s2p0`). `bn` batch norm, `r` ReLU, `p`
 * 2x2 max-pool, `ap4` average pool, `fc10` linear, `d0.5` dropout,
 * `z8+8` channels of zeros before and after, `{body|shortcut}` a residual block, `[branch|branch]` a concatenation.
 *
 * @param network Any network, valid or not.
 */
export function describe(network: Network): string {
  const blocks = network.blocks.map(describeBlock).join("-");
  return `${formatShape(network.input)} ${blocks}`.trimEnd();
}

/**
 * A shape as people write it: height x width x channels.
 *
 * @param shape `[channels, height, width]`.
 * @returns For example "28x28x1".
 */
export function formatShape([channels, height, width]: Shape): string {
  return `${height}x${width}x${channels}`;
}

function describeBlock(block: Block): string {
  if (block.type === "concat") {
    return `[${block.branches.map(describeLayers).join("|")}]`;
  }
  if (block.type !== "residual") return describeLayer(block);
  const body = describeLayers(block.body);
  const shortcut = describeLayers(block.shortcut);
  return shortcut === "" ? `{${body}}` : `{${body}|${shortcut}}`;
}

/**
 * Layers that follow each other in short, as {@link describe} writes them.
 *
 * @param layers In order.
 * @returns For example "c16-bn-r"; "" for none.
 */
export function describeLayers(layers: readonly Layer[]): string {
  return layers.map(describeLayer).join("-");
}

function describeLayer(layer: Layer): string {
  switch (layer.type) {
    case "conv": {
      const { outChannels, kernel, stride, padding } = layer;
      const usual = kernel === 3 && stride === 1 && padding === 1;
      return `c${outChannels}${usual ? "" : `k${kernel}s${stride}p${padding}`}`;
    }
    case "batchNorm":
      return "bn";
    case "relu":
      return "r";
    case "maxPool": {
      const { kernel, stride, padding } = layer;
      const usual = kernel === 2 && stride === 2 && padding === 0;
      return usual ? "p" : `p${kernel}s${stride}p${padding}`;
    }
    case "avgPool": {
      const { kernel, stride } = layer;
      if (kernel === "global") return "gap";
      return stride === kernel ? `ap${kernel}` : `ap${kernel}s${stride}`;
    }
    case "linear":
      return `fc${layer.outFeatures}`;
    case "dropout":
      return `d${layer.rate}`;
    case "padChannels":
      return `z${layer.before}+${layer.after}`;
  }
}
