import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { decodeMat5 } from "../../lib/data/decoders/mat5.ts";
import { decodeSvhn } from "../../lib/data/decoders/svhn.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** MATLAB's kinds of stored numbers and of arrays, as the format numbers them. */
const KIND = { int8: 1, uint8: 2, uint16: 4, int32: 5, uint32: 6, double: 9 };
const CLASS = { char: 4, double: 6, uint8: 9 };

function concat(parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function words(...values: readonly number[]): Bytes {
  return new Uint8Array(new Uint32Array(values).buffer);
}

/** An element: tag, data, padding; small ones in the short form where asked. */
function element(kind: number, data: Uint8Array, short = false): Bytes {
  if (short && data.length <= 4) {
    const small = new Uint8Array(8);
    small.set(words(kind | data.length << 16));
    small.set(data, 4);
    return small;
  }
  const padding = new Uint8Array((8 - data.length % 8) % 8);
  return concat([words(kind, data.length), data, padding]);
}

interface Variable {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly kind: number;
  readonly data: Uint8Array;
  readonly type?: number;
}

function matrix(
  { name, dimensions, kind, data, type = CLASS.uint8 }: Variable,
  short: boolean,
): Bytes {
  return element(
    14,
    concat([
      element(KIND.uint32, words(type, 0)),
      element(KIND.int32, words(...dimensions), short),
      element(KIND.int8, new TextEncoder().encode(name), short),
      element(kind, data, short),
    ]),
  );
}

/** A MAT-file of level 5. */
function matFile(
  variables: readonly Variable[],
  { compressed = false, short = true } = {},
): Bytes {
  const header = new Uint8Array(128).fill(32);
  header.set(new TextEncoder().encode("MATLAB 5.0 MAT-file"));
  header.set([0, 1, 73, 77], 124);
  return concat([
    header,
    ...variables.map((variable) => {
      const plain = matrix(variable, short);
      if (!compressed) return plain;
      const packed = deflateSync(plain);
      return concat([words(15, packed.length), packed]);
    }),
  ]);
}

/** Two images of 2x2 pixels and 3 channels, labels 10 and 3. */
const X: Variable = {
  name: "X",
  dimensions: [2, 2, 3, 2],
  kind: KIND.uint8,
  data: Uint8Array.from({ length: 24 }, (_, i) => i),
};
const Y: Variable = {
  name: "y",
  dimensions: [2, 1],
  kind: KIND.uint8,
  data: Uint8Array.of(10, 3),
};
const OPTIONS = { shape: [3, 2, 2], classCount: 10, split: "train" } as const;

Deno.test("decodeSvhn() turns columns into rows and 10 into 0, in every form of the file", () => {
  for (const compressed of [false, true]) {
    for (const short of [false, true]) {
      const mat = matFile([X, Y], { compressed, short });
      const { labels, images } = decodeSvhn({ mat }, OPTIONS);
      assert.deepEqual([...labels], [0, 3]);
      // Byte (row, column) of a plane is at row + 2 column in the file.
      assert.deepEqual(
        [...images],
        [0, 4, 8, 12, 16, 20].flatMap((at) => [at, at + 2, at + 1, at + 3]),
      );
    }
  }
});

Deno.test("decodeSvhn() takes labels of any stored type, other variables, and a single image", () => {
  const forms: readonly [number, Uint8Array][] = [
    [KIND.double, new Uint8Array(Float64Array.of(10, 3).buffer)],
    [KIND.uint16, new Uint8Array(Uint16Array.of(10, 3).buffer)],
    [KIND.int32, new Uint8Array(Int32Array.of(10, 3).buffer)],
  ];
  for (const [kind, data] of forms) {
    const note: Variable = {
      name: "note",
      dimensions: [1, 2],
      kind: KIND.uint16,
      data: new Uint8Array(Uint16Array.of(104, 105).buffer),
      type: CLASS.char,
    };
    const y = { ...Y, kind, data, type: CLASS.double };
    const mat = matFile([note, y, X]);
    assert.deepEqual([...decodeSvhn({ mat }, OPTIONS).labels], [0, 3]);
    assert.deepEqual([...decodeMat5(mat).keys()], ["y", "X"]);
  }
  const one = matFile([
    { ...X, dimensions: [2, 2, 3], data: X.data.slice(0, 12) },
    { ...Y, dimensions: [1, 1], data: Uint8Array.of(7) },
  ]);
  assert.deepEqual([...decodeSvhn({ mat: one }, OPTIONS).labels], [7]);
});

Deno.test("decodeSvhn() says what is wrong with a file", () => {
  const good = matFile([X, Y]);
  const packed = matFile([X, Y], { compressed: true });
  const flipped = packed.slice();
  flipped[150]! ^= 255;
  const hdf = new Uint8Array(600);
  const cases: readonly [Bytes, RegExp][] = [
    [new Uint8Array(0), /header says version 0x0/],
    [hdf, /header says version 0x0/],
    [good.slice(0, -4), /an element of \d+ bytes begins at byte \d+/],
    [good.slice(0, 132), /it ends at byte 132, within an element's tag/],
    [flipped, /a compressed element is damaged/],
    [matFile([X]), /the variables are "X", expected "X" and "y"/],
    [
      matFile([{ ...X, dimensions: [2, 2, 2, 3] }, Y]),
      /X is \[2, 2, 2, 3\], expected \[2, 2, 3, 2\] for 2 labels/,
    ],
    [
      matFile([{ ...X, dimensions: [2, 2, 3, 3] }, Y]),
      /"X" has 24 elements, expected 36/,
    ],
    [
      matFile([X, { ...Y, kind: 99 }]),
      /"y" is stored as kind 99 in 2 bytes, expected numbers/,
    ],
  ];
  for (const [mat, message] of cases) {
    assert.throws(() => decodeSvhn({ mat }, OPTIONS), {
      name: "SyntaxError",
      message,
    });
  }
});

Deno.test("decodeSvhn() throws for labels and pixels that a byte would take modulo", () => {
  const doubles = (values: readonly number[]) => ({
    kind: KIND.double,
    type: CLASS.double,
    data: new Uint8Array(Float64Array.from(values).buffer),
  });
  for (const label of [0, 11, 257, -255, 3.7, NaN]) {
    const mat = matFile([X, { ...Y, ...doubles([10, label]) }]);
    assert.throws(() => decodeSvhn({ mat }, OPTIONS), {
      name: "SyntaxError",
      message:
        `Cannot decode SVHN: label 1 is ${label}, expected an integer from 1 to 10`,
    });
  }
  const zero = matFile([X, { ...Y, data: Uint8Array.of(0, 3) }]);
  assert.throws(() => decodeSvhn({ mat: zero }, OPTIONS), /label 0 is 0/);
  for (const pixel of [256, -1, 0.5, 1e300, NaN]) {
    const mat = matFile([{ ...X, ...doubles([...X.data].fill(pixel, 7)) }, Y]);
    assert.throws(() => decodeSvhn({ mat }, OPTIONS), {
      name: "SyntaxError",
      message:
        `Cannot decode SVHN: pixel 7 is ${pixel}, expected an integer from 0 to 255`,
    });
  }
});

Deno.test("decodeMat5() unpacks no more than it may, over all elements", () => {
  const mat = matFile([X, Y], { compressed: true, short: false });
  const packed = [X, Y].map((variable) => matrix(variable, false).length);
  const all = packed[0]! + packed[1]!;
  assert.equal(decodeMat5(mat, all).size, 2);
  for (const limit of [0, packed[0]! - 1, all - 1]) {
    assert.throws(() => decodeMat5(mat, limit), {
      name: "SyntaxError",
      message:
        "Cannot decode a MATLAB file: its compressed elements unpack to more than they may",
    });
  }
});
