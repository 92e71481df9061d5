/**
 * Operations of TensorFlow that TensorFlow.js has no name for, by way of
 * tfjs-node's native backend. Attributes are as TensorFlow's operation registry
 * documents them; maps are `[batch, height, width, channels]`.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";

/** One attribute of an operation, as the binding takes it. */
export interface OperationAttribute {
  /** Name in TensorFlow's registry. */
  readonly name: string;
  /** One of the binding's TF_ATTR_ numbers. */
  readonly type: number;
  /** Its value; lists are of numbers, the binding has no lists of strings. */
  readonly value: boolean | number | string | readonly number[];
}

/** What is used of tfjs-node's NodeJSKernelBackend. */
export interface NativeBackend {
  /** The native add-on. */
  readonly binding: Readonly<
    Record<
      | "TF_FLOAT"
      | "TF_ATTR_STRING"
      | "TF_ATTR_INT"
      | "TF_ATTR_FLOAT"
      | "TF_ATTR_BOOL"
      | "TF_ATTR_TYPE",
      number
    >
  >;
  /** Runs an operation; its outputs are tensors of the current scope. */
  executeMultipleOutputs(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  /** Tensors that the native side holds. */
  getNumOfTFTensors(): number;
}

/** An operation on single-precision numbers. */
export interface Operation {
  /** Inputs in the registry's order. */
  readonly inputs: readonly tf.TensorInfo[];
  /** Attributes by name, beside `T`. Fractional numbers go to {@link floats}. */
  readonly attributes?: Readonly<
    Record<string, boolean | number | string | readonly number[]>
  >;
  /** Attributes of type float by name. */
  readonly floats?: Readonly<Record<string, number>>;
  /** Number of outputs; default 1. */
  readonly outputs?: number;
}

/**
 * Runs an operation on the active backend.
 *
 * @param name Its name in TensorFlow's registry, for example "BiasAdd".
 * @returns Its outputs, which the current scope frees.
 */
export function run(
  name: string,
  { inputs, attributes = {}, floats = {}, outputs = 1 }: Operation,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const all: OperationAttribute[] = [
    { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
  ];
  for (const [name, value] of Object.entries(attributes)) {
    all.push({
      name,
      type: typeof value === "string"
        ? binding.TF_ATTR_STRING
        : typeof value === "boolean"
        ? binding.TF_ATTR_BOOL
        : binding.TF_ATTR_INT,
      value,
    });
  }
  for (const [name, value] of Object.entries(floats)) {
    all.push({ name, type: binding.TF_ATTR_FLOAT, value });
  }
  return backend.executeMultipleOutputs(name, all, inputs, outputs);
}

/** Runs an operation of one output. */
export function runOne<T extends tf.Tensor>(
  name: string,
  operation: Operation,
): T {
  return run(name, operation)[0] as T;
}
