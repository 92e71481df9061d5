/**
 * Batch normalisation by TensorFlow's fused operations, whose gradient is one
 * operation too. TensorFlow.js's own fused kernel is the prediction's alone.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { BATCH_NORM_EPSILON } from "../../../network/mod.ts";
import type { NormaliseBatchOptions } from "../kernels.ts";
import type { NormaliseOptions } from "../layers.ts";
import { run } from "./operations.ts";

/** Name in TensorFlow.js's registry of kernels. */
const KERNEL = "N2nBatchNorm";

/** Normalises by the batch's own statistics. */
export function normaliseBatch(
  x: tf.Tensor4D,
  { scale, shift, onMoments }: NormaliseBatchOptions,
): tf.Tensor4D {
  const [y, mean, unbiased] = tf.engine().runKernel<tf.Tensor[]>(
    KERNEL,
    { x, scale, shift },
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  // The variance of one number is not made unbiased: it is 0.
  const variance = tf.mul<tf.Tensor1D>(
    unbiased,
    count > 1 ? (count - 1) / count : 1,
  );
  onMoments({ mean, variance });
  return y;
}

/** Normalises by given statistics. */
export function normalise(
  x: tf.Tensor4D,
  { mean, variance, scale, shift }: NormaliseOptions,
): tf.Tensor4D {
  return tf.batchNorm4d(x, mean, variance, shift, scale, BATCH_NORM_EPSILON);
}

const FUSED = {
  attributes: { is_training: true, data_format: "NHWC" },
  floats: { epsilon: BATCH_NORM_EPSILON },
} as const;

/** Registers the kernel for a backend, and its gradient. */
export function registerNormalisation(backendName: string): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc({ inputs }) {
      const { x, scale, shift } = inputs;
      // Running statistics, which it would average with the batch's: none.
      const none = tf.tensor1d([], "float32");
      const outputs = run("FusedBatchNormV3", {
        ...FUSED,
        inputs: [x!, scale!, shift!, none, none],
        outputs: 6,
      });
      none.dispose();
      return outputs;
    },
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ["x", "scale"],
    // The last three are the operation's notes for its gradient.
    outputsToSave: [false, false, false, true, true, true],
    gradFunc(dy, [x, scale, ...notes]) {
      const [dx, dScale, dShift] = run("FusedBatchNormGradV3", {
        ...FUSED,
        inputs: [(dy as tf.Tensor[])[0]!, x!, scale!, ...notes],
        outputs: 5,
      });
      return { x: () => dx!, scale: () => dScale!, shift: () => dShift! };
    },
  });
}
