/**
 * Max-pooling by TensorFlow's operation and its gradient, which goes to the first
 * of equal maxima.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { border, type Window } from "../layers.ts";
import { runOne } from "./operations.ts";

/** Name in TensorFlow.js's registry of kernels. */
const KERNEL = "N2nMaxPool";

/** Maximum over windows. */
export function maxPool(
  x: tf.Tensor4D,
  { kernel, stride, padding }: Window,
): tf.Tensor4D {
  const padded = border(x, {
    before: padding,
    after: padding,
    value: -Infinity,
  });
  return tf.engine().runKernel(KERNEL, { x: padded }, { kernel, stride });
}

/** Registers the kernel for a backend, and its gradient. */
export function registerPooling(backendName: string): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc({ inputs, attrs }) {
      const x = inputs["x"]!;
      const attributes = attributesOf(attrs as unknown as Geometry);
      return tf.tidy(() => {
        const largest = runOne("MaxPool", { inputs: [x], attributes });
        // It skips NaN; a mean does not, and is the cheapest to tell by. That
        // of both infinities is NaN too: either way the loss is not finite.
        const mean = runOne("AvgPool", { inputs: [x], attributes });
        return tf.where(tf.isNaN(mean), mean, largest);
      });
    },
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attrs) => ({
      x: () =>
        runOne("MaxPoolGrad", {
          inputs: [x!, y!, dy as tf.Tensor],
          attributes: attributesOf(attrs as unknown as Geometry),
        }),
    }),
  });
}

type Geometry = Pick<Window, "kernel" | "stride">;

function attributesOf({ kernel, stride }: Geometry) {
  return {
    ksize: [1, kernel, kernel, 1],
    strides: [1, stride, stride, 1],
    padding: "VALID",
    data_format: "NHWC",
  };
}
