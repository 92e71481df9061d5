import type { Block, Conv, Layer, Network } from "../network/mod.ts";

/** Channels after a run of layers that is fed `width` channels. */
export function widthAfter(layers: readonly Layer[], width: number): number {
  for (const layer of layers) {
    if (layer.type === "conv") width = layer.outChannels;
    if (layer.type === "linear") width = layer.outFeatures;
    if (layer.type === "padChannels") width += layer.before + layer.after;
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

/**
 * The layers with the last convolution's output set so that they give `width`
 * channels; too few where more are padded behind it.
 */
export function withLastWidth(
  layers: readonly Layer[],
  width: number,
): readonly Layer[] {
  const last = lastConv(layers);
  const outChannels = width - widthAfter(layers.slice(last + 1), 0);
  return layers.map((layer, i) =>
    i === last ? { ...(layer as Conv), outChannels } : layer
  );
}

/**
 * Position of the padding that gives a parameter-free shortcut its channels, or
 * -1: where a layer behind it sets them, or a convolution does.
 */
export function lastPad(layers: readonly Layer[]): number {
  if (lastConv(layers) >= 0) return -1;
  const last = layers.findLastIndex(({ type }) =>
    type === "padChannels" || type === "linear"
  );
  return layers[last]?.type === "padChannels" ? last : -1;
}

/**
 * The layers, fed `fed` channels, with the last padding set so that they give
 * `width`; with none of it where they would give more even so. What is added
 * stands before and after in the proportions of old.
 */
export function withLastPad(
  layers: readonly Layer[],
  { fed, width }: { readonly fed: number; readonly width: number },
): readonly Layer[] {
  const last = lastPad(layers);
  const zeros = Math.max(0, width - widthAfter(layers.slice(0, last), fed));
  return layers.map((layer, i) => {
    if (i !== last || layer.type !== "padChannels") return layer;
    const all = layer.before + layer.after;
    const before = all === 0 ? 0 : Math.round(zeros * layer.before / all);
    return { ...layer, before, after: zeros - before };
  });
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
