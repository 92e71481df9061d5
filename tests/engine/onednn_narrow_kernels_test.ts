/** Loops over bfloat16, which need no library. */

import assert from "node:assert/strict";
import { allocate, halves, release } from "../../lib/engine/onednn/arena.ts";

const COUNT = 65536;
const BYTES = 2 * COUNT;

const bits = new Uint32Array(1);
const number = new Float32Array(bits.buffer);

/** The number of a bfloat16. */
function valueOf(half: number): number {
  bits[0] = half * 65536;
  return number[0]!;
}

/** The nearest bfloat16, the even one of two. */
function nearest(value: number): number {
  number[0] = value;
  const [upper, lower] = [bits[0]! >>> 16, bits[0]! & 0xffff];
  const up = lower > 0x8000 || (lower === 0x8000 && upper % 2 === 1);
  return valueOf((upper + (up ? 1 : 0)) & 0xffff);
}

/** Every bfloat16 there is, and beside each one of them another. */
function operands(): {
  readonly arena: ReturnType<typeof allocate>;
  readonly pairs: readonly (readonly [number, number])[];
} {
  const arena = allocate(3 * BYTES, "maps");
  const a = halves(arena, BYTES, COUNT).map((_, i) => i);
  // Near exponents, so that sums have digits to round; then all others.
  const b = a.map((_, i) => (i % 3 === 0 ? i * 40503 : i + 77 * (i % 5)));
  halves(arena, BYTES, COUNT).set(a);
  halves(arena, 2 * BYTES, COUNT).set(b);
  return {
    arena,
    pairs: Array.from(a, (half, i) => [valueOf(half), valueOf(b[i]!)]),
  };
}

type Rounded = "add" | "addRelu" | "relu";
const ROUNDED: Readonly<Record<Rounded, (a: number, b: number) => number>> = {
  add: (a, b) => nearest(Math.fround(a + b)),
  addRelu: (a, b) => Math.max(nearest(Math.fround(a + b)), 0),
  relu: (a) => Math.max(a, 0),
};

for (const name of ["add", "addRelu", "relu"] as const) {
  const expected = ROUNDED[name];
  Deno.test(`loadKernels() gives ${name} of all bfloat16s rounded to the nearest`, () => {
    const { arena, pairs } = operands();
    const { narrow } = arena.kernels;
    if (name === "relu") narrow.relu(0, BYTES, BYTES);
    else narrow[name](0, BYTES, 2 * BYTES, BYTES);
    const results = halves(arena, 0, COUNT);
    for (const [i, [a, b]] of pairs.entries()) {
      const [value, wanted] = [valueOf(results[i]!), expected(a, b)];
      const same = value === wanted ||
        (Number.isNaN(value) && Number.isNaN(wanted));
      assert.ok(same, `${name}(${a}, ${b}) is ${value}, expected ${wanted}`);
    }
    release(arena);
  });
}

Deno.test("loadKernels() lets bfloat16s pass a mask where the other is above 0", () => {
  const { arena, pairs } = operands();
  arena.kernels.narrow.mask(0, BYTES, 2 * BYTES, BYTES);
  const results = halves(arena, 0, COUNT);
  for (const [i, [, b]] of pairs.entries()) {
    // What a NaN lets pass does not matter: the loss has seen it.
    if (!Number.isNaN(b)) assert.equal(results[i], b > 0 ? i : 0);
  }
  release(arena);
});

Deno.test("loadKernels() sums bfloat16s, and sees a NaN in any place", () => {
  const arena = allocate(64, "maps");
  const values = halves(arena, 0, 32);
  values.fill(0);
  const [one, two, nan] = [0x3f80, 0x4000, 0xffc0];
  values.set([one, two, one]);
  assert.equal(arena.kernels.narrow.sum(0, 64), 4);
  for (let i = 0; i < values.length; i++) {
    values.fill(0);
    values[i] = nan;
    assert.ok(Number.isNaN(arena.kernels.narrow.sum(0, 64)), `place ${i}`);
  }
  release(arena);
});
