/**
 * Operators that move windows over maps, and what prepares maps for them.
 *
 * @module
 */

import type { Shape } from "../../network/mod.ts";
import { countPlaces, fitWindow, type SquareWindow } from "./fit_window.ts";
import {
  integerOf,
  integersOf,
  numberOf,
  type PlainNode,
  refuse,
  textOf,
} from "./plain_graph.ts";
import type { Reading } from "./reading.ts";
import type { MapValue, Sides, Value } from "./values.ts";
import { type Axis, channelsFirst, sameView } from "./view.ts";

/** Pixels of the widest border that is read. */
const MOST_BORDER = 4096;

/** A convolution with constant weights. */
export function conv(reading: Reading, node: PlainNode): Value {
  const map = readWindowed(reading, node);
  const { shape: sizes, data } = reading.constant(node, 1);
  const bias = reading.optionalConstant(node, 2);
  const [outputs = 0, inputs = 0, height = 0, width = 0] = sizes;
  if (sizes.length !== 4 || outputs < 1 || height < 1 || width < 1) {
    refuse(
      node,
      `has weights of [${sizes}], expected those of a 2-D convolution`,
    );
  }
  const group = integerOf(node, "group", 1);
  if (group !== 1) refuse(node, `has ${group} groups, expected 1`);
  if (inputs !== map.shape[0]) {
    refuse(node, `reads ${map.shape[0]} channels, expected ${inputs}`);
  }
  if (bias !== undefined && bias.data.length !== outputs) {
    refuse(node, `has ${bias.data.length} biases, expected ${outputs}`);
  }
  const declared = integersOf(node, "kernel_shape") ?? [height, width];
  if (declared[0] !== height || declared[1] !== width) {
    refuse(
      node,
      `has kernel_shape [${declared}], expected [${height},${width}]`,
    );
  }
  const window = windowOf(node, map, [height, width]);
  if (map.border !== undefined && map.border.value !== 0) {
    refuse(map.border.node, `pads with ${map.border.value}, expected 0`);
  }
  const square = fitWindow(window);
  if (square === undefined) {
    refuse(
      node,
      `moves a window of ${height}x${width} by [${window.stride}] with padding ${
        JSON.stringify(window.sides)
      }, expected one that a square window can stand for`,
    );
  }
  const { kernel, stride, padding } = square;
  const { border: _, ...inside } = map;
  return reading.layer(node, inside, {
    layer: {
      type: "conv",
      outChannels: outputs,
      kernel,
      stride,
      padding,
      bias: bias !== undefined,
    },
    arrays: {
      weight: within(data, [outputs * inputs, height, width], square),
      ...(bias === undefined ? {} : { bias: Float32Array.from(bias.data) }),
    },
  });
}

/** Kernels in the square ones that stand for them. */
function within(
  data: Float32Array | Float64Array,
  [count, height, width]: Shape,
  { kernel, offset: [down, right] }: SquareWindow,
): Float32Array {
  const result = new Float32Array(count * kernel * kernel);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * width;
      const to = (i * kernel + y + down) * kernel + right;
      for (let x = 0; x < width; x++) result[to + x] = data[from + x]!;
    }
  }
  return result;
}

/** A maximum over a square window, padded alike on all sides. */
export function maxPool(reading: Reading, node: PlainNode): Value {
  const map = readWindowed(reading, node);
  const { border, ...inside } = map;
  const isNeutral = border === undefined || border.value < -3e38 ||
    // Nothing is below the zeros, and each window has a pixel of the map.
    border.value === 0 && map.nonNegative;
  if (!isNeutral) {
    refuse(
      border!.node,
      `pads with ${
        border!.value
      } before a maximum, expected 0 behind a Relu, or the lowest number`,
    );
  }
  if (node.outputs.length > 1 && node.outputs[1] !== "") {
    refuse(node, "gives the places of its maxima, expected the maxima alone");
  }
  const window = windowOf(node, map, kernelOf(node));
  const { kernel, stride, padding } = evenWindow(node, window);
  const pooled = reading.layer(node, inside, {
    layer: { type: "maxPool", kernel, stride, padding },
  });
  return { ...pooled, nonNegative: map.nonNegative };
}

