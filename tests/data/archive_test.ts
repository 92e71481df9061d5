import assert from "node:assert/strict";
import { createHash } from "node:crypto";
// @ts-types="../../lib/data/fetch/_tar_stream.d.ts"
import { pack } from "tar-stream";
import { md5Of, readMembers } from "../../lib/data/fetch/archive.ts";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { canonicalise, splitDigest } from "../../lib/data/cache/canonical.ts";
import { DataError } from "../../lib/data/mod.ts";
import type { RegistryEntry } from "../../lib/data/registry.ts";
import {
  fetchFrom,
  fetchOf,
  gzip,
  inFolder,
  listFiles,
  offline,
  optionsIn,
} from "./_fixture.ts";
import { withServer } from "./_server.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A tar file. */
async function tarOf(files: Readonly<Record<string, Bytes>>): Promise<Bytes> {
  const tar = pack();
  for (const [name, bytes] of Object.entries(files)) {
    tar.entry({ name }, bytes);
  }
  tar.finalize();
  const pieces = await Array.fromAsync(tar);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Records of 2x2 pixels with a label byte, of different content. */
function records(count: number, from: number): Bytes {
  return Uint8Array.from(
    { length: count * 5 },
    (_, i) => i % 5 === 0 ? (from + i / 5) % 3 : (from + 7 * i) % 256,
  );
}

const FILES: Readonly<Record<string, Bytes>> = {
  "set/one.bin": records(4, 1),
  "set/two.bin": records(3, 50),
  "set/test.bin": records(5, 90),
  "set/readme.html": new Uint8Array(3000).fill(65),
};
const ARCHIVE = gzip(await tarOf(FILES));
const URL_OF = "http://first.test/set.tar.gz";

function digestOf(...parts: readonly Bytes[]): string {
  const all = parts.flatMap((part) => [...part]);
  const rows = Array.from({ length: all.length / 5 }, (_, i) => i);
  return splitDigest(canonicalise({
    labels: Uint8Array.from(rows, (row) => all[5 * row]!),
    images: Uint8Array.from(
      rows.flatMap((row) => all.slice(5 * row + 1, 5 * row + 5)),
    ),
  }, { shape: [1, 2, 2], classCount: 3 }));
}

const ENTRY: RegistryEntry = {
  title: "the fixture",
  licence: "none",
  citation: "none",
  format: "cifar10",
  shape: [1, 2, 2],
  classes: ["a", "b", "c"],
  mean: [0.5],
  std: [0.25],
  splits: {
    train: {
      count: 7,
      digest: digestOf(FILES["set/one.bin"]!, FILES["set/two.bin"]!),
      files: { one: "one.bin", two: "two.bin" },
    },
    test: {
      count: 5,
      digest: digestOf(FILES["set/test.bin"]!),
      files: { all: "test.bin" },
    },
  },
  files: {
    "one.bin": { bytes: 20 },
    "two.bin": { bytes: 15 },
    "test.bin": { bytes: 25 },
  },
  archive: {
    name: "set.tar.gz",
    md5: createHash("md5").update(ARCHIVE).digest("hex"),
    folder: "set",
    maxBytes: 100_000,
  },
  sources: [{ url: "http://first.test/{file}" }],
};

/** Writes files and opens the set with them as the user's folder. */
async function openOwn(
  files: Readonly<Record<string, Bytes>>,
  { folder, entry = ENTRY }: { folder: string; entry?: RegistryEntry },
) {
  for (const [name, bytes] of Object.entries(files)) {
    const path = `${folder}/own/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.writeFile(path, bytes);
  }
  return await openEntry("set", entry, {
    ...optionsIn(`${folder}/cache`, offline),
    dataDir: `${folder}/own`,
  });
}

const WANTED = new Map([["set/one.bin", 20], ["set/test.bin", 25]]);

Deno.test("readMembers() reads what is wanted, packed or not, and nothing else", async () => {
  await inFolder(async (folder) => {
    for (
      const [name, bytes] of [
        ["a.tar.gz", ARCHIVE],
        ["a.tgz", ARCHIVE],
        ["a.tar", await tarOf(FILES)],
      ] as const
    ) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
      const members = await readMembers(`${folder}/${name}`, WANTED);
      assert.deepEqual([...members.keys()].sort(), [...WANTED.keys()]);
      for (const [member, content] of members) {
        assert.deepEqual(content, FILES[member]);
      }
    }
    assert.equal(await md5Of(`${folder}/a.tgz`), ENTRY.archive!.md5);
  });
});

Deno.test("readMembers() rejects when the archive is cut anywhere, damaged, or holds too much", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.tar.gz`;
    const faults: readonly Bytes[] = [
      ...[1, 9, 20, 100].map((bytes) => ARCHIVE.slice(0, -bytes)),
      new Uint8Array(0),
      gzip(new Uint8Array(700).fill(7)),
    ];
    for (const bytes of faults) {
      await Deno.writeFile(path, bytes);
      const members = readMembers(path, WANTED);
      if (bytes.length > 0) await assert.rejects(members);
      // Some read an empty stream as an empty archive: it then lacks everything.
      else {assert.equal(
          await members.then(({ size }) => size, () => 0),
          0,
        );}
    }
    await Deno.writeFile(path, ARCHIVE);
    await assert.rejects(
      readMembers(path, new Map([["set/one.bin", 19]])),
      /"set\/one\.bin" in it has 20 bytes, expected at most 19/,
    );
  });
});

