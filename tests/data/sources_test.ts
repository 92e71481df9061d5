import assert from "node:assert/strict";
import type { Fetch } from "../../lib/data/fetch/download.ts";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { DataError } from "../../lib/data/mod.ts";
import {
  fetchOf,
  gzip,
  idx,
  inFolder,
  listFiles,
  makeFixture,
  offline,
  optionsIn,
  served,
} from "./_fixture.ts";

const FIXTURE = makeFixture({ train: 50, test: 20 });
const { entry, files } = FIXTURE;
const GOOD = served(FIXTURE);
const BAD_URL = "http://first.test/train-images.gz";
const TIMEOUTS = { answerMs: 60, stallMs: 60, paceMs: 9e5, retryMs: 1 };

function answer(bytes: Uint8Array<ArrayBuffer>): () => Promise<Response> {
  return () => Promise.resolve(new Response(bytes));
}

function replaced(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

function endless(ms: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      await new Promise((done) => setTimeout(done, ms));
      controller.enqueue(new Uint8Array(1 << 16));
    },
  });
}

const good = GOOD[BAD_URL]!;
/** What the first mirror does with the first file, and what is said of it. */
const FAULTS: Readonly<Record<string, [() => Promise<Response>, RegExp]>> = {
  "truncated": [
    answer(good.slice(0, -9)),
    /its MD5 is [0-9a-f]{32}, expected [0-9a-f]{32} \(\d+ bytes\)/,
  ],
  "flipped": [answer(replaced(good, good.length >> 1)), /its MD5 is /],
  "extra bytes": [answer(Uint8Array.of(...good, 0)), /its MD5 is /],
  "empty": [answer(new Uint8Array(0)), /\(0 bytes\)/],
  "another file": [answer(GOOD["http://first.test/test-images.gz"]!), /MD5/],
  "a page": [answer(new TextEncoder().encode("<html>Log in")), /MD5/],
  "status 503": [
    () => Promise.resolve(new Response("busy", { status: 503 })),
    /the server answers with status 503/,
  ],
  "no body": [() => Promise.resolve(new Response(null)), /\(0 bytes\)/],
  "refused": [() => Promise.reject(new TypeError("refused")), /: refused/],
  "silence": [() => new Promise(() => {}), /silent for 0\.06 s/],
  "a stall in the middle": [
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ start: (c) => c.enqueue(good.slice(0, 99)) }),
        ),
      ),
    /silent for 0\.06 s/,
  ],
  "a cut connection": [
    () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ pull: (c) => c.error(new Error("reset")) }),
        ),
      ),
    /: reset/,
  ],
  "no end": [
    () => Promise.resolve(new Response(endless(0))),
    /longer than \d+ bytes/,
  ],
};

/** Faults that give a whole file, which is another than it should be. */
const WRONG: readonly string[] = [
  ...["truncated", "flipped", "extra bytes", "empty", "another file"],
  ...["a page", "no body"],
];
/** Faults after the beginning of an answer, so that more tries make sense. */
const CUT: readonly string[] = ["a stall in the middle", "a cut connection"];

for (const [fault, [first, message]] of Object.entries(FAULTS)) {
  const aside = WRONG.includes(fault) ? ["train-images.gz.corrupt-1"] : [];
  Deno.test(`openEntry() turns to the next source when the first gives: ${fault}`, async () => {
    await inFolder(async (folder) => {
      const rest = fetchOf(GOOD);
      const asked: string[] = [];
      const fetch: Fetch = (url, init) => {
        asked.push(url);
        return url === BAD_URL ? first() : rest.fetch(url, init);
      };
      const { train, test } = await openEntry("fixture", entry, {
        ...optionsIn(folder, fetch),
        timeouts: TIMEOUTS,
      });
      assert.equal(train.digest, entry.splits.train.digest);
      assert.equal(test.digest, entry.splits.test.digest);
      // The first mirror is left after its failure.
      assert.deepEqual(asked, [
        ...Array(CUT.includes(fault) ? 4 : 1).fill(BAD_URL),
        ...Object.keys(files).map((file) => `http://second.test/${file}`),
      ]);
      assert.deepEqual(
        listFiles(`${folder}/fixture/raw`),
        [...Object.keys(files), ...aside].sort(),
      );
    });
  });

  Deno.test(`openEntry() says why and keeps only what is set aside when all it gets is: ${fault}`, async () => {
    await inFolder(async (folder) => {
      const fetch: Fetch = (url) =>
        url === BAD_URL ? first() : offline(url, null!);
      await assert.rejects(
        openEntry("fixture", entry, {
          ...optionsIn(folder, fetch),
          timeouts: TIMEOUTS,
        }),
        (error) => error instanceof DataError && message.test(error.message),
      );
      assert.deepEqual(listFiles(`${folder}/fixture`), [
        "lock",
        ...aside.map((file) => `raw/${file}`),
      ]);
    });
  });
}

