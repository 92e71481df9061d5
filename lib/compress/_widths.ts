import type { Block, Conv, Layer, Network } from "../network/mod.ts";

/** Channels after a run of layers that is fed `width` channels. */
export function widthAfter(layers: readonly Layer[], width: number): number {
  for (const layer of layers) {
    if (layer.type === "conv") width = layer.outChannels;
    if (layer.type === "linear") width = layer.outFeatures;
  }
  return width;
}

/** Position of the convolution that sets the channels of the last layer, or -1. */
export function lastConv(layers: readonly Layer[]): number {
  const last = layers.findLastIndex(({ type }) =>
    type === "conv" || type === "linear"
  );
  // Behind a linear layer the channels of a convolution are gone.
  return layers[last]?.type === "conv" ? last : -1;
}

/** The layers with the last convolution's output set to `width` channels. */
export function withLastWidth(
  layers: readonly Layer[],
  width: number,
): readonly Layer[] {
  const last = lastConv(layers);
  return layers.map((layer, i) =>
    i === last ? { ...(layer as Conv), outChannels: width } : layer
  );
}

/** Channels after a block that is fed `width` channels; a residual block's are its shortcut's, a concatenation's those of all branches. */
export function blockWidth(block: Block, width: number): number {
  if (block.type === "concat") {
    return block.branches.reduce(
      (sum, branch) => sum + widthAfter(branch, width),
      0,
    );
  }
  return widthAfter(
    block.type === "residual" ? block.shortcut : [block],
    width,
  );
}

/**
 * Index of the block whose convolution sets the number of classes: in a network
 * without a linear layer, the last convolution outside residual blocks or the
 * last residual block with a convolution in its shortcut or the last
 * concatenation with one in every branch, whichever is latest.
 * -1 when a linear layer sets it.
 */
export function headBlock(network: Network): number {
  for (let i = network.blocks.length - 1; i >= 0; i--) {
    const block = network.blocks[i]!;
    if (block.type === "linear") return -1;
    if (block.type === "conv") return i;
    if (
      block.type === "concat" &&
      block.branches.every((branch) => lastConv(branch) >= 0)
    ) return i;
    if (block.type === "residual" && lastConv(block.shortcut) >= 0) return i;
  }
  return -1;
}
