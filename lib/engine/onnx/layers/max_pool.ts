import type { MaxPool } from "../../../network/mod.ts";
import type { Graph } from "../graph.ts";
import {
  type Forward,
  type Place,
  type TrainingGraph,
  watchAll,
} from "./layer.ts";

/** Numbers of element types in ONNX. */
const ONNX_FLOAT = 1;
const ONNX_INT64 = 7;

/**
 * The gradient in the input, where no two windows overlap and none is padded:
 * each output's gradient at its maximum's place in the flattened batch, int64
 * `indices`.
 */
function unpool(
  graph: Graph,
  { kernel, stride }: MaxPool,
  gradient: string,
  indices: string,
  input: string,
): string {
  return graph.node("MaxUnpool", [
    gradient,
    indices,
    graph.node("Shape", [input]),
  ], {
    attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride] },
  });
}

/**
 * Windows of 2x2 side by side. The runtime's pool that also returns indices
 * looks at one value at a time; comparing whole maps of the windows' first,
 * second, third and fourth pixels is several times as fast.
 */
function pairwiseMaxPool(
  { graph }: TrainingGraph,
  layer: MaxPool,
  { input: [channels, height, width], output: [, rows, columns] }: Place,
  input: string,
): Forward {
  const whole = 2 * rows === height && 2 * columns === width;
  const covered = whole ? input : graph.node("Slice", [
    input,
    graph.integers([0, 0]),
    graph.integers([2 * rows, 2 * columns]),
    graph.integers([2, 3]),
  ]);
  const [first, second, third, fourth] = graph.nodes(
    "Split",
    [
      graph.node("SpaceToDepth", [covered], { attributes: { blocksize: 2 } }),
      graph.integers([channels, channels, channels, channels]),
    ],
    4,
    { attributes: { axis: 1 } },
  );
  const upper = graph.node("Max", [first!, second!]);
  const lower = graph.node("Max", [third!, fourth!]);
  return {
    output: graph.node("Max", [upper, lower]),
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return "";
      // Strictly greater: among equals the first one wins.
      const isLower = graph.node("Greater", [lower, upper]);
      const isRight = graph.node("Or", [
        graph.node("And", [
          isLower,
          graph.node("Greater", [fourth!, third!]),
        ]),
        graph.node("And", [
          graph.node("Not", [isLower]),
          graph.node("Greater", [second!, first!]),
        ]),
      ]);
      const asFloat = (value: string) =>
        graph.node("Cast", [value], { attributes: { to: ONNX_FLOAT } });
      // Within a map in float32, which holds these integers and is fast.
      const corners = Float32Array.from(
        { length: rows * columns },
        (_, i) => 2 * (Math.floor(i / columns) * width + i % columns),
      );
      const withinMap = graph.node("Add", [
        graph.node("Add", [
          graph.node("Mul", [asFloat(isLower), graph.scalar(width)]),
          asFloat(isRight),
        ]),
        graph.tensor(corners, [rows, columns]),
      ]);
      // One number a map: where it starts in the flattened batch.
      const starts = graph.node("Range", [
        graph.integers([0], []),
        graph.node("Squeeze", [
          graph.node("Mul", [
            graph.node("Shape", [input], { attributes: { start: 0, end: 1 } }),
            graph.integers([channels * height * width]),
          ]),
        ]),
        graph.integers([height * width], []),
      ]);
      const indices = graph.node("Add", [
        graph.node("Cast", [withinMap], { attributes: { to: ONNX_INT64 } }),
        graph.node("Reshape", [starts, graph.integers([-1, channels, 1, 1])]),
      ]);
      return unpool(graph, layer, gradient, indices, input);
    },
  };
}

/** Below every value that a map can hold. */
const LOWEST = -3.4028234663852886e38;

/**
 * Windows of any size by operators that graphics processors have: tap by tap, the
 * first of every window, the second of every window and so on.
 */
