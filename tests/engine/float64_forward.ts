/**
 * The plainest possible reading of the contract, in double precision and
 * without any library: the oracle of the reference engine. Maps are `[batch,
 * channels, height, width]`. It has no gradients of its own; those come from
 * differences (float64_training.ts), so it cannot share a wrong derivative
 * with anybody.
 */

import type { Layer, Network, Shape } from "../../lib/network/mod.ts";

/** Maps of a batch. */
export interface Maps {
  readonly shape: Shape;
  /** `[size, ...shape]`. */
  readonly values: Float64Array;
}

/** Arrays by the names of the parameter table. */
export type Parameters64 = ReadonlyMap<string, Float64Array>;

/** Mean and biased variance of each channel, and how many numbers they are of. */
export interface Moments64 {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
}

/** What a pass needs beside its network, and what it reports. */
export interface Pass64 {
  readonly size: number;
  readonly parameters: Parameters64;
  /** Absent in a prediction. */
  readonly training?: {
    /** Dropout's multipliers by layer. */
    readonly masks: ReadonlyMap<string, Float64Array>;
    readonly onMoments?: (name: string, moments: Moments64) => void;
    /**
     * Told, for each value that decides between two pieces of the function, how
     * far it is from the kink, relative to the largest value of its map.
     */
    readonly onKink?: (margin: number) => void;
    /** Told each batch variance, relative to the largest square of its map. */
    readonly onSpread?: (spread: number) => void;
  };
}

/** Logits, `[size, classes]`. */
export function forward64(
  network: Network,
  images: Float64Array,
  pass: Pass64,
): Float64Array {
  let maps: Maps = { shape: network.input, values: images };
  for (const [i, block] of network.blocks.entries()) {
    const name = `blocks.${i}`;
    const read = maps;
    const branch = (layers: readonly Layer[], place: string) =>
      layers.reduce(
        (x, layer, j) =>
          apply(layer, x, { name: `${name}.${place}.${j}`, pass }),
        read,
      );
    if (block.type === "concat") {
      maps = join(
        block.branches.map((layers, b) => branch(layers, `branches.${b}`)),
        pass.size,
      );
      continue;
    }
    if (block.type !== "residual") {
      maps = apply(block, maps, { name, pass });
      continue;
    }
    const body = branch(block.body, "body");
    const shortcut = branch(block.shortcut, "shortcut");
    if (block.body.length > 0) {
      const sum = body.values.map((value, j) => value + shortcut.values[j]!);
      maps = relu({ shape: body.shape, values: sum }, pass);
    } else if (block.shortcut.length > 0) {
      maps = relu(shortcut, pass);
    }
  }
  return maps.values;
}

/** The channels of all parts, image by image. */
function join(parts: readonly Maps[], size: number): Maps {
  const [, height, width] = parts[0]!.shape;
  const channels = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const values: number[] = [];
  for (let image = 0; image < size; image++) {
    for (const part of parts) {
      const length = part.shape[0] * height * width;
      values.push(...part.values.subarray(image * length).subarray(0, length));
    }
  }
  return {
    shape: [channels, height, width],
    values: Float64Array.from(values),
  };
}

interface At {
  readonly name: string;
  readonly pass: Pass64;
}

function apply(layer: Layer, x: Maps, at: At): Maps {
  switch (layer.type) {
    case "conv":
      return conv(layer, x, at);
    case "batchNorm":
      return batchNorm(x, at);
    case "relu":
      return relu(x, at.pass);
    case "maxPool":
      return pool(layer, x, { pass: at.pass, reduce: largest });
    case "avgPool": {
      const [, height, width] = x.shape;
      const [kernelHeight, kernelWidth] = layer.kernel === "global"
        ? [height, width]
        : [layer.kernel, layer.kernel];
      const area = kernelHeight * kernelWidth;
      return pool({ ...layer, padding: 0 }, x, {
        pass: at.pass,
        reduce: (values) => values.reduce((a, b) => a + b, 0) / area,
      });
    }
    case "padChannels": {
      const [, height, width] = x.shape;
      const zeros = (count: number): Maps => ({
        shape: [count, height, width],
        values: new Float64Array(at.pass.size * count * height * width),
      });
      return join([zeros(layer.before), x, zeros(layer.after)], at.pass.size);
    }
    case "linear":
      return linear(layer, x, at);
    case "dropout": {
      const mask = at.pass.training?.masks.get(at.name);
      return mask === undefined
        ? x
        : { shape: x.shape, values: x.values.map((v, i) => v * mask[i]!) };
    }
  }
}

function get({ name, pass }: At, role: string): Float64Array {
  const values = pass.parameters.get(`${name}.${role}`);
  if (values === undefined) throw new Error(`no ${name}.${role}`);
  return values;
}

