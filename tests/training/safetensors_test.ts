import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeTensors,
  encodeTensors,
  type TensorFile,
} from "../../lib/training/mod.ts";
import { bitsOf } from "./_problem.ts";

/** Two tensors of which the second begins where the first ends. */
const TINY: TensorFile = {
  tensors: {
    a: { shape: [2, 1], data: Float32Array.of(1, -2) },
    b: { shape: [], data: Float32Array.of(0.5) },
  },
  metadata: { k: "v" },
};

/**
 * The file of {@link TINY} written by hand from the format's definition; Python's
 * `safetensors` 0.8.0 reads it as well.
 */
const HEADER = '{"__metadata__":{"k":"v"},' +
  '"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
  '"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
// deno-fmt-ignore
const GOLDEN = Uint8Array.from([
  // 136 = 0x88, little-endian: 134 characters and 2 spaces.
  0x88, 0, 0, 0, 0, 0, 0, 0,
  ...new TextEncoder().encode(HEADER), 0x20, 0x20,
  // 1 = 3f800000, -2 = c0000000, 0.5 = 3f000000, little-endian.
  0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f,
]);

/** A file with any header over some bytes of data. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function headerOf(entry: Record<string, unknown>): string {
  const whole = { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry };
  return JSON.stringify({ "blocks.0.weight": whole });
}

Deno.test("encodeTensors() writes the golden bytes of a tiny file", () => {
  assert.equal(HEADER.length, 134);
  assert.deepEqual(encodeTensors(TINY), GOLDEN);
});

Deno.test("decodeTensors() reads the golden bytes, wherever they lie in a buffer", () => {
  assert.deepEqual(decodeTensors(GOLDEN), TINY);
  // An odd offset: neither header nor data are aligned.
  const buffer = new Uint8Array(GOLDEN.length + 9);
  buffer.set(GOLDEN, 3);
  assert.deepEqual(
    decodeTensors(buffer.subarray(3, 3 + GOLDEN.length)),
    TINY,
  );
});

Deno.test("encodeTensors() keeps the nearest 16-bit floats when these are asked for", () => {
  const bytes = encodeTensors(TINY, "F16");
  // 1 = 3c00, -2 = c000, 0.5 = 3800, little-endian.
  assert.deepEqual(
    [...bytes.subarray(-6)],
    [0, 0x3c, 0, 0xc0, 0, 0x38],
  );
  assert.deepEqual(decodeTensors(bytes), TINY);
  const third: TensorFile = {
    tensors: { a: { shape: [2], data: Float32Array.of(1 / 3, 1e6) } },
    metadata: {},
  };
  // 1/3 is 0 01101 0101010101: 1365 / 4096; the largest is 65504.
  assert.deepEqual(
    [...decodeTensors(encodeTensors(third, "F16")).tensors.a!.data],
    [1365 / 4096, Infinity],
  );
});

Deno.test("decodeTensors() gives copies", () => {
  const bytes = GOLDEN.slice();
  const { tensors } = decodeTensors(bytes);
  bytes.fill(0);
  assert.deepEqual(tensors, TINY.tensors);
});

Deno.test("decodeTensors() reads back what encodeTensors() wrote, bit for bit", () => {
  const data = fc.array(fc.float(), { maxLength: 9 })
    .map((values) => Float32Array.from(values));
  const file = fc.record({
    arrays: fc.uniqueArray(
      // Names like "1" would be sorted by any JavaScript object.
      fc.tuple(fc.string().map((name) => `n${name}`), data),
      { selector: ([name]) => name, maxLength: 4 },
    ),
    metadata: fc.dictionary(
      fc.string().map((key) => `k${key}`),
      fc.string(),
      { maxKeys: 3, noNullPrototype: true },
    ),
  });
  fc.assert(fc.property(file, ({ arrays, metadata }) => {
    const tensors = Object.fromEntries(
      arrays.map(([name, data]) => [name, { shape: [data.length], data }]),
    );
    const bytes = encodeTensors({ tensors, metadata });
    const back = decodeTensors(bytes);
    assert.deepEqual(back.metadata, metadata);
    assert.deepEqual(Object.keys(back.tensors), Object.keys(tensors));
    for (const [name, { shape, data }] of Object.entries(back.tensors)) {
      assert.deepEqual(shape, tensors[name]!.shape);
      assert.equal(bitsOf(data), bitsOf(tensors[name]!.data));
    }
    // The data lie aligned in the file.
    const values = arrays.reduce((sum, [, { length }]) => sum + length, 0);
    assert.equal((bytes.length - 4 * values) % 8, 0);
  }));
});

Deno.test("encodeTensors() writes the view's values when an array is part of a larger buffer", () => {
  const whole = Float32Array.of(9, 1, -2, 9);
  const a = { shape: [2, 1], data: whole.subarray(1, 3) };
  const tensors = { ...TINY.tensors, a };
  assert.deepEqual(encodeTensors({ ...TINY, tensors }), GOLDEN);
});

Deno.test("decodeTensors() throws when the file is cut after any byte", () => {
  for (let length = 0; length < GOLDEN.length; length++) {
    assert.throws(
      () => decodeTensors(GOLDEN.subarray(0, length)),
      SyntaxError,
      `${length} bytes`,
    );
  }
  assert.throws(() => decodeTensors(GOLDEN.subarray(0, 20)), {
    message:
      "Cannot read tensors: the file ends after 20 bytes, within its header",
  });
});

Deno.test("decodeTensors() throws when a tensor is of another type or does not fit", () => {
  assert.deepEqual(
    decodeTensors(fileOf(headerOf({}), 8)).tensors["blocks.0.weight"]!.data,
    new Float32Array(2),
  );
  const cases: readonly Record<string, unknown>[] = [
    { dtype: "BF16" },
    { dtype: "I32" },
    { dtype: "F64" },
    { shape: [3] },
    { shape: [] },
    { data_offsets: [0, 4] },
    { data_offsets: [4, 12] },
    { data_offsets: [8, 16] },
    { data_offsets: ["0", "8"] },
    { data_offsets: null },
    { shape: "2" },
    { shape: [0.5, 4] },
    { shape: [[2]] },
  ];
  for (const change of cases) {
    assert.throws(
      () => decodeTensors(fileOf(headerOf(change), 8)),
      SyntaxError,
      JSON.stringify(change),
    );
  }
  assert.throws(() => decodeTensors(fileOf(headerOf({ dtype: "BF16" }), 8)), {
    message:
      'Cannot read tensor "blocks.0.weight": BF16 of shape [2] at bytes 0 to 8, expected F32 or F16 within the file',
  });
});

Deno.test("decodeTensors() throws a SyntaxError when the header is not a table of tensors", () => {
  const headers = [
    "not json",
    "null",
    "[1]",
    '{"a":null}',
    '{"a":{"dtype":"F32","shape":[2]}}',
    '{"a":{"dtype":"F32","data_offsets":[0,8]}}',
    headerOf({ data_offsets: [-8, 0] }),
  ];
  for (const header of headers) {
    assert.throws(() => decodeTensors(fileOf(header, 8)), SyntaxError, header);
  }
});

Deno.test("decodeTensors() throws when header or metadata are of another form", () => {
  const headers = [
    "[]",
    '{"__metadata__": 1}',
    '{"__metadata__": {"k": 1}}',
    '{"a": null}',
    '{"a": [[[[]]]]}',
  ];
  for (const header of headers) {
    assert.throws(() => decodeTensors(fileOf(header, 8)), SyntaxError, header);
  }
});
