/**
 * The optimisers' loops, in single precision; lengths are bytes, a positive
 * multiple of 32.
 *
 * @module
 */

import {
  type Code,
  F32X4,
  get,
  load,
  loop,
  set,
  store,
  TYPE,
  type WasmFunction,
} from "./wasm.ts";

/** A step of SGD; the first three are byte offsets in the memory. */
export type SgdKernel = (
  weights: number,
  gradients: number,
  memory: number,
  bytes: number,
  weightDecay: number,
  momentum: number,
  rate: number,
) => void;

/** A step of Adam; the first four are byte offsets, corrections are of bias. */
export type AdamKernel = (
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
) => void;

/** The functions; optimiser.ts calls them. */
export interface UpdateKernels {
  /** w -= rate * (g + decay * w). */
  sgd: SgdKernel;
  /** m = momentum * m + g + decay * w; w -= rate * m. */
  momentum: SgdKernel;
  /** The same m; w -= rate * (g + decay * w + momentum * m). */
  nesterov: SgdKernel;
  /** Its gradient is g + decay * w. */
  adam: AdamKernel;
  /** Its gradient is g; beside the step, w -= decay * w. */
  adamW: AdamKernel;
}

const { i32, f32, v128 } = TYPE;

/** A constant parameter, as a vector. */
function splat(local: number): Code {
  return [...get(local), ...F32X4.splat];
}

function sgd(
  name: "sgd" | "momentum" | "nesterov",
): WasmFunction {
  // Parameters, then locals.
  const [w, g, m, bytes] = [0, 1, 2, 3];
  const [decay, momentum, rate, direction] = [4, 5, 6, 7];
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

function adam(name: "adam" | "adamW"): WasmFunction {
  // Parameters, then locals.
  const [w, g, m, v, bytes] = [0, 1, 2, 3, 4];
  const [decay, beta1, rest1, beta2, rest2] = [5, 6, 7, 8, 9];
  const [rate, inverseRoot2, epsilon, least] = [10, 11, 12, 13];
  const gradient = 14;
  const decayed = (offset: number): Code => [
    ...load(w, offset),
    ...splat(decay),
    ...F32X4.mul,
  ];
  return {
    name,
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
        ...(name === "adam" ? [...decayed(offset), ...F32X4.add] : []),
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
          ...(name === "adamW" ? [...decayed(offset), ...F32X4.sub] : []),
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

/** Their code. */
export const UPDATE_KERNELS: readonly WasmFunction[] = [
  sgd("sgd"),
  sgd("momentum"),
  sgd("nesterov"),
  adam("adam"),
  adam("adamW"),
];