/** A mean over a square window without padding. */
export function averagePool(reading: Reading, node: PlainNode): Value {
  const map = reading.channelsFirst(node, reading.map(node, 0));
  const [, height, width] = map.shape;
  const window = windowOf(node, map, kernelOf(node));
  if (window.sides.flat().some((side) => side !== 0)) {
    refuse(node, `pads ${JSON.stringify(window.sides)}, expected no padding`);
  }
  const isWhole = window.kernel[0] === height && window.kernel[1] === width;
  const { kernel, stride } = isWhole
    ? { kernel: "global" as const, stride: 1 }
    : evenWindow(node, window);
  const pooled = reading.layer(node, map, {
    layer: { type: "avgPool", kernel, stride },
  });
  return { ...pooled, nonNegative: map.nonNegative };
}

/** The mean over the whole map. */
export function globalAveragePool(reading: Reading, node: PlainNode): Value {
  const map = reading.channelsFirst(node, reading.map(node, 0));
  const pooled = reading.layer(node, map, {
    layer: { type: "avgPool", kernel: "global", stride: 1 },
  });
  return { ...pooled, nonNegative: map.nonNegative };
}

/** A mean over some axes: both of the map's sides, of any view. */
export function reduceMean(reading: Reading, node: PlainNode): Value {
  const map = reading.map(node, 0);
  const given = integersOf(node, "axes") ??
    reading.optionalConstant(node, 1)?.data;
  const rank = map.view.length + 1;
  const axes = [...given ?? []].map((axis) => axis < 0 ? axis + rank : axis);
  const reduced = map.view.filter((_, i) => axes.includes(i + 1)).flat();
  const sides = ([1, 2] as const).filter((axis) => map.shape[axis] > 1);
  if (axes.includes(0) || reduced.toSorted().join() !== sides.join()) {
    refuse(node, `takes a mean over axes [${axes}], expected height and width`);
  }
  const keeps = integerOf(node, "keepdims", 1) === 1;
  const view = map.view
    .map((group, i) => axes.includes(i + 1) ? [] : group)
    .filter((_, i) => keeps || !axes.includes(i + 1));
  const pooled = reading.layer(node, map, {
    layer: { type: "avgPool", kernel: "global", stride: 1 },
    view,
  });
  return { ...pooled, nonNegative: map.nonNegative };
}

/** Padding: of the sides for the window behind it, or channels of zeros. */
export function pad(reading: Reading, node: PlainNode): Value {
  const map = reading.whole(node, reading.pendingMap(node, 0));
  if (textOf(node, "mode", "constant") !== "constant") {
    refuse(node, `pads by "${textOf(node, "mode", "")}", expected "constant"`);
  }
  const sides = integersOf(node, "pads") ?? [...reading.constant(node, 1).data];
  const value = reading.optionalConstant(node, 2)?.data[0] ??
    (node.attributes.get("value") === -Infinity
      ? -Infinity
      : numberOf(node, "value", 0));
  const axes = axesOf(node, map);
  if (node.inputs[3]) refuse(node, "pads named axes, expected all");
  const rank = axes.length + 1;
  const isSound = sides.length === 2 * rank && sides[0] === 0 &&
    sides[rank] === 0 &&
    sides.every((side) =>
      Number.isInteger(side) && side >= 0 && side <= MOST_BORDER
    );
  if (!isSound) {
    refuse(
      node,
      `pads by [${sides}], expected 0 to ${MOST_BORDER} on each side of each map`,
    );
  }
  const of = (axis: Axis) => {
    const dimension = axes.indexOf(axis) + 1;
    return [sides[dimension]!, sides[dimension + rank]!] as const;
  };
  const [channels, ...own] = [of(0), of(1), of(2)] as const;
  const [before, after] = channels;
  if (before + after > 0) {
    if (own.flat().some((side) => side > 0) || value !== 0) {
      refuse(node, "pads channels, expected with zeros, and nothing else");
    }
    if (map.border !== undefined) {
      refuse(map.border.node, "pads a map that is padded further");
    }
    const padded = reading.layer(node, map, {
      layer: { type: "padChannels", before, after },
    });
    return {
      ...padded,
      view: sameView(map.view, channelsFirst(map.shape))
        ? padded.view
        : [...channelsFirst(padded.shape).slice(1), [0]],
      nonNegative: map.nonNegative,
    };
  }
  if (own.flat().every((side) => side === 0)) return map;
  const { value: former, sides: around } = map.border ??
    { value, sides: [[0, 0], [0, 0]] as const };
  if (former !== value) {
    refuse(node, `pads with ${value} what is padded with ${former}`);
  }
  const sum = own.map(([first, last], i) =>
    [first + around[i]![0], last + around[i]![1]] as const
  );
  return { ...map, border: { sides: [sum[0]!, sum[1]!], value, node } };
}