Deno.test("openEntry() goes by the raw file's SHA-256 when a mirror has packed it anew", async () => {
  const gzipMd5 = undefined;
  const open = {
    ...entry,
    files: Object.fromEntries(
      Object.entries(entry.files).map((
        [name, file],
      ) => [name, { ...file, gzipMd5 }]),
    ),
  };
  const wrong = idx([50, 28, 28], new Uint8Array(50 * 784));
  await inFolder(async (folder) => {
    const { fetch, asked } = fetchOf({ ...GOOD, [BAD_URL]: gzip(wrong) });
    await openEntry("fixture", open, optionsIn(folder, fetch));
    assert.deepEqual(asked.slice(0, 2), [
      BAD_URL,
      "http://second.test/train-images",
    ]);
  });
});

Deno.test("openEntry() refuses the registry's own files when they give another split than it says", async () => {
  const { train } = entry.splits;
  const { digest, ...unknown } = train;
  const cases: readonly (readonly [typeof train, string])[] = [
    [
      { ...train, digest: "0".repeat(64) },
      `the train split's digest is ${digest}, expected ${"0".repeat(64)}`,
    ],
    [
      { ...unknown, count: train.count! + 1 },
      `the train split has ${train.count} images, expected ${train.count! + 1}`,
    ],
  ];
  for (const [other, message] of cases) {
    await inFolder(async (folder) => {
      const splits = { ...entry.splits, train: other };
      await assert.rejects(
        openEntry("fixture", { ...entry, splits }, {
          ...optionsIn(folder, fetchOf(GOOD).fetch),
          timeouts: TIMEOUTS,
        }),
        (error) =>
          error instanceof DataError && error.exitCode === 5 &&
          error.message.includes(message) &&
          error.message.includes("its entry and decoder disagree"),
      );
      assert(
        !listFiles(`${folder}/fixture`).includes("train.bin"),
        "it was cached",
      );
    });
  }
});

Deno.test("openEntry() turns to the mirrors when the npm package is missing or another", async () => {
  for (const npm of ["no-such-package@1.0.0", "yaml@2.9.1"]) {
    await inFolder(async (folder) => {
      const { fetch, asked } = fetchOf(GOOD);
      await openEntry("fixture", {
        ...entry,
        sources: [{ npm, path: "package.json" }, ...entry.sources],
      }, optionsIn(folder, fetch));
      assert.equal(asked.length, 4);
    });
  }
});

Deno.test("openEntry() sets an earlier download aside and fetches it again when it is corrupt", async () => {
  await inFolder(async (folder) => {
    const raw = `${folder}/fixture/raw`;
    await Deno.mkdir(raw, { recursive: true });
    const labels = files["train-labels"]!;
    await Deno.writeFile(`${raw}/train-labels`, replaced(labels, 20));
    await Deno.writeFile(`${raw}/test-images.gz`, new Uint8Array(7));
    await Deno.writeFile(`${raw}/test-labels.gz`, gzip(files["test-labels"]!));
    const { fetch, asked } = fetchOf(GOOD);
    await openEntry("fixture", entry, optionsIn(folder, fetch));
    assert.deepEqual(
      asked.map((url) => url.slice("http://first.test/".length)),
      ["train-images.gz", "train-labels.gz", "test-images.gz"],
    );
    assert.deepEqual(listFiles(raw), [
      ...["test-images.gz", "test-images.gz.corrupt-1", "test-labels.gz"],
      ...["train-images.gz", "train-labels.corrupt-1", "train-labels.gz"],
    ]);
  });
});

