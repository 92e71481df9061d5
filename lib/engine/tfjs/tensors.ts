/** Numbers between arrays and tensors. */

import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../engine.ts";

/** Reads a tensor without blocking backends that compute elsewhere. */
export async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return await tensor.data<"float32">();
}

/** Uploads weights by name. */
export function upload(
  weights: Weights,
  shapes: ReadonlyMap<string, readonly number[]>,
): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  for (const [name, shape] of shapes) {
    tensors.set(name, tf.tensor(weights[name]!, [...shape], "float32"));
  }
  return tensors;
}
