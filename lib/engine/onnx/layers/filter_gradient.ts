/**
 * The gradient of a convolution's weights. ONNX has no operator for it; of the
 * ways to compose it, two are fast, each for some shapes.
 *
 * @module
 */

import type { Conv } from "../../../network/mod.ts";
import type { Graph } from "../graph.ts";
import type { Place } from "./layer.ts";

/**
 * Up to this many output pixels, and for strides, the filter gradient works on
 * maps with the batch innermost: pixels are then cut out in runs as long as the
 * batch, and nothing is spent on padding, which outweighs small maps. Measured:
 * the two ways meet between 16x16 and 28x28.
 */
const BATCH_INNERMOST_PIXELS = 256;

/**
 * Up to this many values a window, all taps of the filter gradient are one
 * matrix product of dy with the windows laid out in memory: single taps would
 * leave most of a vector register empty.
 */
const FEW_WINDOW_VALUES = 32;

/** Adds a b^T for matrices of equal length, batched over images. */
function timesTransposed(graph: Graph, a: string, b: string): string {
  return graph.node("FusedMatMul", [a, b], {
    domain: "com.microsoft",
    attributes: { transB: 1 },
  });
}

/** Adds the sum over images of `[batch, rows, columns]`. */
function sumOverImages(graph: Graph, value: string): string {
  return graph.node("ReduceSum", [value, graph.integers([0])], {
    attributes: { keepdims: 0 },
  });
}

/**
 * The filter gradient for stride 1, image by image, `[out, in, kernel, kernel]`.
 * With x padded, and rows of dy followed by zeros up to x's row length, both
 * flattened to `[channels, T]`,
 *
 *     dW[o, c, i, j] = sum over t of dy[o, t - j] x[c, t + i rowLength]
 *
 * A shifted map is one run of memory. The shifts j are stacked: one matrix
 * product a row of taps.
 */
function filterGradientByShift(
  graph: Graph,
  { kernel, padding: p, outChannels }: Conv,
  { input: [inChannels, , width], output: [, outHeight] }: Place,
  input: string,
  outputGradient: string,
): string {
  const rowLength = width + 2 * p;
  // Shifts reach past the last row, into one more of zeros.
  const spare = kernel === 1 ? 0 : 1;
  const length = (outHeight + spare) * rowLength;
  const maps = (value: string, channels: number, pads: readonly number[]) => {
    const padded = pads.every((pad) => pad === 0)
      ? value
      : graph.node("Pad", [value, graph.integers([0, 0, ...pads])]);
    return graph.node("Reshape", [padded, graph.integers([0, channels, -1])]);
  };
  const run = (value: string, from: number, to: number) =>
    graph.node("Slice", [
      value,
      graph.integers([from]),
      graph.integers([to]),
      graph.integers([2]),
    ]);
  const range = Array.from({ length: kernel }, (_, index) => index);
  const x = maps(input, inChannels, [p, p, 0, 0, p + spare, p]);
  const dy = maps(outputGradient, outChannels, [
    ...[0, 0, 0, 0],
    ...[spare, kernel - 1],
  ]);

  if (kernel * kernel * inChannels <= FEW_WINDOW_VALUES) {
    const whole = outHeight * rowLength;
    const windows = range.flatMap((i) =>
      range.map((j) => run(x, i * rowLength + j, i * rowLength + j + whole))
    );
    const product = sumOverImages(
      graph,
      timesTransposed(
        graph,
        graph.node("Concat", windows, { attributes: { axis: 1 } }),
        run(dy, 0, whole),
      ),
    );
    // [taps, in, out] -> [out, in, taps]
    const byTaps = [kernel * kernel, inChannels, outChannels];
    return graph.node("Transpose", [
      graph.node("Reshape", [product, graph.integers(byTaps)]),
    ], { attributes: { perm: [2, 1, 0] } });
  }

  // Repeated end to end and read in rows one shorter, a map moves by one from
  // row to row: row j is dy[t - j], with zeros wrapping around.
  const rowOfShifts = length - spare;
  const shifted = kernel === 1 ? dy : graph.node("Reshape", [
    graph.node("Concat", [
      ...range.slice(1).map(() => dy),
      run(dy, 0, length - kernel),
    ], { attributes: { axis: 2 } }),
    graph.integers([0, outChannels * kernel, rowOfShifts]),
  ]);
  const rows = range.map((i) =>
    sumOverImages(
      graph,
      timesTransposed(
        graph,
        shifted,
        kernel === 1 ? x : run(x, i * rowLength, i * rowLength + rowOfShifts),
      ),
    )
  );
  // [i, out, j, in] -> [out, in, i, j]
  return graph.node("Transpose", [
    graph.node("Reshape", [
      graph.node("Concat", rows, { attributes: { axis: 0 } }),
      graph.integers([kernel, outChannels, kernel, inChannels]),
    ]),
  ], { attributes: { perm: [1, 3, 0, 2] } });
}

