import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { canonicalise, splitDigest } from "../../lib/data/cache/canonical.ts";

const SHAPE = [1, 1, 2] as const;

/** Few labels and levels, so that equal records come up. */
const RECORDS = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
  ),
  { maxLength: 12 },
);

type Record = readonly [label: number, pixels: readonly [number, number]];

function canonical(records: readonly Record[]) {
  return canonicalise({
    labels: Uint8Array.from(records.map(([label]) => label)),
    images: Uint8Array.from(records.flatMap(([, pixels]) => pixels)),
  }, { shape: SHAPE, classCount: 3 });
}

Deno.test("canonicalise() sorts by SHA-256 of label and pixels", () => {
  fc.assert(fc.property(RECORDS, (records) => {
    const key = ([label, pixels]: Record) =>
      createHash("sha256").update(Uint8Array.of(label, ...pixels)).digest(
        "hex",
      );
    const sorted = records.toSorted((a, b) =>
      key(a).localeCompare(key(b), "en")
    );
    const split = canonical(records);
    assert.deepEqual([...split.labels], sorted.map(([label]) => label));
    assert.deepEqual([...split.images], sorted.flatMap(([, pixels]) => pixels));
    assert.equal(split.count, records.length);
  }));
});

Deno.test("canonicalise() gives the same split and digest when the records are shuffled", () => {
  const shuffled = RECORDS.chain((records) =>
    fc.tuple(
      fc.constant(records),
      fc.shuffledSubarray(records, {
        minLength: records.length,
        maxLength: records.length,
      }),
    )
  );
  fc.assert(fc.property(shuffled, ([records, other]) => {
    assert.deepEqual(canonical(other), canonical(records));
    assert.equal(
      splitDigest(canonical(other)),
      splitDigest(canonical(records)),
    );
  }));
});

Deno.test("splitDigest() is SHA-256 of the labels and then the pixels", () => {
  assert.equal(
    splitDigest({ labels: Uint8Array.of(97), images: Uint8Array.of(98, 99) }),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("canonicalise() puts both arrays on shared memory", () => {
  const split = canonical([[0, [1, 2]]]);
  assert(split.images.buffer instanceof SharedArrayBuffer);
  assert(split.labels.buffer instanceof SharedArrayBuffer);
});

Deno.test("canonicalise() refuses records that do not fit the set", () => {
  const good = { labels: Uint8Array.of(1), images: Uint8Array.of(0, 0) };
  const options = { shape: SHAPE, classCount: 3 };
  assert.throws(
    () => canonicalise({ ...good, labels: Uint8Array.of(3) }, options),
    { name: "SyntaxError", message: /label 0: it is 3, expected less than 3/ },
  );
  assert.throws(
    () => canonicalise({ ...good, images: Uint8Array.of(0) }, options),
    { name: "SyntaxError", message: /1 pixels are decoded, expected 2/ },
  );
  assert.throws(
    () => canonicalise(good, { ...options, classCount: 65537 }),
    { name: "SyntaxError", message: /65537, expected at most 65536/ },
  );
});

Deno.test("canonicalise() keys and digests two bytes a label, low one first, beyond 256 classes", () => {
  const labels = [256, 1, 0, 255, 256];
  const split = canonicalise({
    labels: Uint16Array.from(labels),
    images: new Uint8Array(10),
  }, { shape: SHAPE, classCount: 257 });
  const key = (label: number) =>
    createHash("sha256").update(
      Uint8Array.of(label & 255, label >> 8, 0, 0),
    ).digest("hex");
  const sorted = labels.toSorted((a, b) => key(a) < key(b) ? -1 : 1);
  assert.deepEqual([...split.labels], sorted);
  assert.equal(
    splitDigest(split),
    createHash("sha256").update(
      Uint8Array.from(sorted.flatMap((label) => [label & 255, label >> 8])),
    ).update(new Uint8Array(10)).digest("hex"),
  );
});

Deno.test("canonicalise() takes images with their margin", () => {
  const images = Uint8Array.from({ length: 12 }, (_, i) => i);
  const split = canonicalise(
    { labels: Uint8Array.of(0), images },
    { shape: SHAPE, classCount: 3, margin: 1 },
  );
  assert.deepEqual([...split.images], [...images]);
  assert.deepEqual([split.shape, split.margin], [SHAPE, 1]);
});
