import type * as tf from "@tensorflow/tfjs";
import type {
  ConvolveOptions,
  Moments,
  NormaliseOptions,
  Window,
} from "./layers.ts";

/** Normalisation by a batch's own statistics. */
export interface NormaliseBatchOptions {
  /** `[channels]`. */
  readonly scale: tf.Tensor1D;
  /** `[channels]`. */
  readonly shift: tf.Tensor1D;
  /**
   * Told the statistics as soon as they are there, in the middle of the pass:
   * whoever wants them later keeps them.
   */
  readonly onMoments: (moments: Moments) => void;
}

/**
 * The layers that a backend may have a better way for than the reference.
 * Maps are `[batch, height, width, channels]`; all are differentiable.
 */
export interface Kernels {
  /** 2-D convolution with zeros around the map. */
  convolve(x: tf.Tensor4D, options: ConvolveOptions): tf.Tensor4D;
  /** The larger of a value and 0; no gradient at 0. */
  relu(x: tf.Tensor4D): tf.Tensor4D;
  /** Batch normalisation in training. */
  normaliseBatch(x: tf.Tensor4D, options: NormaliseBatchOptions): tf.Tensor4D;
  /** Batch normalisation by given statistics; predictions alone use it. */
  normalise(x: tf.Tensor4D, options: NormaliseOptions): tf.Tensor4D;
  /** Maximum over windows: NaN wins, the gradient goes to the first of equals. */
  maxPool(x: tf.Tensor4D, window: Window): tf.Tensor4D;
}