/** Every so manieth row and column: how ResNets without parameters in shortcuts go on. */
export function slice(reading: Reading, node: PlainNode): Value {
  const map = reading.pendingMap(node, 0);
  if (map.border !== undefined) {
    refuse(
      map.border.node,
      "pads a map that is cut, expected a Conv behind it",
    );
  }
  const list = (name: string, index: number) =>
    integersOf(node, name) ?? reading.optionalConstant(node, index)?.data;
  const starts = list("starts", 1) ?? [];
  const ends = list("ends", 2) ?? [];
  const rank = map.view.length + 1;
  const axes = list("axes", 3) ?? Array.from(starts, (_, i) => i);
  const steps = list("steps", 4) ?? Array.from(starts, () => 1);
  const along = axesOf(node, map);
  let { shape, strides = [1, 1] as readonly [number, number] } = map;
  for (let i = 0; i < starts.length; i++) {
    const dimension = axes[i]! < 0 ? axes[i]! + rank : axes[i]!;
    const axis = along[dimension - 1];
    const size = axis === undefined ? Infinity : shape[axis];
    const step = steps[i]!;
    const takesAll = starts[i] === 0 && ends[i]! >= size ||
      axis === undefined && starts[i] === 0 && ends[i]! > 1e9;
    if (takesAll && step === 1) continue;
    if (
      !takesAll || axis === undefined || axis === 0 ||
      !Number.isInteger(step) || step < 1
    ) {
      refuse(
        node,
        `takes ${starts[i]} to ${
          ends[i]
        } by ${step} of axis ${dimension}, expected every so manieth row and column of whole maps`,
      );
    }
    shape = shape.map((side, a) =>
      a === axis ? Math.ceil(side / step) : side
    ) as unknown as Shape;
    strides = axis === 1
      ? [strides[0] * step, strides[1]]
      : [strides[0], strides[1] * step];
  }
  if (strides[0] === 1 && strides[1] === 1) return map;
  const view = map.view.map((group) => group.filter((axis) => shape[axis] > 1));
  return { ...map, shape, strides, view };
}

/** Which axis each dimension behind the batch is. */
function axesOf(node: PlainNode, { view, shape }: MapValue): readonly Axis[] {
  const first: readonly Axis[] = [0, 1, 2];
  const last: readonly Axis[] = [1, 2, 0];
  for (const order of [first, last]) {
    const whole = order.map((axis) => shape[axis] > 1 ? [axis] : []);
    if (sameView(view, whole)) return order;
  }
  refuse(
    node,
    "reads a map that is flattened, expected one of three dimensions",
  );
}

function readWindowed(reading: Reading, node: PlainNode): MapValue {
  const map = reading.whole(node, reading.pendingMap(node, 0));
  return reading.channelsFirst(node, map);
}

function kernelOf(node: PlainNode): readonly [number, number] {
  const kernel = integersOf(node, "kernel_shape") ?? [];
  const [height = 0, width = 0] = kernel;
  if (kernel.length === 2 && height >= 1 && width >= 1) return [height, width];
  refuse(node, `has a window of [${kernel}], expected two sizes of 1 or more`);
}

