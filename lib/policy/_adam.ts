import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "./_network.ts";

/** Parameters and what Adam remembers of their gradients, by the same names. */
export interface AdamTensors {
  readonly parameters: Parameters;
  readonly firstMoment: Parameters;
  readonly secondMoment: Parameters;
}

/** What an Adam step needs beside the tensors. */
export interface AdamStep {
  /** By the same names. */
  readonly gradients: Parameters;
  /** Number of this step, from 1. */
  readonly step: number;
  readonly learningRate: number;
}

// The values of Kingma and Ba (2015), and PyTorch's defaults.
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * One step of Adam as PyTorch has it. Written out, for TensorFlow.js's optimiser
 * cannot be restored exactly: its running products of the betas are not saved.
 *
 * @param tensors Are left as they are.
 * @param options Gradients, step, learning rate.
 * @returns New tensors.
 */
export function adamStep(
  tensors: AdamTensors,
  options: AdamStep,
): AdamTensors {
  const { gradients, step, learningRate } = options;
  const stepSize = learningRate / (1 - BETA1 ** step);
  const correction = 1 / (1 - BETA2 ** step);
  const parameters: Record<string, tf.Tensor> = {};
  const firstMoment: Record<string, tf.Tensor> = {};
  const secondMoment: Record<string, tf.Tensor> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const first = tf.add(
      tf.mul(tensors.firstMoment[name]!, BETA1),
      tf.mul(gradient, 1 - BETA1),
    );
    const second = tf.add(
      tf.mul(tensors.secondMoment[name]!, BETA2),
      tf.mul(tf.square(gradient), 1 - BETA2),
    );
    const root = tf.add(tf.sqrt(tf.mul(second, correction)), EPSILON);
    firstMoment[name] = first;
    secondMoment[name] = second;
    parameters[name] = tf.sub(
      tensors.parameters[name]!,
      tf.mul(tf.div(first, root), stepSize),
    );
  }
  return { parameters, firstMoment, secondMoment };
}