Deno.test("openEntry() gives one digest from the archive, its unpacked files, and files in another order", async () => {
  const [one, two] = [FILES["set/one.bin"]!, FILES["set/two.bin"]!];
  // The same seven records, in other files and another order.
  const all = [...two, ...one];
  const forms: readonly Readonly<Record<string, Bytes>>[] = [
    { "set.tar.gz": ARCHIVE },
    FILES,
    {
      "one.bin": one,
      "two.bin": two,
      "test.bin.gz": gzip(FILES["set/test.bin"]!),
    },
    {
      ...FILES,
      "set/one.bin": Uint8Array.from(all.slice(0, 10)),
      "set/two.bin": Uint8Array.from(all.slice(10)),
    },
    { "set.tar": await tarOf(FILES) },
    { "Set/set.tar.gz": ARCHIVE },
    // Some of its files loose beside it.
    { "one.bin": one, "set.tar.gz": ARCHIVE },
    // An archive that somebody made anew: its MD5 is not the official one.
    { "set.tar.gz": gzip(await tarOf({ ...FILES, "set/more": one })) },
  ];
  for (const form of forms) {
    await inFolder(async (folder) => {
      const { train, test } = await openOwn(form, { folder });
      assert.equal(train.digest, ENTRY.splits.train.digest);
      assert.equal(test.digest, ENTRY.splits.test.digest);
    });
  }
});

Deno.test("openEntry() takes an archive of the user's that holds more than the official one", () =>
  inFolder(async (folder) => {
    const one = records(6, 1);
    const more = gzip(await tarOf({ ...FILES, "set/one.bin": one }));
    const { train, isOfficial } = await openOwn({ "set.tar.gz": more }, {
      folder,
    });
    assert.equal(train.digest, digestOf(one, FILES["set/two.bin"]!));
    assert.equal(isOfficial, false);
  }));

Deno.test("openEntry() fetches an archive once, keeps it, and finds it again when offline", async () => {
  await inFolder(async (folder) => {
    const { fetch, asked } = fetchOf({ [URL_OF]: ARCHIVE });
    const { train } = await openEntry("set", ENTRY, optionsIn(folder, fetch));
    assert.equal(train.digest, ENTRY.splits.train.digest);
    assert.deepEqual(asked, [URL_OF]);
    assert.deepEqual(listFiles(`${folder}/set`), [
      ...["lock", "raw/set.tar.gz", "test.bin", "train.bin"],
    ]);
    await Deno.remove(`${folder}/set/train.bin`);
    await openEntry("set", ENTRY, optionsIn(folder, offline));
  });
});