/** The window with the padding that the node and what comes before it say. */
function windowOf(
  node: PlainNode,
  { shape: [, ...map], border }: MapValue,
  kernel: readonly [number, number],
) {
  const pairOf = (name: string) => {
    const [down = 1, right = 1] = integersOf(node, name) ?? [];
    return [down, right] as const;
  };
  const stride = pairOf("strides");
  const dilation = pairOf("dilations");
  if (dilation.some((each) => each !== 1)) {
    refuse(node, `has dilations [${dilation}], expected 1`);
  }
  const isSound = (value: number) => Number.isInteger(value) && value >= 1;
  if (!stride.every(isSound)) {
    refuse(node, `has strides [${stride}], expected 1 or more`);
  }
  const around: Sides = border?.sides ?? [[0, 0], [0, 0]];
  const size = map.map((side, i) => side + around[i]![0] + around[i]![1]);
  const own = ownPadding(node, { size: [size[0]!, size[1]!], kernel, stride });
  const sides = around.map(([first, last], i) =>
    [first + own[i]![0], last + own[i]![1]] as const
  );
  const window = {
    map,
    kernel,
    stride,
    sides: [sides[0]!, sides[1]!],
  } as const;
  if (integerOf(node, "ceil_mode", 0) === 1) {
    for (const i of [0, 1] as const) {
      const whole = map[i] + sides[i]![0] + sides[i]![1];
      const places = countPlaces(whole, kernel[i], stride[i]);
      if ((places - 1) * stride[i] + kernel[i] < whole && places > 0) {
        refuse(
          node,
          "rounds the number of its windows up where one sticks out, expected ceil_mode 0",
        );
      }
    }
  }
  return window;
}

function ownPadding(
  node: PlainNode,
  { size, kernel, stride }: {
    readonly size: readonly [number, number];
    readonly kernel: readonly [number, number];
    readonly stride: readonly [number, number];
  },
): Sides {
  const mode = textOf(node, "auto_pad", "NOTSET");
  if (mode === "VALID") return [[0, 0], [0, 0]];
  if (mode === "NOTSET") {
    const [top = 0, left = 0, bottom = 0, right = 0] =
      integersOf(node, "pads") ?? [];
    const sides = [top, left, bottom, right];
    if (sides.every((side) => side >= 0 && side <= MOST_BORDER)) {
      return [[top, bottom], [left, right]];
    }
    refuse(node, `has pads [${sides}], expected 0 to ${MOST_BORDER}`);
  }
  if (mode !== "SAME_UPPER" && mode !== "SAME_LOWER") {
    refuse(node, `has auto_pad "${mode}", expected SAME_UPPER or SAME_LOWER`);
  }
  const along = (i: 0 | 1) => {
    const places = Math.ceil(size[i] / stride[i]);
    const all = Math.max(0, (places - 1) * stride[i] + kernel[i] - size[i]);
    const less = Math.floor(all / 2);
    return mode === "SAME_UPPER"
      ? [less, all - less] as const
      : [all - less, less] as const;
  };
  return [along(0), along(1)];
}

/** A pool's window, which nothing can stand for but itself. */
function evenWindow(
  node: PlainNode,
  { kernel, stride, sides, map }: ReturnType<typeof windowOf>,
): {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
} {
  const padding = sides[0]![0];
  const places = ([0, 1] as const).map((i) =>
    countPlaces(map[i] + sides[i]![0] + sides[i]![1], kernel[i], stride[i])
  );
  // Of one place along an axis the step does not matter.
  const steps = stride.filter((_, i) => places[i]! > 1);
  const step = steps[0] ?? Math.min(...stride);
  const isEven = kernel[0] === kernel[1] &&
    steps.every((each) => each === step) &&
    // Padding that no window reaches may be anything.
    ([0, 1] as const).every((i) =>
      sides[i]![0] === padding &&
      countPlaces(map[i] + 2 * padding, kernel[i], stride[i]) === places[i]
    );
  if (isEven) return { kernel: kernel[0], stride: step, padding };
  refuse(
    node,
    `moves a window of ${kernel.join("x")} by [${stride}] with padding ${
      JSON.stringify(sides)
    }, expected a square one with the same padding on all sides`,
  );
}
