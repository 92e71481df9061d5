import assert from "node:assert/strict";
import sharp from "sharp";
import { canonicalise, splitDigest } from "../../lib/data/canonical.ts";
import { decodeCaltech256 } from "../../lib/data/decoders/caltech256.ts";
import type { PictureEntry } from "../../lib/data/decoders/decoder.ts";

const OPTIONS = { shape: [3, 4, 4], classCount: 2 } as const;

/** A flat JPEG of the level, so that each picture is known again. */
async function jpeg(level: number, grey: boolean): Promise<Uint8Array> {
  const channels = grey ? 1 : 3;
  const data = new Uint8Array(channels * 8 * 6).fill(level);
  const image = sharp(data, { raw: { width: 8, height: 6, channels } });
  return await (grey ? image.toColourspace("b-w") : image)
    .jpeg({ quality: 100 }).toBuffer();
}

function entry(name: string, bytes: Uint8Array): PictureEntry {
  return {
    name: `256_ObjectCategories/${name}`,
    place: `set.tar/${name}`,
    bytes: () => Promise.resolve(bytes),
  };
}

/** Classes of 18 and 20 pictures, some grey, and strays. */
async function pictures(): Promise<PictureEntry[]> {
  const entries = [
    entry("001.ak47/RENAME2", new Uint8Array(3)),
    entry("001.ak47/greg/001_0001.jpg", new Uint8Array(3)),
    entry("001.ak47/002_0001.jpg", new Uint8Array(3)),
  ];
  for (
    const [folder, count, first] of [["001.ak47", 18, 0], [
      "002.flag",
      20,
      100,
    ]] as const
  ) {
    for (let i = 0; i < count; i++) {
      const number = `${i + 1}`.padStart(4, "0");
      entries.push(
        entry(
          `${folder}/${folder.slice(0, 3)}_${number}.jpg`,
          await jpeg(first + 4 * i, i % 2 === 0),
        ),
      );
    }
  }
  return entries;
}

async function* stream(entries: readonly PictureEntry[]) {
  yield* entries;
}

Deno.test("decodeCaltech256() holds 15 pictures of each class out and passes over strays", async () => {
  const { train, test } = await decodeCaltech256(
    stream(await pictures()),
    OPTIONS,
  );
  const counts = (labels: Iterable<number>) =>
    [0, 1].map((label) => [...labels].filter((l) => l === label).length);
  assert.deepEqual(counts(test.labels), [15, 15]);
  assert.deepEqual(counts(train.labels), [3, 5]);
  const seen = [...train.images, ...test.images].filter((_, i) => i % 48 === 0);
  assert.equal(new Set(seen).size, 38);
  assert.equal(train.images.length, 8 * 48);
});

Deno.test("decodeCaltech256() divides alike in whatever order the files come", async () => {
  const entries = await pictures();
  const digests = [];
  for (const order of [entries, entries.toReversed()]) {
    const { train, test } = await decodeCaltech256(stream(order), OPTIONS);
    digests.push(
      [train, test].map((records) =>
        splitDigest(canonicalise(records, OPTIONS))
      ),
    );
  }
  assert.deepEqual(digests[0], digests[1]);
});

Deno.test("decodeCaltech256() names broken pictures, foreign classes, and small ones", async () => {
  const bad = new Uint8Array(9);
  for (
    const [entries, message] of [
      [[entry("001.a/001_0001.jpg", bad)], /set\.tar\/001\.a\/001_0001\.jpg: /],
      [[entry("003.c/003_0001.jpg", bad)], /class 003, expected 001 to 2/],
      [[], /class 001 has 0 pictures, expected more than the 15/],
    ] as const
  ) {
    await assert.rejects(decodeCaltech256(stream(entries), OPTIONS), {
      name: "SyntaxError",
      message,
    });
  }
});
