/**
 * Numbers of dnnl_types.h, version 2.x.
 *
 * @module
 */

/** Kinds of propagation (dnnl_prop_kind_t). */
export const PROPAGATION = {
  forwardTraining: 64,
  forwardInference: 96,
  backward: 128,
} as const;

/** Algorithms (dnnl_alg_kind_t). */
export const ALGORITHM = {
  direct: 1,
  winograd: 2,
  relu: 0x1f,
  maxPool: 0x1ff,
  averagePool: 0x3ff,
} as const;

/** What a primitive descriptor is asked for (dnnl_query_t). */
export const QUERY = {
  implementation: 8,
  weights: 131,
  diffWeights: 132,
  workspace: 135,
  argument: 255,
} as const;

/** Names of arguments (DNNL_ARG_...). */
export const ARGUMENT = {
  source: 1,
  destination: 17,
  weights: 33,
  bias: 41,
  mean: 49,
  variance: 50,
  workspace: 64,
  diffSource: 129,
  diffDestination: 145,
  diffWeights: 161,
  diffBias: 169,
} as const;

/** Switches of batch normalisation (dnnl_normalization_flags_t). */
export const NORM_FLAG = {
  globalStatistics: 1,
  scaleShift: 2,
  fuseReLU: 4,
} as const;

/** Memory formats (dnnl_format_tag_t). */
export const TAG = {
  any: 1,
  a: 2,
  ab: 3,
  abcd: 5,
  nChw8c: 93,
  nChw16c: 69,
  OIhw8i8o: 98,
  OIhw16i16o: 70,
  Ohwi8o: 207,
  Ohwi16o: 202,
} as const;

/** Bytes of the structures, and of a memory descriptor. */
export const SIZE = {
  memoryDescriptor: 696,
  // The largest operation descriptor, a convolution's, takes 5976 bytes.
  operationDescriptor: 8192,
  argument: 16,
} as const;

/** Types of values (dnnl_data_type_t). */
export const TYPE = { bfloat16: 2, float: 3 } as const;

/** One of {@link TYPE}. */
export type ValueType = typeof TYPE[keyof typeof TYPE];

/** No kernel for what was asked (dnnl_status_t). */
export const UNIMPLEMENTED = 3;

const STATUSES = [
  "success",
  "out of memory",
  "invalid arguments",
  "unimplemented",
  "iterator ends",
  "runtime error",
  "not required",
] as const;

/** @throws {Error} If the status is not success. */
export function checkStatus(status: number, action: string): void {
  if (status !== 0) {
    throw new Error(
      `Cannot ${action}: oneDNN's status is "${
        STATUSES[status] ?? status
      }", expected "success"`,
    );
  }
}
