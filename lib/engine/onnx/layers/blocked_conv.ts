/**
 * Direct convolution on blocked maps. ONNX Runtime has kernels for maps whose
 * channels lie in blocks as wide as a vector register, and uses them by itself
 * for constant weights only. In a training step weights change, so this module
 * places those nodes itself and lays out the weights within the graph.
 *
 * @module
 */

import type { Graph } from "../graph.ts";

/** Channels of a convolution on `[batch, inChannels, height, width]`. */
export interface BlockedChannels {
  readonly inChannels: number;
  readonly outChannels: number;
}

/** The rest of a convolution's form. */
export interface BlockedWindow {
  /** Height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: number;
  /** Zeros above, left, below, right. */
  readonly pads: readonly [number, number, number, number];
}

/**
 * Blocks are padded with zeros; below this share of real multiplications the
 * plain convolution, which pads nothing, is faster.
 */
const LEAST_SHARE = 0.6;

function roundUp(value: number, block: number): number {
  return Math.ceil(value / block) * block;
}

/** Whether the runtime's kernels read the input as it is, for fewer channels than a block. */
function readsPlain(inChannels: number, block: number): boolean {
  return inChannels < block;
}

/**
 * Whether the blocked kernel can do this convolution, and is worth it.
 *
 * @param block Channels a block; undefined where the machine has no such kernels.
 */
export function suitsBlocks(
  { inChannels, outChannels }: BlockedChannels,
  block: number | undefined,
): block is number {
  if (block === undefined) return false;
  const share = outChannels / roundUp(outChannels, block);
  if (readsPlain(inChannels, block)) return share >= LEAST_SHARE;
  // The runtime's reordering takes channels four at a time.
  return inChannels % 4 === 0 &&
    share * inChannels / roundUp(inChannels, block) >= LEAST_SHARE;
}

/** Numbers of blocks, and sizes within them. */
interface Blocks {
  readonly outBlocks: number;
  readonly block: number;
  readonly inBlocks: number;
  readonly insPerBlock: number;
  readonly taps: number;
}

/**
 * `[out, in, taps]` to `[out block, in block, tap, in, out]`. Two steps, since
 * the runtime is fast at transposing matrices and at moving whole rows, and slow
 * at all else.
 */
function blockForward(
  graph: Graph,
  weight: string,
  { outBlocks, block, inBlocks, insPerBlock, taps }: Blocks,
): string {
  const outsLast = graph.node("Transpose", [
    graph.node("Reshape", [weight, graph.integers([outBlocks * block, -1])]),
  ], { attributes: { perm: [1, 0] } });
  const split = [inBlocks, insPerBlock, taps, outBlocks, block];
  return graph.node("Transpose", [
    graph.node("Reshape", [outsLast, graph.integers(split)]),
  ], { attributes: { perm: [3, 0, 2, 1, 4] } });
}

/**
 * The forward convolution's `[in, out, taps]` (in this convolution's terms) to
 * `[out block, in block, tap, in, out]`, of the given taps in the given order.
 */
function blockTransposed(
  graph: Graph,
  weight: string,
  { outBlocks, block, inBlocks, insPerBlock, taps }: Blocks,
  order: readonly number[],
): string {
  const tapsFirst = graph.node("Transpose", [
    graph.node("Reshape", [weight, graph.integers([-1, taps])]),
  ], { attributes: { perm: [1, 0] } });
  const ordered = taps === 1 ? tapsFirst : graph.node("Gather", [
    tapsFirst,
    graph.integers(order),
  ], { attributes: { axis: 0 } });
  const split = [order.length, inBlocks, insPerBlock, outBlocks, block];
  return graph.node("Transpose", [
    graph.node("Reshape", [ordered, graph.integers(split)]),
  ], { attributes: { perm: [3, 1, 0, 2, 4] } });
}

/** Channels rounded up to blocks, and how many blocks that makes. */
function blocksOf(
  { inChannels, outChannels }: BlockedChannels,
  block: number,
  taps: number,
): Blocks & { readonly ins: number; readonly outs: number } {
  const plain = readsPlain(inChannels, block);
  const ins = plain ? inChannels : roundUp(inChannels, block);
  const outs = roundUp(outChannels, block);
  const insPerBlock = plain ? 1 : block;
  return {
    ins,
    outs,
    block,
    outBlocks: outs / block,
    inBlocks: ins / insPerBlock,
    insPerBlock,
    taps,
  };
}

/** `[rows, columns, height, width]` with zeros up to more rows and columns. */
function padWeight(
  graph: Graph,
  weight: string,
  from: readonly [number, number],
  to: readonly [number, number],
): string {
  if (from[0] === to[0] && from[1] === to[1]) return weight;
  const pads = [0, 0, 0, 0, to[0] - from[0], to[1] - from[1], 0, 0];
  return graph.node("Pad", [weight, graph.integers(pads)]);
}

/** Adds the blocks of weights `[out, in, kernel, kernel]`, for {@link convolveBlocks}. */
export function blockWeight(
  graph: Graph,
  channels: BlockedChannels,
  block: number,
  weight: string,
  [height, width]: readonly [number, number],
): string {
  const { inChannels, outChannels } = channels;
  const blocks = blocksOf(channels, block, height * width);
  const { outs, ins } = blocks;
  const padded = padWeight(graph, weight, [outChannels, inChannels], [
    outs,
    ins,
  ]);
  return graph.node("Reshape", [
    blockForward(graph, padded, blocks),
    graph.integers([outs, ins, height, width]),
  ]);
}

/**
 * As {@link blockWeight}, for a gradient in the input: the weights are those of
 * the forward convolution, `[inChannels, outChannels, kernel, kernel]` in this
 * convolution's terms.
 *
 * @param rows Rows of the forward kernel to use, in this order; likewise columns.
 */
export function blockTransposedWeight(
  graph: Graph,
  channels: BlockedChannels,
  block: number,
  weight: string,
  { kernel, rows, columns }: {
    readonly kernel: number;
    readonly rows: readonly number[];
    readonly columns: readonly number[];
  },
): string {
  const { inChannels, outChannels } = channels;
  const blocks = blocksOf(channels, block, kernel * kernel);
  const { outs, ins } = blocks;
  const padded = padWeight(graph, weight, [inChannels, outChannels], [
    ins,
    outs,
  ]);
  const order = rows.flatMap((i) => columns.map((j) => i * kernel + j));
  return graph.node("Reshape", [
    blockTransposed(graph, padded, blocks, order),
    graph.integers([outs, ins, rows.length, columns.length]),
  ]);
}

/** Adds a map as {@link convolveBlocks} reads it. */
export function blockInput(
  graph: Graph,
  input: string,
  inChannels: number,
  block: number,
): string {
  return readsPlain(inChannels, block)
    ? input
    : graph.node("ReorderInput", [input], { domain: "com.microsoft.nchwc" });
}

/** Adds the convolution; its output is in blocks. */
export function convolveBlocks(
  graph: Graph,
  { kernel, stride, pads }: BlockedWindow,
  input: string,
  weight: string,
): string {
  return graph.node("Conv", [input, weight], {
    domain: "com.microsoft.nchwc",
    attributes: {
      kernel_shape: kernel,
      strides: [stride, stride],
      dilations: [1, 1],
      pads,
      group: 1,
    },
  });
}

/** Adds the plain map `[batch, channels, height, width]` of one in blocks. */
export function unblock(graph: Graph, map: string, channels: number): string {
  return graph.node("ReorderOutput", [map], {
    domain: "com.microsoft.nchwc",
    attributes: { channels },
  });
}