function maxPoolByTaps(
  context: TrainingGraph,
  { kernel, stride, padding }: MaxPool,
  { input: [channels, height, width], output: [, rows, columns] }: Place,
  input: string,
): Forward {
  const { graph } = context;
  const padded = padding === 0 ? input : graph.node("Pad", [
    input,
    graph.integers([0, 0, padding, padding, 0, 0, padding, padding]),
    graph.scalar(LOWEST),
  ]);
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => {
    const [row, column] = [Math.floor(tap / kernel), tap % kernel];
    return graph.node("Slice", [
      padded,
      graph.integers([row, column]),
      graph.integers([
        row + (rows - 1) * stride + 1,
        column + (columns - 1) * stride + 1,
      ]),
      graph.integers([2, 3]),
      graph.integers([stride, stride]),
    ]);
  });
  const output = taps.reduce((a, b) => graph.node("Max", [a, b]));
  // A shader's maximum may pass over NaN, which must not go unseen.
  watchAll(context, input);
  return {
    output,
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return "";
      // The first maximum takes all and leaves 0 to the taps after it.
      let left = gradient;
      const shares = taps.map((tap) => {
        const isBelow = graph.node("Greater", [output, tap]);
        const rest = graph.node("Mul", [
          left,
          graph.node("Cast", [isBelow], { attributes: { to: ONNX_FLOAT } }),
        ]);
        const share = graph.node("Sub", [left, rest]);
        left = rest;
        return graph.node("Reshape", [
          share,
          graph.integers([-1, 1, rows, columns]),
        ]);
      });
      // Each tap's share goes to its place in the windows, which may overlap.
      const places = new Float32Array(taps.length ** 2);
      taps.forEach((_, tap) => places[tap * taps.length + tap] = 1);
      const rest = (size: number) => (size + 2 * padding - kernel) % stride;
      const spread = graph.node("ConvTranspose", [
        graph.node("Concat", shares, { attributes: { axis: 1 } }),
        graph.tensor(places, [taps.length, 1, kernel, kernel]),
      ], {
        attributes: {
          kernel_shape: [kernel, kernel],
          strides: [stride, stride],
          pads: [padding, padding, padding, padding],
          output_padding: [rest(height), rest(width)],
        },
      });
      return graph.node("Reshape", [
        spread,
        graph.integers([-1, channels, height, width]),
      ]);
    },
  };
}

/** Windows of any size, which may overlap. */
function indexedMaxPool(
  context: TrainingGraph,
  layer: MaxPool,
  { input: shape }: Place,
  input: string,
): Forward {
  const { graph } = context;
  const { kernel, stride, padding } = layer;
  const [output, indices] = graph.nodes("MaxPool", [input], 2, {
    attributes: {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    },
  });
  // The runtime's maximum passes over NaN, which must not go unseen.
  watchAll(context, input);
  return {
    output: output!,
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return "";
      if (stride >= kernel && padding === 0) {
        return unpool(graph, layer, gradient, indices!, input);
      }
      // Windows that overlap can share a maximum. The indices count through
      // the whole flattened batch.
      const flat = graph.integers([-1]);
      const zeros = graph.node("Reshape", [
        graph.node("Mul", [input, graph.scalar(0)]),
        flat,
      ]);
      const scattered = graph.node("ScatterElements", [
        zeros,
        graph.node("Reshape", [indices!, flat]),
        graph.node("Reshape", [gradient, flat]),
      ], {
        attributes: {
          axis: 0,
          reduction: stride < kernel ? "add" : "none",
        },
      });
      return graph.node("Reshape", [
        scattered,
        graph.integers([-1, ...shape]),
      ]);
    },
  };
}

/** y = maximum of each window; the gradient goes to the first maximum. */
export function maxPool(
  context: TrainingGraph,
  layer: MaxPool,
  place: Place,
  input: string,
): Forward {
  const { kernel, stride, padding } = layer;
  const isPairwise = kernel === 2 && stride === 2 && padding === 0;
  const way = context.gpu
    ? maxPoolByTaps
    : isPairwise
    ? pairwiseMaxPool
    : indexedMaxPool;
  return way(
    context,
    layer,
    place,
    input,
  );
}
