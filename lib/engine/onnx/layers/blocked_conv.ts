/**
 * Direct convolution on blocked maps. ONNX Runtime has kernels for maps whose
 * channels lie in blocks as wide as a vector register, and uses them by itself
 * for constant weights only. In a training step weights change, so this module
 * places those nodes itself and lays out the weights within the graph.
 *
 * @module
 */

import type { Graph } from "../graph.ts";

/** A convolution on `[batch, inChannels, height, width]`. */
export interface BlockedConv {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
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
  { inChannels, outChannels }: BlockedConv,
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
 * at all else; the gathering of all rows in between keeps it from merging them.
 */
function blockForward(
  graph: Graph,
  weight: string,
  { outBlocks, block, inBlocks, insPerBlock, taps }: Blocks,
): string {
  const outsLast = graph.node("Gather", [
    graph.node("Transpose", [
      graph.node("Reshape", [weight, graph.integers([outBlocks * block, -1])]),
    ], { attributes: { perm: [1, 0] } }),
    graph.integers(
      Array.from({ length: inBlocks * insPerBlock * taps }, (_, i) => i),
    ),
  ], { attributes: { axis: 0 } });
  const split = [inBlocks, insPerBlock, taps, outBlocks, block];
  return graph.node("Transpose", [
    graph.node("Reshape", [outsLast, graph.integers(split)]),
  ], { attributes: { perm: [3, 0, 2, 1, 4] } });
}

/**
 * The forward convolution's `[in, out, taps]` (in this convolution's terms) to
 * `[out block, in block, tap, in, out]`, taps reversed.
 */
function blockTransposed(
  graph: Graph,
  weight: string,
  { outBlocks, block, inBlocks, insPerBlock, taps }: Blocks,
): string {
  const tapsFirst = graph.node("Transpose", [
    graph.node("Reshape", [weight, graph.integers([-1, taps])]),
  ], { attributes: { perm: [1, 0] } });
  const reversed = taps === 1 ? tapsFirst : graph.node("Gather", [
    tapsFirst,
    graph.integers(Array.from({ length: taps }, (_, i) => taps - 1 - i)),
  ], { attributes: { axis: 0 } });
  const split = [taps, inBlocks, insPerBlock, outBlocks, block];
  return graph.node("Transpose", [
    graph.node("Reshape", [reversed, graph.integers(split)]),
  ], { attributes: { perm: [3, 1, 0, 2, 4] } });
}

/**
 * Adds the convolution.
 *
 * @param weight `[out, in, kernel, kernel]`; with `transposed` it is that of the
 * forward convolution, `[inChannels, outChannels, kernel, kernel]` in this
 * convolution's terms, and is turned by 180 degrees: the gradient in the input.
 */
export function blockedConv(
  graph: Graph,
  conv: BlockedConv,
  block: number,
  input: string,
  weight: string,
  { transposed }: { readonly transposed: boolean },
): string {
  const { inChannels, outChannels, kernel, stride, padding } = conv;
  const plain = readsPlain(inChannels, block);
  const ins = plain ? inChannels : roundUp(inChannels, block);
  const outs = roundUp(outChannels, block);
  const insPerBlock = plain ? 1 : block;
  const taps = kernel * kernel;

  const [first, second] = transposed
    ? [inChannels, outChannels]
    : [outChannels, inChannels];
  const [paddedFirst, paddedSecond] = transposed ? [ins, outs] : [outs, ins];
  const padded = first === paddedFirst && second === paddedSecond
    ? weight
    : graph.node("Pad", [
      weight,
      graph.integers([
        ...[0, 0, 0, 0],
        ...[paddedFirst - first, paddedSecond - second, 0, 0],
      ]),
    ]);
  const blocked = (transposed ? blockTransposed : blockForward)(graph, padded, {
    outBlocks: outs / block,
    block,
    inBlocks: ins / insPerBlock,
    insPerBlock,
    taps,
  });

  const convolved = graph.node("Conv", [
    plain
      ? input
      : graph.node("ReorderInput", [input], { domain: "com.microsoft.nchwc" }),
    graph.node("Reshape", [
      blocked,
      graph.integers([outs, ins, kernel, kernel]),
    ]),
  ], {
    domain: "com.microsoft.nchwc",
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      dilations: [1, 1],
      pads: [padding, padding, padding, padding],
      group: 1,
    },
  });
  return graph.node("ReorderOutput", [convolved], {
    domain: "com.microsoft.nchwc",
    attributes: { channels: outChannels },
  });
}
