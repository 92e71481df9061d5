/** Parts of the engine that need no library. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  allocate,
  type Buffer,
  capacity,
  floats,
  place,
  release,
  Scratch,
} from "../../lib/engine/onednn/arena.ts";
import { cachesOf } from "../../lib/engine/onednn/caches.ts";
import { loadKernels } from "../../lib/engine/onednn/kernels.ts";
import { gather, layoutOf, scatter } from "../../lib/engine/onednn/layout.ts";
import { EVERYTHING } from "./networks.ts";
import { randomWeights } from "./problem.ts";

Deno.test("place() lets buffers share bytes only when their lives do not meet", () => {
  const life = fc.record({
    bytes: fc.integer({ min: 1, max: 300 }),
    first: fc.integer({ min: 0, max: 9 }),
    length: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(fc.property(fc.array(life, { maxLength: 12 }), (lives) => {
    const buffers: Buffer[] = lives.map(({ bytes, first, length }) => ({
      bytes,
      first,
      last: first + length,
      offset: -1,
    }));
    const total = place(buffers);
    for (const [i, one] of buffers.entries()) {
      assert.equal(one.offset % 64, 0);
      assert.ok(one.offset >= 0 && one.offset + one.bytes <= total);
      for (const other of buffers.slice(0, i)) {
        const apart = one.last < other.first || other.last < one.first ||
          one.offset + one.bytes <= other.offset ||
          other.offset + other.bytes <= one.offset;
        assert.ok(apart, JSON.stringify([one, other]));
      }
    }
  }));
});

Deno.test("place() reuses bytes when a chain needs two buffers at a time", () => {
  const buffers: Buffer[] = Array.from({ length: 6 }, (_, i) => ({
    bytes: 64,
    first: i,
    last: i + 1,
    offset: -1,
  }));
  assert.equal(place(buffers), 128);
});

Deno.test("allocate() takes and grows what was released when it serves the same purpose", () => {
  const page = 65536;
  const [small, large] = [1, 3].map((pages) => allocate(pages * page, "maps"));
  assert.notEqual(small!.memory, large!.memory);
  release(small!);
  release(large!);
  assert.notEqual(allocate(1, "weights").memory, large!.memory);
  const again = allocate(1, "maps");
  assert.equal(again.memory, large!.memory);
  floats(again, 0, 1)[0] = 7;
  release(again);
  const grown = allocate(5 * page, "maps");
  assert.equal(grown.memory, large!.memory);
  assert.equal(capacity(grown), 5 * page);
  assert.equal(
    grown.base,
    Number(
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(grown.memory.buffer)),
    ),
  );
  assert.equal(floats(grown, 0, 1)[0], 7);
  grown.kernels.add(5 * page - 64, 0, 0, 32);
  assert.equal(floats(grown, 5 * page - 64, 1)[0], 14);
});

Deno.test("Scratch gives one arena to all plans when the first is the largest", () => {
  const scratch = new Scratch();
  const first = scratch.atLeast(200_000);
  assert.equal(scratch.atLeast(100_000), first);
  const larger = scratch.atLeast(capacity(first) + 1);
  assert.notEqual(larger.memory, first.memory);
  assert.equal(scratch.atLeast(1), first);
  scratch.dispose();
  assert.equal(allocate(1, "maps").memory, larger.memory);
});

Deno.test("allocate() and Scratch refuse in words what cannot be addressed", () => {
  for (
    const [ask, message] of [
      [
        () => allocate(2 ** 32 + 1, "maps"),
        'Cannot use the engine "onednn" for this network: it needs 4294967297 bytes for the maps of a batch, expected at most 4294967296; give a smaller batch or --engine onnx-cpu',
      ],
      [
        () => allocate(2 ** 32 + 1, "weights"),
        'Cannot use the engine "onednn" for this network: it needs 4294967297 bytes for its weights, expected at most 4294967296; give --engine onnx-cpu',
      ],
      [
        () => new Scratch(1000).atLeast(1001),
        'Cannot use the engine "onednn" for this network: it needs 1001 bytes for the maps of a batch, expected at most 1000; give a smaller batch or --engine onnx-cpu',
      ],
    ] as const
  ) {
    assert.throws(ask, { name: "MemoryLimitError", message, exitCode: 2 });
  }
});

// Seen to fail: with a sign in the loops' comparison of lengths.
Deno.test("loadKernels() reaches the end when a map is larger than 2 GiB", () => {
  const bytes = 2 ** 31 + 64;
  // Read and not written: the system gives no memory for it.
  const memory = new WebAssembly.Memory({ initial: 2 ** 15 + 1 });
  new Float32Array(memory.buffer, bytes - 64, 1)[0] = 3;
  assert.equal(loadKernels(memory).sum(0, bytes), 3);
});

Deno.test("scatter() and gather() are inverse when blocks are padded", () => {
  for (const block of [8, 16] as const) {
    const layout = layoutOf(EVERYTHING, block);
    const weights = randomWeights(EVERYTHING, 1);
    const flat = new Float32Array(layout.size).fill(NaN);
    scatter(layout, weights, flat);
    assert.equal(flat.findIndex(Number.isNaN), -1);
    for (const [name, values] of Object.entries(gather(layout, flat))) {
      assert.deepEqual(values, weights[name], name);
    }
  }
});

Deno.test("loadKernels() computes elementwise when values are special", () => {
  const arena = allocate(4 * 64, "maps");
  const at = (index: number) => floats(arena, 64 * index, 16);
  const special = [-1, -0, 0, 2, NaN, Infinity, -Infinity, 1e-40];
  at(0).set([...special, ...special]);
  at(1).set(Float32Array.from({ length: 16 }, (_, i) => i - 7));
  const [a, b] = [[...at(0)], [...at(1)]];
  const { kernels } = arena;
  const check = (expected: (x: number, y: number) => number) =>
    at(2).forEach((value, i) => {
      const wanted = Math.fround(expected(a[i]!, b[i]!));
      // The sign of 0 does not matter.
      assert.ok(
        value === wanted || (Number.isNaN(value) && Number.isNaN(wanted)),
        `${i}: ${value}, expected ${wanted}`,
      );
    });
  kernels.relu(128, 0, 64);
  check((x) => Math.max(x, 0));
  kernels.add(128, 0, 64, 64);
  check((x, y) => x + y);
  kernels.addRelu(128, 0, 64, 64);
  check((x, y) => Math.max(x + y, 0));
  kernels.multiply(128, 0, 64, 64);
  check((x, y) => x * y);
  kernels.mask(128, 64, 0, 64);
  check((x, y) => x > 0 ? y : 0);
  assert.equal(kernels.sum(64, 64), 8);
  assert.ok(Number.isNaN(kernels.sum(0, 64)));
});

Deno.test("cachesOf() names what oneDNN cuts its work by, on the processors that it asks", () => {
  const cpu = (vendor: string) =>
    `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: Some Processor\ncache size\t: 266240 KB\nsiblings\t: 2\n\nprocessor\t: 1\n`;
  assert.equal(
    cachesOf(cpu("GenuineIntel")),
    ", Intel 6/207, cache 266240 KB of 2",
  );
  assert.equal(cachesOf(cpu("AuthenticAMD")), "");
  assert.equal(
    cachesOf("vendor_id\t: GenuineIntel\n"),
    ", Intel ?/?, cache ? of ?",
  );
});
