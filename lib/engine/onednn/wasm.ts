/**
 * A tiny assembler for WebAssembly modules of vector loops over one imported
 * memory. It knows just what the elementwise kernels need.
 *
 * @module
 */

/** Types of parameters and locals. */
export const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** Instructions on four floats. */
export const F32X4 = {
  gt: simd(0x44),
  and: simd(0x4e),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  max: simd(0xe9),
  pmax: simd(0xeb),
  splat: simd(0x13),
  zero: [...simd(0x0c), ...new Array<number>(16).fill(0)],
} as const;

/** Instructions on four integers, or on eight of half their size. */
export const INTEGERS = {
  greater16: simd(0x31),
  or: simd(0x50),
  splat: simd(0x11),
  shiftLeft: simd(0xab),
  shiftRight: simd(0xad),
  add: simd(0xae),
} as const;

/** Machine code. */
export type Code = readonly number[];

/** One exported function. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly locals: readonly number[];
  readonly result?: number;
  readonly code: Code;
}

/** A number in the variable-length format. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  while (value >= 128) {
    bytes.push((value % 128) | 128);
    value = Math.floor(value / 128);
  }
  return [...bytes, value];
}

function simd(opcode: number): number[] {
  return [0xfd, ...leb(opcode)];
}

/** Reads a local. */
export function get(local: number): Code {
  return [0x20, local];
}

/** Writes a local. */
export function set(local: number): Code {
  return [0x21, local];
}

/** Writes a local and leaves its value. */
export function tee(local: number): Code {
  return [0x22, local];
}

/** An integer. */
export function integer(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  // Signed variable-length format: the last byte's bit 6 is the sign.
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [0x41, ...bytes, rest & 127];
}

/** Reads one lane of a vector. */
export function lane(index: number): Code {
  return [...simd(0x1f), index];
}

/** Scalar addition. */
export const F32_ADD: Code = [0x92];

/** Loads four floats at the address in a local, plus an offset. */
export function load(pointer: number, offset: number): Code {
  return [...get(pointer), ...simd(0x00), 4, ...leb(offset)];
}

/** Stores what `value` leaves at the address in a local, plus an offset. */
export function store(pointer: number, offset: number, value: Code): Code {
  return [...get(pointer), ...value, ...simd(0x0b), 4, ...leb(offset)];
}

/** Vectors a round: buffers are whole multiples of this many bytes. */
const UNROLL = 2;

/**
 * Repeats `body(offset)` over `count` bytes, a positive multiple of 32, and
 * moves the pointers along.
 */
export function loop(
  { pointers, count, body }: {
    readonly pointers: readonly number[];
    /** Local with the bytes that are left; it is counted down. */
    readonly count: number;
    readonly body: (offset: number) => Code;
  },
): Code {
  const bytes = 16 * UNROLL;
  const advance = pointers.flatMap((pointer) => [
    ...get(pointer),
    0x41,
    bytes,
    0x6a,
    ...set(pointer),
  ]);
  return [
    0x03,
    0x40,
    ...Array.from({ length: UNROLL }, (_, i) => body(16 * i)).flat(),
    ...advance,
    // Again if count > bytes, without a sign: it may be above 2 GiB. count -= bytes.
    ...get(count),
    0x41,
    bytes,
    0x4b,
    ...get(count),
    0x41,
    bytes,
    0x6b,
    ...set(count),
    0x0d,
    0,
    0x0b,
  ];
}

function vector(items: readonly Code[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, content: Code): number[] {
  return [id, ...leb(content.length), ...content];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...leb(bytes.length), ...bytes];
}

/** Assembles a module that imports its memory as "env" "memory". */
export function assemble(
  functions: readonly WasmFunction[],
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(result === undefined ? [] : [[result]]),
  ]);
  const bodies = functions.map(({ locals, code }) => {
    const body = [...vector(locals.map((type) => [1, type])), ...code, 0x0b];
    return [...leb(body.length), ...body];
  });
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("env"), ...text("memory"), 2, 0, 0]])),
    ...section(3, vector(functions.map((_, index) => leb(index)))),
    ...section(
      7,
      vector(
        functions.map(({ name }, index) => [...text(name), 0, ...leb(index)]),
      ),
    ),
    ...section(10, vector(bodies)),
  );
}
