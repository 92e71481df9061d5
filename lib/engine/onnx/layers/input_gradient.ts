/**
 * The gradient of a convolution in its input: the transposed convolution of the
 * output's gradient.
 *
 * @module
 */

import type { Conv } from "../../../network/mod.ts";
import type { Graph } from "../graph.ts";
import {
  blockInput,
  blockTransposedWeight,
  convolveBlocks,
  suitsBlocks,
  unblock,
} from "./blocked_conv.ts";
import type { Place, TrainingGraph } from "./layer.ts";

/**
 * What one phase of the input's rows (or columns), `r, r + stride, ...`, is
 * computed from: a convolution of stride 1 with some rows of the kernel.
 */
interface Phase {
  /** Rows of the forward kernel in the order of the output rows that they read. */
  readonly taps: readonly number[];
  /** Zeros before and after. */
  readonly pads: readonly [number, number];
}

/**
 * The phases of one dimension: input row `stride a + r` gets from output row `y`
 * through kernel row `i` where `stride y + i - padding` is that row, so `y = a +
 * (r + padding - i) / stride` for those `i` that make it whole.
 *
 * @returns undefined where the phases differ in size or have to be cut, not padded.
 */
function phasesOf(
  { kernel, stride, padding }: Conv,
  inputSize: number,
  outputSize: number,
): readonly Phase[] | undefined {
  if (inputSize % stride !== 0) return undefined;
  const phases: Phase[] = [];
  for (let r = 0; r < stride; r++) {
    const taps: number[] = [];
    for (let i = kernel - 1; i >= 0; i--) {
      if ((r + padding - i) % stride === 0) taps.push(i);
    }
    if (taps.length === 0) {
      phases.push({ taps, pads: [0, 0] });
      continue;
    }
    const first = (r + padding - taps[0]!) / stride;
    const last = (r + padding - taps.at(-1)!) / stride;
    const after = inputSize / stride - outputSize + last;
    if (first > 0 || after < 0) return undefined;
    phases.push({ taps, pads: [-first, after] });
  }
  return phases;
}

/**
 * Puts maps in blocks together, `phases[r][s]` being rows r, columns s of every
 * `stride`. Blocks make this a matter of moving whole vectors.
 */
function interleave(
  graph: Graph,
  phases: readonly (readonly string[])[],
  { block, channels, height, width }: {
    readonly block: number;
    readonly channels: number;
    readonly height: number;
    readonly width: number;
  },
): string {
  const stride = phases.length;
  const rows = phases.map((maps) =>
    graph.node("Reshape", [
      graph.node(
        "Concat",
        maps.map((map) =>
          graph.node("Reshape", [map, graph.integers([-1, 1, block])])
        ),
        { attributes: { axis: 1 } },
      ),
      graph.integers([-1, 1, width * block]),
    ])
  );
  return graph.node("Reshape", [
    stride === 1
      ? rows[0]!
      : graph.node("Concat", rows, { attributes: { axis: 1 } }),
    graph.integers([-1, channels, height, width]),
  ]);
}

/**
 * The gradient in the input by the runtime's direct convolutions, one for each
 * phase of rows and columns: the runtime's own transposed convolution is several
 * times slower on small maps.
 *
 * @returns undefined where the convolution's form does not suit.
 */
function inputGradientByPhases(
  { graph, block }: TrainingGraph,
  layer: Conv,
  { input: [inChannels, height, width], output }: Place,
  outputGradient: string,
  weight: string,
): string | undefined {
  const { kernel, outChannels } = layer;
  const channels = { inChannels: outChannels, outChannels: inChannels };
  const rowPhases = phasesOf(layer, height, output[1]);
  const columnPhases = phasesOf(layer, width, output[2]);
  if (
    !suitsBlocks(channels, block) ||
    rowPhases === undefined || columnPhases === undefined
  ) return undefined;
  const blocked = blockInput(graph, outputGradient, outChannels, block);
  const maps = rowPhases.map((rows) =>
    columnPhases.map((columns) => {
      if (rows.taps.length === 0 || columns.taps.length === 0) return undefined;
      const [above, below] = rows.pads;
      const [left, right] = columns.pads;
      return convolveBlocks(
        graph,
        {
          kernel: [rows.taps.length, columns.taps.length],
          stride: 1,
          pads: [above, left, below, right],
        },
        blocked,
        blockTransposedWeight(graph, channels, block, weight, {
          kernel,
          rows: rows.taps,
          columns: columns.taps,
        }),
      );
    })
  );
  const some = maps.flat().find((map) => map !== undefined)!;
  // Pixels that no window reaches.
  const zeros = () =>
    graph.node("ConstantOfShape", [graph.node("Shape", [some])]);
  const whole = maps.length === 1 ? some : interleave(
    graph,
    maps.map((row) => row.map((map) => map ?? zeros())),
    {
      block,
      channels: Math.ceil(inChannels / block) * block,
      height,
      width,
    },
  );
  return unblock(graph, whole, inChannels);
}

/** Adds the gradient in the input. */
export function inputGradient(
  context: TrainingGraph,
  layer: Conv,
  place: Place,
  outputGradient: string,
  weight: string,
): string {
  const byPhases = inputGradientByPhases(
    context,
    layer,
    place,
    outputGradient,
    weight,
  );
  if (byPhases !== undefined) return byPhases;
  const { kernel, stride, padding } = layer;
  const [, height, width] = place.input;
  // Rows and columns at the end that no window reaches.
  const rest = (size: number) => (size + 2 * padding - kernel) % stride;
  return context.graph.node("ConvTranspose", [outputGradient, weight], {
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      output_padding: [rest(height), rest(width)],
    },
  });
}
