import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeIdx, decodeIdxSplit } from "../../lib/data/decoders/idx.ts";
import { idx } from "./_fixture.ts";

const OPTIONS = { shape: [1, 2, 3], classCount: 10, split: "train" } as const;

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => decodeIdx(bytes), (error) => {
    assert(error instanceof SyntaxError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("decodeIdx() reads the example of the format's definition", () => {
  // Two rows of three, written out by hand.
  const bytes = Uint8Array.of(
    ...[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3],
    ...[1, 2, 3, 250, 251, 252],
  );
  const { dimensions, data } = decodeIdx(bytes);
  assert.deepEqual(dimensions, [2, 3]);
  assert.deepEqual([...data], [1, 2, 3, 250, 251, 252]);
});

Deno.test("decodeIdx() reads big-endian dimensions from the middle of a buffer", () => {
  const file = idx([258], new Uint8Array(258).fill(7));
  assert.deepEqual([...file.subarray(4, 8)], [0, 0, 1, 2]);
  const within = new Uint8Array(file.length + 5);
  within.set(file, 3);
  const { dimensions, data } = decodeIdx(within.subarray(3, 3 + file.length));
  assert.deepEqual(dimensions, [258]);
  assert.equal(data.length, 258);
});

Deno.test("decodeIdx() reads back any array, and refuses it cut or lengthened anywhere", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
    fc.nat(),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
    (dimensions, values, cut, extra) => {
      const length = dimensions.reduce((a, b) => a * b, 1);
      const data = Uint8Array.from(values.take(length));
      const file = idx(dimensions, data);
      const decoded = decodeIdx(file);
      assert.deepEqual(decoded.dimensions, dimensions);
      assert.deepEqual(decoded.data, data);
      assert.throws(
        () => decodeIdx(file.subarray(0, cut % file.length)),
        SyntaxError,
      );
      const longer = new Uint8Array([...file, ...extra]);
      assert.throws(() => decodeIdx(longer), SyntaxError);
    },
  ));
});

Deno.test("decodeIdx() says what is wrong when the bytes are another format", () => {
  refused(new Uint8Array(0), /first bytes are \[\]/);
  refused(new TextEncoder().encode("<html>"), /first bytes are \[60, 104/);
  refused(Uint8Array.of(0x1f, 0x8b, 8, 0), /first bytes are \[31, 139/);
  refused(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), /type is 13, expected 8/);
  refused(Uint8Array.of(0, 0, 8, 0), /0 dimensions/);
  refused(Uint8Array.of(0, 0, 8, 3, 0, 0), /3 dimensions .* 16 bytes/);
  refused(
    idx([3], Uint8Array.of(1, 2)),
    /length is 10 bytes, expected 11 for dimensions \[3\]/,
  );
  // A product beyond 2^53 must not wrap around to a small one.
  refused(
    idx(Array(4).fill(2 ** 32 - 1), new Uint8Array(1)),
    /length is 21 bytes/,
  );
});

Deno.test("decodeIdxSplit() pairs images with labels", () => {
  const records = decodeIdxSplit({
    images: idx([2, 2, 3], Uint8Array.from({ length: 12 }, (_, i) => i)),
    labels: idx([2], Uint8Array.of(4, 9)),
  }, OPTIONS);
  assert.deepEqual([...records.labels], [4, 9]);
  assert.deepEqual([...records.images].slice(6), [6, 7, 8, 9, 10, 11]);
});

Deno.test("decodeIdxSplit() refuses files that do not fit together", () => {
  const images = idx([2, 2, 3], new Uint8Array(12));
  const labels = idx([2], new Uint8Array(2));
  const cases: readonly [Record<string, Uint8Array>, RegExp][] = [
    [{ images }, /roles are "images", expected/],
    [
      { images, labels: idx([3], new Uint8Array(3)) },
      /are \[3\], expected \[2/,
    ],
    [{ images: labels, labels: images }, /images' dimensions are \[2\]/],
    [
      { images: idx([2, 3, 2], new Uint8Array(12)), labels },
      /are \[2, 3, 2\], expected \[2, 2, 3\]/,
    ],
    [{ images: idx([2, 1, 2, 3], new Uint8Array(12)), labels }, /\[2, 1, 2, 3/],
  ];
  for (const [files, message] of cases) {
    assert.throws(() => decodeIdxSplit(files, OPTIONS), message);
  }
});
