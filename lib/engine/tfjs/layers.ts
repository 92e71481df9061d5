/**
 * Forward passes of the layers, differentiated by TensorFlow.js. Maps are
 * `[batch, height, width, channels]` here, because that is the only order in
 * which the CPU backend convolves; the contract's order is restored where
 * values leave the engine.
 */

import * as tf from "@tensorflow/tfjs";
import { BATCH_NORM_EPSILON } from "../../network/mod.ts";
import type { Kernels, NormaliseBatchOptions } from "./kernels.ts";

/** Moves maps of the contract's order to this engine's. */
export function toChannelsLast(x: tf.Tensor4D): tf.Tensor4D {
  return tf.transpose(x, [0, 2, 3, 1]);
}

/** Flattens maps channel by channel, as the contract orders them: `[batch, features]`. */
export function flatten(x: tf.Tensor4D): tf.Tensor2D {
  return tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1]);
}

/** Adds pixels of the given value on the sides of all maps. */
export function border(
  x: tf.Tensor4D,
  { before, after, value }: {
    readonly before: number;
    readonly after: number;
    readonly value: number;
  },
): tf.Tensor4D {
  if (before === 0 && after === 0) {
    return x;
  }
  const sides: [number, number] = [before, after];
  return tf.pad(x, [[0, 0], sides, sides, [0, 0]], value);
}

/** What a convolution needs beside its input. */
export interface ConvolveOptions {
  /** `[out, in, kernel, kernel]`. */
  readonly weight: tf.Tensor4D;
  /** `[out]`. */
  readonly bias?: tf.Tensor1D | undefined;
  /** Step in pixels. */
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

/** 2-D convolution. The padding is a layer of its own: backends disagree on theirs. */
function convolve(
  x: tf.Tensor4D,
  { weight, bias, stride, padding }: ConvolveOptions,
): tf.Tensor4D {
  const kernel = tf.transpose(weight, [2, 3, 1, 0]);
  const padded = border(x, { before: padding, after: padding, value: 0 });
  const y = tf.conv2d(padded, kernel, stride, "valid");
  return bias === undefined ? y : tf.add(y, bias);
}

/** What a linear layer needs beside its input. */
export interface LinearOptions {
  /** `[out, in]`. */
  readonly weight: tf.Tensor2D;
  /** `[out]`. */
  readonly bias?: tf.Tensor1D | undefined;
}

/** Fully connected layer on the flattened input; the result is a 1x1 map. */
export function linear(
  x: tf.Tensor4D,
  { weight, bias }: LinearOptions,
): tf.Tensor4D {
  const product = tf.matMul(flatten(x), weight, false, true);
  const y = bias === undefined ? product : tf.add(product, bias);
  return tf.reshape(y, [x.shape[0], 1, 1, -1]);
}

/** Mean and biased variance of every channel, each `[channels]`. */
export interface Moments {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** Mean and biased variance over batch, height and width, differentiable. */
function channelMoments(x: tf.Tensor4D): Moments {
  const mean = tf.mean<tf.Tensor1D>(x, [0, 1, 2]);
  const variance = tf.mean<tf.Tensor1D>(
    tf.square(tf.sub(x, mean)),
    [0, 1, 2],
  );
  return { mean, variance };
}

/** What batch normalisation needs beside its input; each `[channels]`. */
export interface NormaliseOptions extends Moments {
  readonly scale: tf.Tensor1D;
  readonly shift: tf.Tensor1D;
}

/** Normalises by the batch's own statistics. */
function normaliseBatch(
  x: tf.Tensor4D,
  { scale, shift, onMoments }: NormaliseBatchOptions,
): tf.Tensor4D {
  const moments = channelMoments(x);
  onMoments(moments);
  return normalise(x, { scale, shift, ...moments });
}

/** (x - mean) / sqrt(variance + epsilon) * scale + shift. */
function normalise(
  x: tf.Tensor4D,
  { mean, variance, scale, shift }: NormaliseOptions,
): tf.Tensor4D {
  const deviation = tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON));
  const normal = tf.div(tf.sub(x, mean), deviation);
  return tf.add(tf.mul(normal, scale), shift);
}

/** A square window that moves over a map. */
export interface Window {
  /** Side in pixels. */
  readonly kernel: number;
  /** Step in pixels. */
  readonly stride: number;
  /** Pixels added on each side. */
  readonly padding: number;
}

/** Mean over windows without padding. */
export function averagePool(
  x: tf.Tensor4D,
  { kernel, stride }: Omit<Window, "padding">,
): tf.Tensor4D {
  return tf.avgPool(x, kernel, stride, "valid");
}

/**
 * Maximum over windows, as a chain of comparisons over the window's places in
 * row-major order. The library's own pooling skips NaN (a window of nothing
 * else becomes -Infinity); here NaN wins, as in PyTorch. A place replaces the
 * best one only when it is larger, so that the gradient goes to the first of
 * equal maxima.
 */
function maxPool(
  x: tf.Tensor4D,
  { kernel, stride, padding }: Window,
): tf.Tensor4D {
  const [, height, width] = x.shape;
  const rows = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const columns = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  // The last place starts at kernel - 1 and is cut into whole strides.
  const after = Math.max(
    0,
    kernel - 1 + rows * stride - height - padding,
    kernel - 1 + columns * stride - width - padding,
  );
  const padded = border(x, { before: padding, after, value: -Infinity });
  let best: tf.Tensor4D | undefined;
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const place = everyNth(padded, { row, column, rows, columns, stride });
      best = best === undefined ? place : larger(best, place);
    }
  }
  return best!;
}

/**
 * The larger of two, the first of equals, NaN before all. Written with its
 * gradient, because the library has none for the comparisons inside.
 */
function larger(first: tf.Tensor4D, second: tf.Tensor4D): tf.Tensor4D {
  const choose = tf.customGrad((a, b, save) => {
    const [x, y] = [a as tf.Tensor4D, b as tf.Tensor4D];
    const isSecond = tf.logicalOr(tf.greater(y, x), tf.isNaN(y));
    function gradFunc(dy: tf.Tensor4D, saved: tf.Tensor[]): tf.Tensor[] {
      const none = tf.zerosLike(dy);
      return [tf.where(saved[0]!, none, dy), tf.where(saved[0]!, dy, none)];
    }
    const value = tf.where(isSecond, y, x);
    (save as tf.GradSaveFunc)([isSecond]);
    return { value, gradFunc };
  });
  return choose(first, second);
}

/** The pixels at `row + i * stride`, `column + j * stride`. */
function everyNth(
  x: tf.Tensor4D,
  { row, column, rows, columns, stride }: {
    readonly row: number;
    readonly column: number;
    readonly rows: number;
    readonly columns: number;
    readonly stride: number;
  },
): tf.Tensor4D {
  const [batch, , , channels] = x.shape;
  const part = tf.slice(
    x,
    [0, row, column, 0],
    [batch, rows * stride, columns * stride, channels],
  );
  if (stride === 1) {
    return part;
  }
  // A strided slice has no gradient in TensorFlow.js; a reshape and a plain
  // slice have.
  const cells = tf.reshape(
    part,
    [batch * rows, stride, columns, stride * channels],
  );
  const corners = tf.slice(
    cells,
    [0, 0, 0, 0],
    [batch * rows, 1, columns, channels],
  );
  return tf.reshape(corners, [batch, rows, columns, channels]);
}

/** Made of the library's plain operations, which every backend has. */
export const plainKernels: Kernels = {
  convolve,
  relu: (x) => tf.relu(x),
  normaliseBatch,
  normalise,
  maxPool,
};
