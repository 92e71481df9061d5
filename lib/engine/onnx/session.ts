/**
 * What the engines of this folder need of a runtime of ONNX models: the graphs
 * are one, the runtimes are several.
 *
 * @module
 */

import type * as ort from "./runtime.ts";
import type { InferenceSession, Tensor } from "./runtime.ts";

export type { Tensor };

/** Tensors by the names of a model's inputs or outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A model in a runtime. */
export interface Session {
  /**
   * Computes outputs from inputs.
   *
   * @param feeds The model's inputs.
   * @param fetches Wanted outputs: their arrays are overwritten.
   */
  run(feeds: Tensors, fetches: Tensors): Promise<void>;
  /** Frees the model. To be called once. */
  release(): Promise<void>;
}

/** What a model is for, which decides how it is loaded. */
export type Use =
  /**
   * A graph that is laid out by hand: what the runtime's optimiser finds in it
   * makes no step faster, and looking for it takes half of the compilation.
   */
  | "training"
  /** One with constant weights, which can be laid out once for faster kernels. */
  | "prediction";

/** A vector that the runtime keeps between calls: steps read and write it in place. */
export interface Resident {
  /** To be given to sessions, `[length]`. */
  readonly tensor: Tensor;
  /** Its values; a copy, or the vector itself, not to be written to. */
  read(): Promise<Float32Array>;
  /** Replaces its values, as many as it has. */
  write(values: Float32Array): void;
  /** Frees it. To be called once. */
  release(): void;
}

/** A runtime of ONNX models. */
export interface Runtime {
  /** Makes a tensor over an array, which is not copied. */
  tensor(
    data: Float32Array | Int32Array,
    shape: readonly number[],
  ): Tensor;
  /** Allocates a vector of zeros, `length` >= 1. */
  resident(length: number): Resident;
  /** Loads an encoded model. */
  load(model: Uint8Array, use: Use): Promise<Session>;
}

/** A number as a float32 tensor of no dimension. */
export function scalar(runtime: Runtime, value: number): Tensor {
  return runtime.tensor(Float32Array.of(value), []);
}

/** Tensors of a package over arrays of JavaScript's memory. */
export function tensorsOf(
  { Tensor }: Pick<typeof ort, "Tensor">,
): Pick<Runtime, "tensor"> {
  return {
    tensor: (data, shape) =>
      data instanceof Int32Array
        ? new Tensor("int32", data, shape)
        : new Tensor("float32", data, shape),
  };
}

/** The same, and residents that are such arrays: for runtimes on processors. */
export function arraysOf(
  packageOf: Pick<typeof ort, "Tensor">,
): Pick<Runtime, "tensor" | "resident"> {
  const { tensor } = tensorsOf(packageOf);
  return {
    tensor,
    resident(length) {
      const values = new Float32Array(length);
      return {
        tensor: tensor(values, [length]),
        read: () => Promise.resolve(values),
        write: (from) => values.set(from),
        release: () => {},
      };
    },
  };
}

/** How every runtime loads a model. */
export function sessionOptions(
  executionProvider: string,
  use: Use,
): InferenceSession.SessionOptions {
  return {
    executionProviders: [executionProvider],
    // One thread a student: parallelism is across students, and bits stay equal.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Errors only; they also reach the caller as exceptions.
    logSeverityLevel: 3,
    graphOptimizationLevel: use === "training" ? "disabled" : "all",
  };
}