function conv(
  layer: Extract<Layer, { type: "conv" }>,
  x: Maps,
  at: At,
): Maps {
  const [channels, height, width] = x.shape;
  const { outChannels, kernel, stride, padding } = layer;
  const weight = get(at, "weight");
  const bias = layer.bias ? get(at, "bias") : undefined;
  const rows = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const columns = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  const values = new Float64Array(at.pass.size * outChannels * rows * columns);
  let out = 0;
  for (let n = 0; n < at.pass.size; n++) {
    for (let o = 0; o < outChannels; o++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum = bias?.[o] ?? 0;
          for (let i = 0; i < channels; i++) {
            for (let kr = 0; kr < kernel; kr++) {
              const row = r * stride + kr - padding;
              if (row < 0 || row >= height) continue;
              for (let kc = 0; kc < kernel; kc++) {
                const column = c * stride + kc - padding;
                if (column < 0 || column >= width) continue;
                sum += weight[
                  ((o * channels + i) * kernel + kr) * kernel +
                  kc
                ]! *
                  x.values[
                    ((n * channels + i) * height + row) * width +
                    column
                  ]!;
              }
            }
          }
          values[out++] = sum;
        }
      }
    }
  }
  return { shape: [outChannels, rows, columns], values };
}

function linear(
  layer: Extract<Layer, { type: "linear" }>,
  x: Maps,
  at: At,
): Maps {
  const { outFeatures } = layer;
  const features = x.values.length / at.pass.size;
  const weight = get(at, "weight");
  const bias = layer.bias ? get(at, "bias") : undefined;
  const values = new Float64Array(at.pass.size * outFeatures);
  for (let n = 0; n < at.pass.size; n++) {
    for (let o = 0; o < outFeatures; o++) {
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < features; i++) {
        sum += weight[o * features + i]! * x.values[n * features + i]!;
      }
      values[n * outFeatures + o] = sum;
    }
  }
  return { shape: [outFeatures, 1, 1], values };
}

function batchNorm(x: Maps, at: At): Maps {
  const [channels, height, width] = x.shape;
  const area = height * width;
  const { training } = at.pass;
  const moments = training === undefined
    ? { mean: get(at, "runningMean"), variance: get(at, "runningVariance") }
    : channelMoments(x, at.pass.size);
  if (training !== undefined) {
    training.onMoments?.(at.name, moments as Moments64);
    const norm = maxNorm(x.values);
    for (const variance of moments.variance) {
      training.onSpread?.(variance / norm ** 2);
    }
  }
  const [scale, shift] = [get(at, "scale"), get(at, "shift")];
  const values = x.values.map((value, i) => {
    const c = Math.floor(i / area) % channels;
    return (value - moments.mean[c]!) /
        Math.sqrt(moments.variance[c]! + 1e-5) * scale[c]! + shift[c]!;
  });
  return { shape: x.shape, values };
}

function channelMoments(x: Maps, size: number): Moments64 {
  const [channels, height, width] = x.shape;
  const area = height * width;
  const count = size * area;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  const channelOf = (i: number) => Math.floor(i / area) % channels;
  x.values.forEach((value, i) => mean[channelOf(i)]! += value / count);
  x.values.forEach((value, i) => {
    const c = channelOf(i);
    variance[c]! += (value - mean[c]!) ** 2 / count;
  });
  return { mean, variance, count };
}

function relu(x: Maps, { training }: Pass64): Maps {
  if (training?.onKink) {
    const norm = maxNorm(x.values);
    for (const value of x.values) {
      // An exact 0 is one by construction (a ReLU or a mask before), in every
      // engine alike; only values that rounding could push over count.
      if (value !== 0) training.onKink(Math.abs(value) / norm);
    }
  }
  return {
    shape: x.shape,
    // Not Math.max, to say what happens at 0 and with NaN.
    values: x.values.map((value) => value <= 0 ? 0 : value),
  };
}

function pool(
  { kernel, stride, padding }: {
    readonly kernel: number | "global";
    readonly stride: number;
    readonly padding: number;
  },
  x: Maps,
  { pass, reduce }: {
    readonly pass: Pass64;
    readonly reduce: (
      values: number[],
      onGap?: (gap: number) => void,
    ) => number;
  },
): Maps {
  const [channels, height, width] = x.shape;
  const [kh, kw] = kernel === "global" ? [height, width] : [kernel, kernel];
  const rows = Math.floor((height + 2 * padding - kh) / stride) + 1;
  const columns = Math.floor((width + 2 * padding - kw) / stride) + 1;
  const norm = maxNorm(x.values);
  const onKink = pass.training?.onKink;
  const onGap = onKink && ((gap: number) => onKink(gap / norm));
  const values = new Float64Array(pass.size * channels * rows * columns);
  let out = 0;
  for (let map = 0; map < pass.size * channels; map++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const window: number[] = [];
        for (
          let row = r * stride - padding;
          row < r * stride - padding + kh;
          row++
        ) {
          for (
            let column = c * stride - padding;
            column < c * stride - padding + kw;
            column++
          ) {
            if (row >= 0 && row < height && column >= 0 && column < width) {
              window.push(x.values[(map * height + row) * width + column]!);
            }
          }
        }
        values[out++] = reduce(window, onGap);
      }
    }
  }
  return { shape: [channels, rows, columns], values };
}

function largest(values: number[], onGap?: (gap: number) => void): number {
  if (values.some(Number.isNaN)) return NaN;
  const best = Math.max(...values);
  if (onGap) {
    for (const value of values) {
      // Exact ties are ties in every engine: the first wins.
      if (value !== best) onGap(best - value);
    }
  }
  return best;
}

function maxNorm(values: Float64Array): number {
  return values.reduce((norm, value) => Math.max(norm, Math.abs(value)), 0);
}
