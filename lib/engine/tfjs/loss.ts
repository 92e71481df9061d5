import * as tf from "@tensorflow/tfjs";
import type { Loss, SoftenedKl } from "../engine.ts";

/** What the loss compares logits with. */
export interface Targets {
  /** Class numbers, `[batch]`; needed when the cross-entropy's weight is not 0. */
  readonly labels?: tf.Tensor1D | undefined;
  /** Teacher logits, `[batch, classes]`; needed where the loss reads them. */
  readonly teacherLogits?: tf.Tensor2D | undefined;
}

/** The weighted sum of the losses of `logits`, `[batch, classes]`, as a scalar. */
export function lossOf(
  logits: tf.Tensor2D,
  { weights, labels, teacherLogits }: Targets & { readonly weights: Loss },
): tf.Scalar {
  const terms: tf.Scalar[] = [];
  if (weights.crossEntropy !== 0) {
    terms.push(tf.mul(crossEntropy(logits, labels!), weights.crossEntropy));
  }
  if (weights.logitMse !== 0) {
    const squares = tf.square(tf.sub(logits, teacherLogits!));
    terms.push(tf.mul(tf.mean<tf.Scalar>(squares), weights.logitMse));
  }
  if (weights.kl !== undefined) {
    terms.push(softenedKl(logits, teacherLogits!, weights.kl));
  }
  return tf.addN(terms);
}

/** weight T^2 KL(softmax(teacher / T) || softmax(logits / T)), mean over the batch. */
function softenedKl(
  logits: tf.Tensor2D,
  teacherLogits: tf.Tensor2D,
  { weight, temperature }: SoftenedKl,
): tf.Scalar {
  const teacher = tf.logSoftmax(tf.div(teacherLogits, temperature));
  const student = tf.logSoftmax(tf.div(logits, temperature));
  const terms = tf.mul(tf.exp(teacher), tf.sub(teacher, student));
  const divergence = tf.mean<tf.Scalar>(tf.sum(terms, 1));
  return tf.mul(divergence, weight * temperature ** 2);
}

/** Softmax cross-entropy with the labels, mean over the batch. */
function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const classes = logits.shape[1];
  // WebAssembly writes integers here, whatever type it is asked for.
  const chosen = tf.cast(
    tf.oneHot(labels, classes, 1, 0, "int32"),
    "float32",
  );
  const picked = tf.sum(tf.mul(tf.logSoftmax(logits), chosen), 1);
  return tf.neg(tf.mean<tf.Scalar>(picked));
}