/** A folder of the user's, given first. */
async function withOwn(
  own: Readonly<Record<string, Uint8Array>>,
  test: (folder: string, dataDir: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const dataDir = `${folder}/own`;
    await Deno.mkdir(dataDir);
    for (const [name, bytes] of Object.entries(own)) {
      await Deno.writeFile(`${dataDir}/${name}`, bytes);
    }
    await test(folder, dataDir);
    for (const [name, bytes] of Object.entries(own)) {
      assert.deepEqual(await Deno.readFile(`${dataDir}/${name}`), bytes);
    }
    assert.deepEqual(listFiles(dataDir), Object.keys(own).sort());
  });
}

Deno.test("openEntry() takes the user's files, packed or not, without the network", async () => {
  const own = {
    ...files,
    "test-images": files["test-labels"]!,
  } as Record<string, Uint8Array<ArrayBuffer>>;
  own["test-images.gz"] = gzip(files["test-images"]!);
  delete own["test-images"];
  await withOwn(own, async (folder, dataDir) => {
    const { test } = await openEntry("fixture", entry, {
      ...optionsIn(`${folder}/cache`, offline),
      dataDir,
    });
    assert.equal(test.digest, entry.splits.test.digest);
  });
});

Deno.test("openEntry() takes the user's files in another order; without a digest of the split they are not known to be official", async () => {
  const images = files["train-images"]!;
  const labels = files["train-labels"]!;
  const reversed = {
    ...files,
    "train-images": idx(
      [50, 28, 28],
      Uint8Array.from(
        { length: 50 * 784 },
        (_, i) => images[16 + (49 - Math.floor(i / 784)) * 784 + i % 784]!,
      ),
    ),
    "train-labels": idx([50], labels.slice(8).reverse()),
  };
  await withOwn(reversed, async (folder, dataDir) => {
    const options = {
      ...optionsIn(`${folder}/cache`, offline),
      dataDir,
    };
    const { train } = await openEntry("fixture", entry, options);
    assert.equal(train.digest, entry.splits.train.digest);
    const { train: { files }, test } = entry.splits;
    const open = { ...entry, splits: { train: { files }, test } };
    assert.equal(
      (await openEntry("unknown", open, options)).isOfficial,
      false,
    );
  });
});

Deno.test("openEntry() refuses the user's files when they cannot be read as IDX or gzip", async () => {
  const broken: readonly [Record<string, Uint8Array>, RegExp][] = [
    [{ ...files, "train-images": new Uint8Array(0) }, /Cannot decode IDX/],
    [
      { ...files, "train-labels": files["train-labels"]!.slice(0, -1) },
      /length is 57 bytes, expected 58[^]*train-labels: its SHA-256/,
    ],
    [
      {
        "train-images.gz": good.slice(0, -20),
        "train-labels": files["train-labels"]!,
      },
      /Cannot unpack ".*own\/train-images/,
    ],
  ];
  for (const [own, message] of broken) {
    await withOwn(own, async (folder, dataDir) => {
      await assert.rejects(
        openEntry("fixture", entry, {
          ...optionsIn(`${folder}/cache`, fetchOf(GOOD).fetch),
          dataDir,
        }),
        (error) => error instanceof DataError && message.test(error.message),
      );
    });
  }
});

Deno.test("openEntry() fetches the split that the user's folder lacks, or all of a set that it need not have", async () => {
  const test = {
    "test-images": files["test-images"]!,
    "test-labels": files["test-labels"]!,
  };
  for (
    const [own, requireOwn, fetched] of [
      [test, true, ["train-images", "train-labels"]],
      [{}, false, Object.keys(files)],
    ] as const
  ) {
    await withOwn(own, async (folder, dataDir) => {
      const { fetch, asked } = fetchOf(GOOD);
      await openEntry("fixture", entry, {
        ...optionsIn(`${folder}/cache`, fetch),
        dataDir,
        requireOwn,
      });
      assert.deepEqual(
        asked.map((url) => url.replace(/^.*\//, "").replace(/\.gz$/, "")),
        fetched,
      );
    });
  }
});

Deno.test("openEntry() reports the bytes of downloads", async () => {
  await inFolder(async (folder) => {
    const seen: [bytes: number, totalBytes: number | undefined][] = [];
    await openEntry("fixture", entry, {
      ...optionsIn(folder, fetchOf(GOOD).fetch),
      onProgress: ({ action, file, bytes, totalBytes }) => {
        if (action === "download" && file === BAD_URL) {
          seen.push([bytes, totalBytes]);
        }
      },
    });
    assert.deepEqual(seen, [
      [good.length >> 1, good.length],
      [good.length, good.length],
    ]);
  });
});