Deno.test("openEntry() goes on with an archive that was cut, in a later call", async () => {
  const headers = { etag: '"one"' };
  const cut = { bytes: ARCHIVE, headers, stopAfter: 100 };
  const none = { ...cut, stopAfter: 0 };
  const answers = [cut, none, none, none];
  await inFolder(async (folder) => {
    await withServer(
      (number) => answers[number] ?? { bytes: ARCHIVE, headers },
      async ({ origin, asked }) => {
        const options = {
          ...optionsIn(folder, fetchFrom(origin)),
          timeouts: { answerMs: 2000, stallMs: 2000, paceMs: 9e5, retryMs: 1 },
        };
        await assert.rejects(
          openEntry("set", ENTRY, options),
          (error) =>
            error instanceof DataError && error.message.includes(
              `"${folder}/set/raw/set.tar.gz.part" has 100 of ${ARCHIVE.length} bytes; the next run goes on from there`,
            ),
        );
        await openEntry("set", ENTRY, options);
        assert.equal(asked[4]!.range, "bytes=100-");
        assert.equal(asked[4]!.sent, ARCHIVE.length - 100);
        assert.deepEqual(listFiles(`${folder}/set`), [
          ...["lock", "raw/set.tar.gz", "test.bin", "train.bin"],
        ]);
      },
    );
  });
});

Deno.test("openEntry() sets an archive aside when its MD5 is another, and fetches it anew", async () => {
  await inFolder(async (folder) => {
    const raw = `${folder}/set/raw`;
    await Deno.mkdir(raw, { recursive: true });
    await Deno.writeFile(`${raw}/set.tar.gz`, ARCHIVE.slice(0, -5));
    const { fetch, asked } = fetchOf({ [URL_OF]: ARCHIVE });
    await openEntry("set", ENTRY, optionsIn(folder, fetch));
    assert.equal(asked.length, 1);
    assert.deepEqual(listFiles(raw), [
      "set.tar.gz",
      "set.tar.gz.corrupt-1",
    ]);
  });
});

Deno.test("openEntry() refuses a fetched archive of another MD5 and says where to put it by hand", async () => {
  await inFolder(async (folder) => {
    const { fetch } = fetchOf({ [URL_OF]: ARCHIVE.slice(0, -5) });
    await assert.rejects(
      openEntry("set", ENTRY, optionsIn(folder, fetch)),
      (error) => {
        assert(error instanceof DataError);
        assert.equal(error.exitCode, 5);
        assert.match(
          error.message,
          /^Cannot find "set\.tar\.gz" of the fixture:/,
        );
        assert.match(error.message, /set\.tar\.gz: its MD5 is [0-9a-f]{32}/);
        assert(error.message.includes(`"${folder}/set/raw" by hand (MD5 `));
        return true;
      },
    );
    assert.deepEqual(listFiles(`${folder}/set`), [
      "lock",
      "raw/set.tar.gz.corrupt-1",
    ]);
  });
});

Deno.test("openEntry() names the archive that is cut or lacks a file", async () => {
  const { "set/two.bin": _, ...rest } = FILES;
  const faults = [
    [ARCHIVE.slice(0, -20), /Cannot unpack ".*own\/set\.tar\.gz": .*; replace/],
    [gzip(await tarOf(rest)), /it lacks "set\/two\.bin"; replace the file/],
  ] as const;
  for (const [bytes, message] of faults) {
    await inFolder(async (folder) => {
      await assert.rejects(
        openOwn({ "set.tar.gz": bytes }, { folder }),
        (error) => error instanceof DataError && message.test(error.message),
      );
    });
  }
});
