import assert from "node:assert/strict";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { DataError } from "../../lib/data/mod.ts";
import type { DataProgress } from "../../lib/data/mod.ts";
import {
  fetchOf,
  inFolder,
  listFiles,
  makeFixture,
  offline,
  optionsIn,
  sameBytes,
  served,
} from "./_fixture.ts";

const FIXTURE = makeFixture({ train: 50, test: 20 });
const { entry } = FIXTURE;
const WHOLE = [
  ...["lock", "raw/test-images.gz", "raw/test-labels.gz"],
  ...["raw/train-images.gz", "raw/train-labels.gz", "test.bin", "train.bin"],
];

/** The bytes of a good train.bin and test.bin. */
async function goodCache(): Promise<Record<"train" | "test", Uint8Array>> {
  const files: Partial<Record<"train" | "test", Uint8Array>> = {};
  await inFolder(async (folder) => {
    await openEntry(
      "fixture",
      entry,
      optionsIn(folder, fetchOf(served(FIXTURE)).fetch),
    );
    assert.deepEqual(listFiles(`${folder}/fixture`), WHOLE);
    files.train = await Deno.readFile(`${folder}/fixture/train.bin`);
    files.test = await Deno.readFile(`${folder}/fixture/test.bin`);
  });
  return { train: files.train!, test: files.test! };
}

const GOOD = await goodCache();

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

const headerEnd = GOOD.train.indexOf(10);
const FAULTS: Readonly<Record<string, Uint8Array>> = {
  "is truncated by a byte": GOOD.train.subarray(0, -1),
  "is truncated to half": GOOD.train.subarray(0, GOOD.train.length >> 1),
  "is truncated within the header": GOOD.train.subarray(0, 20),
  "ends with the header": GOOD.train.subarray(0, headerEnd + 1),
  "has a flipped bit in the header's first byte": flipped(GOOD.train, 0),
  "has a flipped bit in the header": flipped(GOOD.train, 30),
  "has a flipped bit in the header's end": flipped(GOOD.train, headerEnd),
  "has a flipped bit in the first label": flipped(GOOD.train, headerEnd + 1),
  "has a flipped bit in a pixel": flipped(GOOD.train, GOOD.train.length >> 1),
  "has a flipped bit in the last byte": flipped(
    GOOD.train,
    GOOD.train.length - 1,
  ),
  "has an extra byte": Uint8Array.of(...GOOD.train, 0),
  "has a byte before it": Uint8Array.of(32, ...GOOD.train),
  "is empty": new Uint8Array(0),
  "is the test split's": GOOD.test,
  "is another program's": new TextEncoder().encode("null\n"),
  "is of another format version": new TextEncoder().encode(
    new TextDecoder("latin1").decode(GOOD.train).replace("data 1", "data 0"),
  ),
};

for (const [fault, bytes] of Object.entries(FAULTS)) {
  Deno.test(`openEntry() sets train.bin aside and makes it anew when it ${fault}`, async () => {
    await inFolder(async (folder) => {
      const set = `${folder}/fixture`;
      await Deno.mkdir(set);
      await Deno.writeFile(`${set}/train.bin`, bytes);
      await Deno.writeFile(`${set}/test.bin`, GOOD.test);
      const { fetch, asked } = fetchOf(served(FIXTURE));
      const reports: DataProgress[] = [];
      const { train } = await openEntry("fixture", entry, {
        ...optionsIn(folder, fetch),
        onProgress: (progress) => reports.push(progress),
      });
      assert.equal(train.digest, entry.splits.train.digest);
      // The good split is left alone: its files are not even fetched.
      assert.deepEqual(
        asked.map((url) => url.replace(/.*\//, "")),
        ["train-images.gz", "train-labels.gz"],
      );
      assert(sameBytes(await Deno.readFile(`${set}/train.bin`), GOOD.train));
      const aside = `${set}/train.bin.corrupt-1`;
      assert(sameBytes(await Deno.readFile(aside), bytes));
      assert.equal(
        reports.find(({ action }) => action === "setAside")?.file,
        aside,
      );
    });
  });
}

Deno.test("openEntry() keeps every corrupt file, and rebuilds from earlier downloads when offline", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/fixture`;
    await openEntry(
      "fixture",
      entry,
      optionsIn(folder, fetchOf(served(FIXTURE)).fetch),
    );
    for (const n of [1, 2, 3]) {
      await Deno.writeFile(`${set}/test.bin`, Uint8Array.of(n));
      await openEntry("fixture", entry, optionsIn(folder, offline));
      assert.deepEqual(
        [...await Deno.readFile(`${set}/test.bin.corrupt-${n}`)],
        [n],
      );
    }
    assert(sameBytes(await Deno.readFile(`${set}/test.bin`), GOOD.test));
  });
});

Deno.test("openEntry() fails with file, both digests and the fix when the cache is corrupt and offline", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/fixture`;
    await Deno.mkdir(set);
    await Deno.writeFile(
      `${set}/train.bin`,
      FAULTS["has a flipped bit in a pixel"]!,
    );
    await assert.rejects(
      openEntry("fixture", entry, optionsIn(folder, offline)),
      (error) => {
        assert(error instanceof DataError);
        assert.equal(error.exitCode, 5);
        const [first, cached, firstSource, secondSource, fix, ...more] = error
          .message.split("\n");
        assert.equal(first, 'Cannot find "train-images" of the fixture:');
        assert.match(
          cached!,
          /^ {2}.*\/train\.bin \(now .*\/train\.bin\.corrupt-1\): its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
        );
        assert(cached!.endsWith(entry.splits.train.digest!));
        assert.match(firstSource!, /first\.test.*train-images\.gz: dns error/);
        assert.match(secondSource!, /second\.test.*train-images: dns error/);
        const { bytes, sha256 } = entry.files["train-images"]!;
        assert.equal(
          fix,
          `Put the file, or its .gz, into "${set}/raw" by hand: ${bytes} bytes unpacked, SHA-256 ${sha256}`,
        );
        assert.deepEqual(more, []);
        return true;
      },
    );
    assert.deepEqual(listFiles(set), ["lock", "train.bin.corrupt-1"]);
  });
});

