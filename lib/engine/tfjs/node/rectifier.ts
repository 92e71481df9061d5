/**
 * ReLU with TensorFlow's own gradient: TensorFlow.js composes one of six
 * operations.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { runOne } from "./operations.ts";

/** Name in TensorFlow.js's registry of kernels. */
const KERNEL = "N2nRelu";

/** The larger of a value and 0. */
export function relu(x: tf.Tensor4D): tf.Tensor4D {
  return tf.engine().runKernel(KERNEL, { x });
}

/** Registers the kernel for a backend, and its gradient. */
export function registerRectifier(backendName: string): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs }) => runOne("Relu", { inputs: [inputs["x"]!] }),
  });
  tf.registerGradient({
    kernelName: KERNEL,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      x: () => runOne("ReluGrad", { inputs: [dy as tf.Tensor, y!] }),
    }),
  });
}
