import assert from "node:assert/strict";
import { decodeCifar } from "../../lib/data/decoders/cifar.ts";

const OPTIONS = { shape: [3, 2, 2], classCount: 10, split: "train" } as const;
const PIXELS = 12;

/** A record: label bytes, then pixels that count up from `first`. */
function record(labels: readonly number[], first: number): number[] {
  return [...labels, ...Array.from({ length: PIXELS }, (_, i) => first + i)];
}

Deno.test("decodeCifar() reads CIFAR-10's records of several files", () => {
  const { labels, images } = decodeCifar(
    {
      one: Uint8Array.from([...record([3], 0), ...record([9], 100)]),
      two: Uint8Array.from(record([0], 200)),
    },
    1,
    OPTIONS,
  );
  assert.deepEqual([...labels], [3, 9, 0]);
  assert.deepEqual(
    [...images],
    [0, 100, 200].flatMap((first) => record([], first)),
  );
});

Deno.test("decodeCifar() takes CIFAR-100's fine label, the second", () => {
  const { labels, images } = decodeCifar(
    { all: Uint8Array.from(record([19, 7], 50)) },
    2,
    OPTIONS,
  );
  assert.deepEqual([...labels], [7]);
  assert.deepEqual([...images], record([], 50));
});

Deno.test("decodeCifar() refuses files that are no whole number of records", () => {
  for (const length of [0, 12, 14, 25]) {
    assert.throws(
      () => decodeCifar({ batch1: new Uint8Array(length) }, 1, OPTIONS),
      {
        name: "SyntaxError",
        message:
          `Cannot decode CIFAR: batch1 has ${length} bytes, expected a multiple of 13, a record's`,
      },
    );
  }
});