Deno.test("openEntry() needs no network and writes nothing when the cache is good", async () => {
  await inFolder(async (folder) => {
    const set = `${folder}/fixture`;
    await Deno.mkdir(set);
    await Deno.writeFile(`${set}/train.bin`, GOOD.train);
    await Deno.writeFile(`${set}/test.bin`, GOOD.test);
    await openEntry("fixture", entry, optionsIn(folder, offline));
    assert.deepEqual(listFiles(set), ["test.bin", "train.bin"]);
  });
});

Deno.test("openEntry() takes the header's word for count and digest when the registry has none", async () => {
  const { train, test } = entry.splits;
  const open = {
    ...entry,
    splits: { train: { files: train.files }, test: { files: test.files } },
  };
  await inFolder(async (folder) => {
    const { fetch } = fetchOf(served(FIXTURE));
    const first = await openEntry("fixture", open, optionsIn(folder, fetch));
    assert.equal(first.train.digest, train.digest);
    await openEntry("fixture", open, optionsIn(folder, offline));
    await Deno.writeFile(
      `${folder}/fixture/train.bin`,
      FAULTS["has a flipped bit in a pixel"]!,
    );
    await openEntry("fixture", open, optionsIn(folder, offline));
    assert(
      listFiles(`${folder}/fixture`).includes("train.bin.corrupt-1"),
    );
  });
});

Deno.test(
  "openEntry() leaves no half file and names the code when the disk is full",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    await inFolder(async (folder) => {
      const set = `${folder}/fixture`;
      await Deno.mkdir(set);
      await Deno.writeFile(`${set}/test.bin`, GOOD.test);
      // Writes to the temporary file reach a device that is always full.
      await Deno.symlink("/dev/full", `${set}/train.bin.tmp`);
      await assert.rejects(
        openEntry(
          "fixture",
          entry,
          optionsIn(folder, fetchOf(served(FIXTURE)).fetch),
        ),
        (error) =>
          error instanceof DataError &&
          error.message.includes(`Cannot write "${set}/train.bin": ENOSPC, `),
      );
      assert(!listFiles(set).some((file) => /train\.bin/.test(file)));
      assert(sameBytes(await Deno.readFile(`${set}/test.bin`), GOOD.test));
    });
  },
);

Deno.test(
  "openEntry() asks no other source and names the code when the disk is full in a download",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    await inFolder(async (folder) => {
      const raw = `${folder}/fixture/raw`;
      await Deno.mkdir(raw, { recursive: true });
      await Deno.symlink("/dev/full", `${raw}/train-images.gz.part`);
      const { fetch, asked } = fetchOf(served(FIXTURE));
      await assert.rejects(
        openEntry("fixture", entry, optionsIn(folder, fetch)),
        (error) =>
          error instanceof DataError &&
          error.message.includes(
            `Cannot write "${raw}/train-images.gz.part": ENOSPC, `,
          ),
      );
      assert.equal(asked.length, 1);
      assert.deepEqual(listFiles(raw), []);
    });
  },
);

Deno.test("openEntry() names path and code when the cache folder cannot be made", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(
      openEntry("fixture", entry, optionsIn(`${folder}/file`, offline)),
      (error) =>
        error instanceof DataError && error.exitCode === 5 &&
        /Cannot .* "[^"]*\/file\/[^"]*": E[A-Z]+, /.test(error.message),
    );
  });
});
