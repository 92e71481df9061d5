import assert from "node:assert/strict";
import sharp from "sharp";
import { canonicalise, splitDigest } from "../../lib/data/cache/canonical.ts";
import { createHash } from "node:crypto";
// @ts-types="../../lib/data/fetch/_tar_stream.d.ts"
import { pack } from "tar-stream";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { loadRegistry, resized } from "../../lib/data/registry.ts";
import {
  fetchOf,
  inFolder,
  listFiles,
  offline,
  optionsIn,
} from "./_fixture.ts";
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
  const seen = [...train.images, ...test.images].map((image) =>
    (image as Uint8Array)[0]!
  );
  assert.equal(new Set(seen).size, 38);
  assert.equal(train.images.length, 8);
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

/** The registry's entry, for the set of two classes above. */
async function smallEntry() {
  const archive = pack();
  const entries = await pictures();
  for (const { name, bytes } of entries) {
    archive.entry({ name }, await bytes());
  }
  archive.finalize();
  const pieces = await Array.fromAsync(archive);
  const tar = new Uint8Array(await new Blob(pieces).arrayBuffer());
  const { caltech256 } = loadRegistry();
  const entry = {
    ...caltech256!,
    classes: ["ak47", "flag"],
    splits: {
      train: { count: 8, files: {} },
      test: { count: 30, files: {} },
    },
    archive: {
      ...caltech256!.archive!,
      md5: createHash("md5").update(tar).digest("hex"),
    },
  };
  const url = entry.sources.flatMap((source) =>
    "url" in source ? source.url.replace("{file}", entry.archive.name) : []
  )[0]!;
  return { entry, entries, tar, url };
}

Deno.test("openEntry() streams Caltech-256's archive, and has it at any size with its share of margin", () =>
  inFolder(async (folder) => {
    const { entry, tar, url } = await smallEntry();
    const { fetch, asked } = fetchOf({ [url]: tar });
    const options = { ...optionsIn(folder, fetch), size: 28 };
    const { train, test, isOfficial } = await openEntry("c", entry, options);
    assert.equal(isOfficial, true);
    assert.deepEqual(train.split.shape, [3, 28, 28]);
    assert.equal(train.split.margin, 2);
    assert.equal(train.split.images.length, 8 * 3 * 32 * 32);
    assert.equal(test.split.count, 30);
    // Another size needs no other download, and its own cache.
    const small = await openEntry("c", entry, { ...options, size: 7 });
    assert.deepEqual(small.train.split.shape, [3, 7, 7]);
    assert.equal(asked.length, 1);
    assert.deepEqual(
      listFiles(folder).filter((file) => file.endsWith("train.bin")),
      ["c-28/train.bin", "c-7/train.bin"],
    );
    const again = await openEntry("c", entry, {
      ...optionsIn(folder, offline),
      size: 28,
    });
    assert.equal(again.train.digest, train.digest);
  }));

Deno.test("openEntry() divides Caltech-256's unpacked folder like its archive", () =>
  inFolder(async (folder) => {
    const { entry, entries, tar } = await smallEntry();
    const own = `${folder}/256_ObjectCategories`;
    for (const { name, bytes } of entries) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeFile(path, await bytes());
    }
    const packed = `${folder}/packed`;
    await Deno.mkdir(packed);
    await Deno.writeFile(`${packed}/256_ObjectCategories.tar`, tar);
    const digests: unknown[] = [];
    const official: unknown[] = [];
    for (const dataDir of [folder, own, packed]) {
      const { train, test, isOfficial } = await openEntry("c", entry, {
        ...optionsIn(`${folder}/cache-${digests.length}`, offline),
        dataDir,
        size: 7,
      });
      digests.push([train.digest, test.digest]);
      official.push(isOfficial);
    }
    assert.deepEqual(digests[1], digests[0]);
    assert.deepEqual(digests[2], digests[0]);
    // Of an unpacked folder it cannot be told.
    assert.deepEqual(official, [false, false, true]);
  }));

/** A .tar whose first picture is said to have a size, octal, of 12 characters. */
function withSize(tar: Uint8Array, size: string): Uint8Array {
  const changed = tar.slice();
  const text = new TextDecoder("latin1").decode(tar);
  const at = text.indexOf("256_ObjectCategories/001.ak47/001_0001.jpg");
  changed.set(new TextEncoder().encode(size), at + 124);
  changed.fill(0x20, at + 148, at + 156);
  const sum = changed.subarray(at, at + 512).reduce((a, b) => a + b, 0);
  const digits = sum.toString(8).padStart(6, "0");
  changed.set(new TextEncoder().encode(`${digits}\0 `), at + 148);
  return changed;
}

Deno.test("openEntry() names the user's archive that is cut within a picture or has one of absurd size", () =>
  inFolder(async (folder) => {
    const { entry, tar } = await smallEntry();
    // Within the first picture of a class, behind its header.
    const text = new TextDecoder("latin1").decode(tar);
    const picture = text.indexOf("256_ObjectCategories/002.flag") + 512;
    const cases = {
      cut: [
        tar.subarray(0, picture + 100),
        /Cannot unpack ".*": Unexpected end/,
      ],
      long: [withSize(tar, "00010000000\0"), /Cannot unpack ".*": /],
      absurd: [
        withSize(tar, "77777777777\0"),
        /has 8589934591 bytes, expected at most 134217728; replace the file$/,
      ],
    } as const;
    for (const [name, [bytes, message]] of Object.entries(cases)) {
      const dataDir = `${folder}/${name}`;
      await Deno.mkdir(dataDir);
      await Deno.writeFile(`${dataDir}/256_ObjectCategories.tar`, bytes);
      await assert.rejects(
        openEntry("c", entry, {
          ...optionsIn(`${folder}/cache-${name}`, offline),
          dataDir,
          size: 7,
        }),
        { name: "DataError", exitCode: 5, message },
        name,
      );
    }
  }));

Deno.test("resized() refuses sizes of sets that have one", () => {
  const { mnist, caltech256 } = loadRegistry();
  assert.throws(() => resized(mnist!, 32), /its images have one size/);
  assert.throws(() => resized(caltech256!, 0), /a whole number >= 1/);
  assert.equal(resized(caltech256!, 224), caltech256);
});
