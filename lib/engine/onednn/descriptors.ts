/**
 * Memory and operation descriptors: oneDNN's plain structures, which the
 * library writes and this engine only carries around.
 *
 * @module
 */

import { checkStatus, SIZE, TYPE, type ValueType } from "./constants.ts";
import type { Library } from "./library.ts";

/** One of oneDNN's structures, or another run of bytes. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A list of dimensions, strides or paddings. */
export function dimensions(values: readonly number[]): BigInt64Array<
  ArrayBuffer
> {
  // The library reads twelve whatever their number.
  const list = new BigInt64Array(12);
  values.forEach((value, index) => list[index] = BigInt(value));
  return list;
}

/** Describes memory of a shape in a format, of single precision by default. */
export function describeMemory(
  { symbols }: Library,
  dims: readonly number[],
  tag: number,
  type: ValueType = TYPE.float,
): Bytes {
  const descriptor = new Uint8Array(SIZE.memoryDescriptor);
  checkStatus(
    symbols.dnnl_memory_desc_init_by_tag(
      descriptor,
      dims.length,
      dimensions(dims),
      type,
      tag,
    ),
    `describe memory of [${dims.join(", ")}]`,
  );
  return descriptor;
}

/** Bytes of the memory that is described. */
export function memoryBytes({ symbols }: Library, descriptor: Bytes): number {
  return Number(symbols.dnnl_memory_desc_get_size(descriptor));
}

/** Whether two descriptors mean the same layout. */
export function sameMemory(
  { symbols }: Library,
  one: Bytes,
  other: Bytes,
): boolean {
  return symbols.dnnl_memory_desc_equal(one, other) !== 0;
}

/** An operation's descriptor, written by `init`. */
export function describeOperation(
  init: (out: Bytes) => number,
  action: string,
): Bytes {
  const descriptor = new Uint8Array(SIZE.operationDescriptor);
  checkStatus(init(descriptor), action);
  return descriptor;
}
