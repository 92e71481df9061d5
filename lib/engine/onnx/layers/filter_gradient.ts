/**
 * The gradient of a convolution's weights. ONNX has no operator for it; of the
 * ways to compose it, two are fast on processors, each for some shapes, and one on
 * graphics processors.
 *
 * @module
 */

import type { Conv } from "../../../network/mod.ts";
import type { Graph } from "../graph.ts";
import type { Place, TrainingGraph } from "./layer.ts";

/**
 * Up to this many output pixels, and for strides, the filter gradient works on
 * maps with the batch innermost: pixels are then cut out in runs as long as the
 * batch, and products are few and large. Measured: the two ways meet between 8x8
 * and 14x14.
 */
const BATCH_INNERMOST_PIXELS = 121;

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

/** Runs `from` (inclusive) to `to` of the last of three axes. */
function run(graph: Graph, value: string, from: number, to: number): string {
  return graph.node("Slice", [
    value,
    graph.integers([from]),
    graph.integers([to]),
    graph.integers([2]),
  ]);
}

/** A convolution that keeps the size of its maps, with maps seen as rows of pixels. */
interface FlatMaps {
  readonly kernel: number;
  /** Pixels that a window reaches to each side of its centre. */
  readonly reach: number;
  readonly height: number;
  readonly width: number;
}

/** Map with 0 in the columns from which a shift of `step` columns leaves a row. */
function columnMask(
  { height, width }: FlatMaps,
  step: number,
): Float32Array {
  return Float32Array.from({ length: height * width }, (_, t) => {
    const column = t % width + step;
    return column >= 0 && column < width ? 1 : 0;
  });
}

/** `[batch, channels, T]` with zeros on both sides. */
function withZeros(
  graph: Graph,
  value: string,
  before: number,
  after: number,
): string {
  return graph.node("Pad", [
    value,
    graph.integers([0, 0, before, 0, 0, after]),
  ]);
}

/**
 * For every tap (i, j), each from -reach to reach, the sum over images and pixels
 * t of stacked[a, t] sliced[b, t + i width + j], where t + j stays in its row. Both
 * are `[batch, channels, height width]`; the result is a matrix for each i, `[a,
 * j, b]` with j from reach down to -reach.
 *
 * The column shifts j are stacked: one matrix product a row of taps. They cost
 * one copy of memory: end to end lie zeros and the map, masked for each j, and
 * read in rows longer by the reach, each row holds stacked[t - j]. What of a map
 * falls into the row before is masked, and the zeros that this row ends with.
 */
function tapProducts(
  graph: Graph,
  maps: FlatMaps,
  { stacked, channels, sliced }: {
    readonly stacked: string;
    readonly channels: number;
    readonly sliced: string;
  },
): readonly string[] {
  const { kernel, reach, height, width } = maps;
  const pixels = height * width;
  const rowLength = pixels + reach;
  if (kernel === 1) {
    return [sumOverImages(graph, timesTransposed(graph, stacked, sliced))];
  }
  const zeros = (count: number) =>
    count === 0 ? [] : [
      graph.node("ConstantOfShape", [
        graph.node("Concat", [
          graph.node("Shape", [stacked], { attributes: { start: 0, end: 1 } }),
          graph.integers([channels, count]),
        ], { attributes: { axis: 0 } }),
      ]),
    ];
  const masked = (step: number) =>
    step === 0 ? stacked : graph.node("Mul", [
      stacked,
      graph.tensor(columnMask(maps, step), [pixels]),
    ]);
  const pieces: string[] = [];
  for (let step = reach; step >= -reach; step--) {
    pieces.push(
      ...zeros(step >= 0 ? step : reach - 1),
      masked(step),
      ...zeros(step > 0 ? reach - step : 0),
    );
  }
  pieces.push(...zeros(2 * reach));
  const shifts = graph.node("Reshape", [
    graph.node("Concat", pieces, { attributes: { axis: 2 } }),
    graph.integers([0, channels * kernel, rowLength]),
  ]);
  const tall = withZeros(graph, sliced, reach * width, reach * width + reach);
  return Array.from({ length: kernel }, (_, i) =>
    sumOverImages(
      graph,
      timesTransposed(
        graph,
        shifts,
        run(graph, tall, i * width, i * width + rowLength),
      ),
    ));
}

/**
 * The filter gradient for few input channels, `[out, in, taps]`: the windows are
 * laid out in memory, `[batch, taps in, T]`.
 */