/** Output positions whose window has its tap inside the map, for one dimension. */
interface TapRange {
  /** First and one past the last output position. */
  readonly from: number;
  readonly to: number;
  /** Input position that the first one reads. */
  readonly start: number;
}

function tapRange(
  tap: number,
  { stride, padding }: Conv,
  inputSize: number,
  outputSize: number,
): TapRange {
  const from = Math.max(0, Math.ceil((padding - tap) / stride));
  const last = Math.floor((inputSize - 1 + padding - tap) / stride);
  const to = Math.max(from, Math.min(outputSize, last + 1));
  return { from, to, start: from * stride + tap - padding };
}

/**
 * The filter gradient on maps `[channels, height, width, batch]`, `[out, in,
 * kernel, kernel]`: each tap is one matrix product of the pixels that it meets.
 */
function filterGradientByPixels(
  graph: Graph,
  layer: Conv,
  { input: inShape, output: outShape }: Place,
  input: string,
  outputGradient: string,
): string {
  const { kernel, stride, outChannels } = layer;
  const batchInnermost = (value: string, shape: Place["input"]) => {
    const size = shape[0] * shape[1] * shape[2];
    const rows = graph.node("Reshape", [value, graph.integers([-1, size])]);
    return graph.node("Reshape", [
      graph.node("Transpose", [rows], { attributes: { perm: [1, 0] } }),
      graph.integers([...shape, -1]),
    ]);
  };
  const x = batchInnermost(input, inShape);
  const dy = batchInnermost(outputGradient, outShape);
  const cut = (
    value: string,
    shape: Place["input"],
    rows: readonly [number, number],
    columns: readonly [number, number],
    step: number,
  ) => {
    const whole = step === 1 && rows[0] === 0 && columns[0] === 0 &&
      rows[1] === shape[1] && columns[1] === shape[2];
    const pixels = whole ? value : graph.node("Slice", [
      value,
      graph.integers([rows[0], columns[0]]),
      graph.integers([rows[1], columns[1]]),
      graph.integers([1, 2]),
      graph.integers([step, step]),
    ]);
    return graph.node("Reshape", [pixels, graph.integers([shape[0], -1])]);
  };
  const taps: string[] = [];
  for (let i = 0; i < kernel; i++) {
    const rows = tapRange(i, layer, inShape[1], outShape[1]);
    for (let j = 0; j < kernel; j++) {
      const columns = tapRange(j, layer, inShape[2], outShape[2]);
      if (rows.from === rows.to || columns.from === columns.to) {
        const shape = [outChannels, inShape[0]] as const;
        taps.push(graph.tensor(new Float32Array(shape[0] * shape[1]), shape));
        continue;
      }
      const end = ({ from, to, start }: TapRange) =>
        start + (to - from - 1) * stride + 1;
      taps.push(timesTransposed(
        graph,
        cut(dy, outShape, [rows.from, rows.to], [columns.from, columns.to], 1),
        cut(
          x,
          inShape,
          [rows.start, end(rows)],
          [columns.start, end(columns)],
          stride,
        ),
      ));
    }
  }
  // [taps, out in] -> [out in, taps]
  return graph.node("Transpose", [
    graph.node("Reshape", [
      graph.node("Concat", taps, { attributes: { axis: 0 } }),
      graph.integers([kernel * kernel, -1]),
    ]),
  ], { attributes: { perm: [1, 0] } });
}

/**
 * Adds the gradient of the weights `[out, in, kernel, kernel]`, of any shape with
 * as many values.
 */
export function filterGradient(
  graph: Graph,
  layer: Conv,
  place: Place,
  input: string,
  outputGradient: string,
): string {
  const pixels = place.output[1] * place.output[2];
  const byShift = layer.stride === 1 && pixels > BATCH_INNERMOST_PIXELS;
  return (byShift ? filterGradientByShift : filterGradientByPixels)(
    graph,
    layer,
    place,
    input,
    outputGradient,
  );
}
