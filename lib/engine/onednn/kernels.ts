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

/** What a step of SGD needs; offsets of floats, and numbers. */
export type SgdKernel = (
  weights: number,
  gradients: number,
  memory: number,
  bytes: number,
  weightDecay: number,
  momentum: number,
  rate: number,
) => void;

/** The functions; pointers are byte offsets in the memory. */
export interface Kernels {
  /** out = max(a, 0). */
  relu(out: number, a: number, bytes: number): void;
  /** out = a + b. */
  add(out: number, a: number, b: number, bytes: number): void;
  /** out = max(a + b, 0). */
  addRelu(out: number, a: number, b: number, bytes: number): void;
  /** out = a where b > 0, else 0. */
  mask(out: number, a: number, b: number, bytes: number): void;
  /** out = a * b. */
  multiply(out: number, a: number, b: number, bytes: number): void;
  /** The sum: not finite where an element is not. */
  sum(a: number, bytes: number): number;
  /** w -= rate * (g + decay * w). */
  sgd: SgdKernel;
  /** m = momentum * m + g + decay * w; w -= rate * m. */
  momentum: SgdKernel;
  /** The same m; w -= rate * (g + decay * w + momentum * m). */
  nesterov: SgdKernel;
  /** One step of Adam; corrections are of bias, see optimiser.ts. */
  adam(
    weights: number,
    gradients: number,
    first: number,
    second: number,
    bytes: number,
    weightDecay: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    rate: number,
    inverseRoot2: number,
    epsilon: number,
    least: number,
  ): void;
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

/** A constant parameter, as a vector. */
function splat(local: number): Code {
  return [...get(local), ...F32X4.splat];
}

function sgd(
  name: "sgd" | "momentum" | "nesterov",
): WasmFunction {
  const [w, g, m, bytes, decay, momentum, rate, direction] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
  ];
  const gradient = (offset: number): Code => [
    ...load(g, offset),
    ...load(w, offset),
    ...splat(decay),
    ...F32X4.mul,
    ...F32X4.add,
  ];
  const remembered = (offset: number): Code => [
    ...load(m, offset),
    ...splat(momentum),
    ...F32X4.mul,
  ];
  return {
    name,
    parameters: [i32, i32, i32, i32, f32, f32, f32],
    locals: [v128],
    code: loop({
      pointers: [w, g, m],
      count: bytes,
      body: (offset) => [
        ...gradient(offset),
        ...set(direction),
        ...(name === "sgd" ? [] : store(m, offset, [
          ...remembered(offset),
          ...get(direction),
          ...F32X4.add,
        ])),
        ...store(w, offset, [
          ...load(w, offset),
          ...(name === "momentum" ? load(m, offset) : get(direction)),
          ...(name === "nesterov" ? [...remembered(offset), ...F32X4.add] : []),
          ...splat(rate),
          ...F32X4.mul,
          ...F32X4.sub,
        ]),
      ],
    }),
  };
}

function adam(): WasmFunction {
  const [w, g, m, v, bytes, decay, beta1, rest1, beta2, rest2] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
  ];
  const [rate, inverseRoot2, epsilon, least, gradient] = [10, 11, 12, 13, 14];
  return {
    name: "adam",
    parameters: [
      ...[i32, i32, i32, i32, i32],
      ...[f32, f32, f32, f32, f32, f32, f32, f32, f32],
    ],
    locals: [v128],
    code: loop({
      pointers: [w, g, m, v],
      count: bytes,
      body: (offset) => [
        ...load(g, offset),
        ...load(w, offset),
        ...splat(decay),
        ...F32X4.mul,
        ...F32X4.add,
        ...set(gradient),
        ...store(m, offset, [
          ...load(m, offset),
          ...splat(beta1),
          ...F32X4.mul,
          ...get(gradient),
          ...splat(rest1),
          ...F32X4.mul,
          ...F32X4.add,
        ]),
        ...store(v, offset, [
          ...load(v, offset),
          ...splat(beta2),
          ...F32X4.mul,
          ...get(gradient),
          ...get(gradient),
          ...F32X4.mul,
          ...splat(rest2),
          ...F32X4.mul,
          ...F32X4.add,
        ]),
        ...store(w, offset, [
          ...load(w, offset),
          ...load(m, offset),
          ...splat(rate),
          ...F32X4.mul,
          ...load(v, offset),
          ...F32X4.sqrt,
          ...splat(inverseRoot2),
          ...F32X4.mul,
          ...splat(epsilon),
          ...F32X4.add,
          ...splat(least),
          ...F32X4.max,
          ...F32X4.div,
          ...F32X4.sub,
        ]),
      ],
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
  sgd("sgd"),
  sgd("momentum"),
  sgd("nesterov"),
  adam(),
]));

/** The kernels over a memory. */
export function loadKernels(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(MODULE, { env: { memory } });
  return exports as unknown as Kernels;
}