function filterGradientByWindows(
  graph: Graph,
  maps: FlatMaps,
  { input, inChannels, outputGradient, outChannels }: {
    readonly input: string;
    readonly inChannels: number;
    readonly outputGradient: string;
    readonly outChannels: number;
  },
): string {
  const { kernel, reach, height, width } = maps;
  const pixels = height * width;
  const range = Array.from({ length: kernel }, (_, index) => index);
  const edge = reach * width + reach;
  // For each column shift without the pixels that would come from another row.
  const sources = range.map((j) =>
    withZeros(
      graph,
      j === reach ? input : graph.node("Mul", [
        input,
        graph.tensor(columnMask(maps, reach - j), [pixels]),
      ]),
      edge,
      edge,
    )
  );
  const windows = range.flatMap((i) =>
    sources.map((source, j) =>
      run(graph, source, i * width + j, i * width + j + pixels)
    )
  );
  const product = sumOverImages(
    graph,
    timesTransposed(
      graph,
      graph.node("Concat", windows, { attributes: { axis: 1 } }),
      outputGradient,
    ),
  );
  const byTaps = [kernel * kernel, inChannels, outChannels];
  return graph.node("Transpose", [
    graph.node("Reshape", [product, graph.integers(byTaps)]),
  ], { attributes: { perm: [2, 1, 0] } });
}

/**
 * The filter gradient image by image, `[out, in, kernel, kernel]`, where the
 * convolution keeps the size of its maps. With both flattened to rows of T
 * pixels, and i, j counted from the centre,
 *
 *     dW[o, c, i, j] = sum over t of dy[o, t] x[c, t + i width + j]
 *
 * for all t whose window stays in the row: a shifted map is one run of memory.
 */
function filterGradientByShift(
  graph: Graph,
  { kernel, padding, outChannels }: Conv,
  { input: [inChannels, height, width] }: Place,
  input: string,
  outputGradient: string,
): string {
  const maps = { kernel, reach: padding, height, width };
  const flat = (value: string) =>
    graph.node("Reshape", [value, graph.integers([0, 0, height * width])]);
  const x = flat(input);
  const dy = flat(outputGradient);
  if (kernel * kernel * inChannels <= FEW_WINDOW_VALUES) {
    return filterGradientByWindows(graph, maps, {
      input: x,
      inChannels,
      outputGradient: dy,
      outChannels,
    });
  }
  const concat = (rows: readonly string[], shape: readonly number[]) =>
    graph.node("Reshape", [
      graph.node("Concat", rows, { attributes: { axis: 0 } }),
      graph.integers(shape),
    ]);
  // The stacked side should be the one with fewer channels: the other one's
  // fill vector registers.
  if (inChannels <= outChannels) {
    // Seen from x, dy is shifted the other way: i from reach down, j upwards.
    const rows = tapProducts(graph, maps, {
      stacked: x,
      channels: inChannels,
      sliced: dy,
    }).toReversed();
    return graph.node("Transpose", [
      concat(rows, [kernel, inChannels, kernel, outChannels]),
    ], { attributes: { perm: [3, 1, 0, 2] } });
  }
  const rows = tapProducts(graph, maps, {
    stacked: dy,
    channels: outChannels,
    sliced: x,
  });
  const upwards = graph.node("Slice", [
    concat(rows, [kernel, outChannels, kernel, inChannels]),
    graph.integers([-1]),
    graph.integers([-kernel - 1]),
    graph.integers([2]),
    graph.integers([-1]),
  ]);
  return graph.node("Transpose", [upwards], {
    attributes: { perm: [1, 3, 0, 2] },
  });
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
        taps.push(graph.node("ConstantOfShape", [
          graph.integers([outChannels, inShape[0]]),
        ]));
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
 * The filter gradient as one convolution, `[out, in, kernel, kernel]`: with images
 * and channels exchanged, the output's gradient moves over the input, dilated by
 * the stride. One shader, where the other ways are dozens; processors compute
 * windows as large as a map slowly.
 */
function filterGradientByConvolution(
  graph: Graph,
  { kernel, stride, padding }: Conv,
  { output: [, height, width] }: Place,
  input: string,
  outputGradient: string,
): string {
  const exchange = (value: string) =>
    graph.node("Transpose", [value], { attributes: { perm: [1, 0, 2, 3] } });
  const taps = graph.node("Conv", [
    exchange(input),
    exchange(outputGradient),
  ], {
    attributes: {
      kernel_shape: [height, width],
      dilations: [stride, stride],
      pads: [padding, padding, padding, padding],
    },
  });
  // Strides can leave pixels at the end that no window reaches.
  return exchange(graph.node("Slice", [
    taps,
    graph.integers([0, 0]),
    graph.integers([kernel, kernel]),
    graph.integers([2, 3]),
  ]));
}

/**
 * Adds the gradient of the weights `[out, in, kernel, kernel]`, of any shape with
 * as many values.
 */
export function filterGradient(
  { graph, gpu }: TrainingGraph,
  layer: Conv,
  place: Place,
  input: string,
  outputGradient: string,
): string {
  const { kernel, stride, padding } = layer;
  const keepsSize = stride === 1 && kernel === 2 * padding + 1;
  const pixels = place.output[1] * place.output[2];
  const byShift = keepsSize && pixels > BATCH_INNERMOST_PIXELS;
  const way = gpu
    ? filterGradientByConvolution
    : byShift
    ? filterGradientByShift
    : filterGradientByPixels;
  return way(
    graph,
    layer,
    place,
    input,
    outputGradient,
  );
}
