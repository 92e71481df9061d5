/**
 * Elementwise loops over bfloat16, eight values at a time. A bfloat16 is the
 * upper half of a float: the loops take the values of even places shifted up and
 * those of odd places masked, compute in single precision, and round to nearest,
 * ties to even, as the processor's own conversion does.
 *
 * @module
 */

import {
  type Code,
  F32_ADD,
  F32X4,
  get,
  integer,
  INTEGERS,
  lane,
  load,
  loop,
  set,
  store,
  tee,
  TYPE,
  type WasmFunction,
} from "./wasm.ts";

const { i32, f32, v128 } = TYPE;

const UPPER: Code = [
  ...integer(-0x10000),
  ...INTEGERS.splat,
];

/** The values of even places as floats. */
function even(values: Code): Code {
  return [...values, ...integer(16), ...INTEGERS.shiftLeft];
}

/** The values of odd places as floats. */
function odd(values: Code): Code {
  return [...values, ...UPPER, ...F32X4.and];
}

/**
 * Floats whose upper halves are the rounded values. A NaN made of bfloat16s has
 * an empty lower half, so that rounding cannot carry it to another number.
 */
function rounded(value: Code, local: number): Code {
  return [
    ...value,
    ...tee(local),
    ...get(local),
    ...integer(16),
    ...INTEGERS.shiftRight,
    ...integer(1),
    ...INTEGERS.splat,
    ...F32X4.and,
    ...INTEGERS.add,
    ...integer(0x7fff),
    ...INTEGERS.splat,
    ...INTEGERS.add,
  ];
}

/** Both halves' upper parts, side by side again. */
function packed(evens: Code, odds: Code): Code {
  return [
    ...evens,
    ...integer(16),
    ...INTEGERS.shiftRight,
    ...odds,
    ...UPPER,
    ...F32X4.and,
    ...INTEGERS.or,
  ];
}

interface MapOptions {
  readonly inputs: number;
  /** Eight values of the loads; the local is free for use. */
  readonly value: (loads: readonly Code[], local: number) => Code;
}

/** out = value over some inputs, which are locals 1 and up. */
function map(name: string, { inputs, value }: MapOptions): WasmFunction {
  const pointers = Array.from({ length: inputs + 1 }, (_, i) => i);
  return {
    name,
    parameters: [...pointers.map(() => i32), i32],
    locals: [v128],
    code: loop({
      pointers,
      count: inputs + 1,
      body: (offset) =>
        store(
          0,
          offset,
          value(
            pointers.slice(1).map((pointer) => load(pointer, offset)),
            inputs + 2,
          ),
        ),
    }),
  };
}

// pmax(x, 0) is x < 0 ? 0 : x, so that NaN passes.
const RELU: Code = [...F32X4.zero, ...F32X4.pmax];

/** a + b, and what is done with it before it is rounded. */
function sum(after: Code): MapOptions["value"] {
  return ([a, b], local) => {
    const of = (half: (values: Code) => Code) =>
      rounded([...half(a!), ...half(b!), ...F32X4.add, ...after], local);
    return packed(of(even), of(odd));
  };
}

/** The total of all values. */
function total(): WasmFunction {
  return {
    name: "narrowSum",
    parameters: [i32, i32],
    locals: [v128],
    result: f32,
    code: [
      ...loop({
        pointers: [0],
        count: 1,
        body: (offset) => [
          ...get(2),
          ...even(load(0, offset)),
          ...F32X4.add,
          ...odd(load(0, offset)),
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

/** Their code. */
export const NARROW_KERNELS: readonly WasmFunction[] = [
  map("narrowRelu", {
    inputs: 1,
    value: ([a]) => packed([...even(a!), ...RELU], [...odd(a!), ...RELU]),
  }),
  map("narrowAdd", { inputs: 2, value: sum([]) }),
  map("narrowAddRelu", { inputs: 2, value: sum(RELU) }),
  map("narrowMask", {
    inputs: 2,
    // As integers, numbers above 0 are those above 0.
    value: ([a, b]) => [
      ...a!,
      ...b!,
      ...F32X4.zero,
      ...INTEGERS.greater16,
      ...F32X4.and,
    ],
  }),
  total(),
];
