/**
 * Convolution with its bias. Padding is the operation's own where TensorFlow has
 * a name for it ("SAME"), else it is a layer of its own: with paddings listed one
 * by one oneDNN's gradients are not used, and they take up to 17 times longer.
 *
 * TensorFlow's `_FusedConv2D`, which also takes the bias and a ReLU, is out of
 * reach: the names of what it fuses are a list of strings, and tfjs-node's
 * binding passes no such lists. Its own FusedConv2D runs the parts one by one.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { border, type ConvolveOptions } from "../layers.ts";
import { runOne } from "./operations.ts";

/** Name in TensorFlow.js's registry of kernels. */
const KERNEL = "N2nConvolution";

/** How the kernel moves. */
interface Geometry {
  /** Step in pixels. */
  readonly stride: number;
  /** TensorFlow's padding. */
  readonly padding: "SAME" | "VALID";
}

/** 2-D convolution with zeros around the map. */
export function convolve(
  x: tf.Tensor4D,
  { weight, bias, stride, padding }: ConvolveOptions,
): tf.Tensor4D {
  const kernel = tf.transpose(weight, [2, 3, 1, 0]);
  // What TensorFlow adds for a longer stride depends on the map, and is not the
  // same on both sides.
  const keepsSize = padding > 0 && stride === 1 &&
    2 * padding === weight.shape[2] - 1;
  const padded = keepsSize
    ? x
    : border(x, { before: padding, after: padding, value: 0 });
  const geometry: Geometry = {
    stride,
    padding: keepsSize ? "SAME" : "VALID",
  };
  return tf.engine().runKernel(
    KERNEL,
    { x: padded, kernel, ...bias && { bias } },
    { ...geometry },
  );
}

/** Registers the kernel for a backend, and its gradient. */
export function registerConvolution(backendName: string): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc({ inputs, attrs }) {
      const { x, kernel, bias } = inputs;
      const y = runOne("Conv2D", {
        inputs: [x!, kernel!],
        attributes: attributesOf(attrs as unknown as Geometry),
      });
      if (bias === undefined) return y;
      const sum = runOne("BiasAdd", { inputs: [y, bias] });
      y.dispose();
      return sum;
    },
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ["x", "kernel"],
    gradFunc(dy, [x, kernel], attrs) {
      const gradient = dy as tf.Tensor4D;
      const attributes = attributesOf(attrs as unknown as Geometry);
      // Called for those inputs alone that something is differentiated by.
      return {
        x: () =>
          runOne("Conv2DBackpropInput", {
            inputs: [shapeOf(x!), kernel!, gradient],
            attributes,
          }),
        kernel: () =>
          runOne("Conv2DBackpropFilter", {
            inputs: [x!, shapeOf(kernel!), gradient],
            attributes,
          }),
        bias: () => runOne("BiasAddGrad", { inputs: [gradient] }),
      };
    },
  });
}

function attributesOf({ stride, padding }: Geometry) {
  return { strides: [1, stride, stride, 1], padding, use_cudnn_on_gpu: true };
}

function shapeOf(x: tf.Tensor): tf.Tensor1D {
  return tf.tensor1d(x.shape, "int32");
}
