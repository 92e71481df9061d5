/**
 * Elementwise loops, four floats at a time. The library's own ReLU turns NaN
 * into 0; these let it pass. Lengths are bytes, above 0; a last round may run
 * to the next multiple of 32.
 *
 * @module
 */

import {
  assemble,
  type Code,
  F32_ADD,
  F32X4,
  get,
  lane,
  load,
  loop,
  set,
  store,
  TYPE,
  type WasmFunction,
} from "./wasm.ts";
import { NARROW_KERNELS } from "./narrow_kernels.ts";
import { UPDATE_KERNELS, type UpdateKernels } from "./update_kernels.ts";

/** Functions of maps; pointers are byte offsets in the memory. */
export interface ElementwiseKernels {
  /** out = max(a, 0). */
  relu(out: number, a: number, bytes: number): void;
  /** out = a + b. */
  add(out: number, a: number, b: number, bytes: number): void;
  /** out = max(a + b, 0). */
  addRelu(out: number, a: number, b: number, bytes: number): void;
  /** out = a where b > 0, else 0. */
  mask(out: number, a: number, b: number, bytes: number): void;
  /** The sum: not finite where an element is not. */
  sum(a: number, bytes: number): number;
}

/** The functions of a memory. */
export interface Kernels extends ElementwiseKernels, UpdateKernels {
  /** out = a * b. */
  multiply(out: number, a: number, b: number, bytes: number): void;
  /** The same of values in bfloat16; what they compute is rounded once. */
  readonly narrow: ElementwiseKernels;
}

const { i32, f32, v128 } = TYPE;

/** out = value(offset) over some inputs, which are locals 1 and up. */
function map(
  name: string,
  inputs: number,
  value: (...loads: Code[]) => Code,
): WasmFunction {
  const pointers = Array.from({ length: inputs + 1 }, (_, i) => i);
  return {
    name,
    parameters: [...pointers.map(() => i32), i32],
    locals: [],
    code: loop({
      pointers,
      count: inputs + 1,
      body: (offset) =>
        store(
          0,
          offset,
          value(...pointers.slice(1).map((pointer) => load(pointer, offset))),
        ),
    }),
  };
}

function sum(): WasmFunction {
  return {
    name: "sum",
    parameters: [i32, i32],
    locals: [v128],
    result: f32,
    code: [
      ...loop({
        pointers: [0],
        count: 1,
        body: (offset) => [
          ...get(2),
          ...load(0, offset),
          ...F32X4.add,
          ...set(2),
        ],
      }),
      ...[0, 1, 2, 3].flatMap((index) => [
        ...get(2),
        ...lane(index),
        ...(index === 0 ? [] : F32_ADD),
      ]),
    ],
  };
}

/** The narrow functions as the module exports them. */
type NarrowExports = {
  readonly [
    Name in keyof ElementwiseKernels as `narrow${Capitalize<Name>}`
  ]: ElementwiseKernels[Name];
};

// pmax(x, 0) is x < 0 ? 0 : x, so that NaN passes.
const MODULE = new WebAssembly.Module(assemble([
  map("relu", 1, (a) => [...a!, ...F32X4.zero, ...F32X4.pmax]),
  map("add", 2, (a, b) => [...a!, ...b!, ...F32X4.add]),
  map(
    "addRelu",
    2,
    (a, b) => [...a!, ...b!, ...F32X4.add, ...F32X4.zero, ...F32X4.pmax],
  ),
  map(
    "mask",
    2,
    (a, b) => [...a!, ...b!, ...F32X4.zero, ...F32X4.gt, ...F32X4.and],
  ),
  map("multiply", 2, (a, b) => [...a!, ...b!, ...F32X4.mul]),
  sum(),
  ...NARROW_KERNELS,
  ...UPDATE_KERNELS,
]));

/** The kernels over a memory. */
export function loadKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(MODULE, { env: { memory } });
  const kernels = exports as unknown as Kernels & NarrowExports;
  return {
    ...kernels,
    narrow: {
      relu: kernels.narrowRelu,
      add: kernels.narrowAdd,
      addRelu: kernels.narrowAddRelu,
      mask: kernels.narrowMask,
      sum: kernels.narrowSum,
    },
  };
}
