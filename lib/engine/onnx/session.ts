/**
 * How models are loaded into the runtime, and numbers handed to it.
 *
 * @module
 */

import * as ort from "./runtime.ts";

/** One thread a student: parallelism is across students, and bits stay equal. */
const SESSION_OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  // Errors only; they also reach the caller as exceptions.
  logSeverityLevel: 3,
};

/**
 * The training graph is laid out by hand: what the runtime's optimiser finds in
 * it makes no step faster, and looking for it takes half of the compilation.
 */
export const TRAINING_OPTIONS: ort.InferenceSession.SessionOptions = {
  ...SESSION_OPTIONS,
  graphOptimizationLevel: "disabled",
};

/** Constant weights can be laid out once, for faster kernels. */
export const PREDICTION_OPTIONS: ort.InferenceSession.SessionOptions = {
  ...SESSION_OPTIONS,
  graphOptimizationLevel: "all",
};

/** A number as a float32 tensor of no dimension. */
export function scalar(value: number): ort.Tensor {
  return new ort.Tensor("float32", Float32Array.of(value), []);
}
