import assert from "node:assert/strict";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { DataError } from "../../lib/data/mod.ts";
import type { Source } from "../../lib/data/registry.ts";
import { Child } from "./_child_process.ts";
import {
  fetchFrom,
  inFolder,
  listFiles,
  makeFixture,
  offline,
  optionsIn,
  served,
} from "./_fixture.ts";
import { type Answer, type Asked, withServer } from "./_server.ts";

/** The train images take about 1 MB as they are served. */
const COUNTS = { train: 1400, test: 10 };
const FIXTURE = makeFixture(COUNTS);
const { entry } = FIXTURE;
const DIGEST = [entry.splits.train.digest, entry.splits.test.digest];
const TIMEOUTS = { answerMs: 2000, stallMs: 100, paceMs: 9e5, retryMs: 1 };

/** The file that the faults are done to. */
const IMAGES = "/train-images.gz";
const FILES = Object.fromEntries(
  Object.entries(served(FIXTURE)).map((
    [url, bytes],
  ) => [new URL(url).pathname, bytes]),
);
const SIZE = FILES[IMAGES]!.length;
const HEADERS = { etag: '"one"' };
const RAW = Object.keys(entry.files).map((file) => `raw/${file}.gz`).sort();
const WHOLE = ["lock", ...RAW, "test.bin", "train.bin"];

/** Answers with the file that a path names. */
function whole(path: string): Answer {
  return { bytes: FILES[path]!, headers: HEADERS };
}

function ofImages(asked: readonly Asked[]): readonly Asked[] {
  return asked.filter(({ path }) => path === IMAGES);
}

/** Opens the set in this process, from a server. */
async function open(
  cacheDir: string,
  { origin, sources = entry.sources }: {
    readonly origin: string;
    readonly sources?: readonly Source[];
  },
): Promise<{ readonly aside: readonly string[] }> {
  const aside: string[] = [];
  const { train, test } = await openEntry(
    "fixture",
    { ...entry, sources: [...sources] },
    {
      ...optionsIn(cacheDir, fetchFrom(origin)),
      timeouts: TIMEOUTS,
      onProgress: ({ action, file }) => {
        if (action === "setAside") aside.push(file);
      },
    },
  );
  assert.deepEqual([train.digest, test.digest], DIGEST);
  return { aside };
}

/** Waits until a file has a length. */
async function reaches(path: string, bytes: number): Promise<void> {
  for (let tries = 0;; tries++) {
    const size = await Deno.stat(path).then((stat) => stat.size, () => 0);
    if (size === bytes) return;
    assert(tries < 2000, `${size} of ${bytes} bytes after 20 s`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

Deno.test("openEntry() fetches only the missing bytes after a process was killed in a download, twice", async () => {
  const stops = [300_000, 450_000];
  await inFolder(async (cacheDir) => {
    const part = `${cacheDir}/fixture/raw${IMAGES}.part`;
    await withServer(
      (number, path) => ({
        ...whole(path),
        ...number < 2 ? { stopAfter: stops[number]!, stop: "silence" } : {},
      }),
      async ({ origin, asked }) => {
        for (const bytes of [stops[0]!, stops[0]! + stops[1]!]) {
          const child = new Child({ cacheDir, counts: COUNTS, origin });
          await child.ready();
          const end = child.run();
          await reaches(part, bytes);
          child.kill();
          assert.deepEqual(await end, { signal: "SIGKILL" });
          assert.deepEqual(listFiles(`${cacheDir}/fixture/raw`), [
            "train-images.gz.part",
            "train-images.gz.part.json",
          ]);
        }
        const { aside } = await open(cacheDir, { origin });
        assert.deepEqual(aside, []);
        assert.deepEqual(
          ofImages(asked).map(({ range, ifRange, sent }) => ({
            range,
            ifRange,
            sent,
          })),
          [
            { range: null, ifRange: null, sent: 300_000 },
            { range: "bytes=300000-", ifRange: '"one"', sent: 450_000 },
            { range: "bytes=750000-", ifRange: '"one"', sent: SIZE - 750_000 },
          ],
        );
        assert.deepEqual(listFiles(`${cacheDir}/fixture`), WHOLE);
        assert.deepEqual(
          await Deno.readFile(`${cacheDir}/fixture/raw${IMAGES}`),
          FILES[IMAGES],
        );
      },
    );
  });
});

Deno.test({
  name:
    "openEntry() keeps what has come when a file cannot grow, and goes on later",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await inFolder(async (cacheDir) => {
      await withServer((_, path) => whole(path), async ({ origin, asked }) => {
        const child = new Child({ cacheDir, counts: COUNTS, origin }, 500);
        await child.ready();
        const { result } = await child.run();
        const part = `${cacheDir}/fixture/raw${IMAGES}.part`;
        const { fault = "none" } = result!;
        const expected = `Cannot write "${part}": File too large (os error 27)`;
        assert(fault.startsWith(expected), fault);
        const { size } = await Deno.stat(part);
        assert.equal(size, 500 * 1024);
        await open(cacheDir, { origin });
        const [, second, ...more] = ofImages(asked);
        assert.equal(second!.range, `bytes=${size}-`);
        assert.equal(second!.sent, SIZE - size);
        assert.deepEqual(more, []);
        assert.deepEqual(listFiles(`${cacheDir}/fixture`), WHOLE);
      });
    });
  },
});

Deno.test("openEntry() sets a wrongly joined file aside and asks for the whole once", async () => {
  const other = FILES[IMAGES]!.map((byte) => byte ^ 1);
  const answers = (good: boolean): readonly Answer[] => [
    // A server that gives another file the same tag.
    { bytes: other, headers: HEADERS, stopAfter: 1000 },
    whole(IMAGES),
    good ? whole(IMAGES) : { bytes: other, headers: HEADERS },
  ];
  for (const good of [true, false]) {
    await inFolder(async (cacheDir) => {
      const raw = `${cacheDir}/fixture/raw`;
      await withServer(
        (number, path) => answers(good)[number] ?? whole(path),
        async ({ origin, asked }) => {
          const { aside } = await open(cacheDir, { origin });
          const names = good ? [1] : [1, 2];
          assert.deepEqual(
            aside,
            names.map((n) => `${raw}${IMAGES}.corrupt-${n}`),
          );
          const [, ...joined] = await Deno.readFile(aside[0]!);
          assert.equal(joined.length, SIZE - 1);
          assert.deepEqual(ofImages(asked).map(({ range }) => range), [
            null,
            "bytes=1000-",
            null,
          ]);
          // The next source is asked when the whole is wrong too.
          const next = asked.some(({ path }) => path === "/train-images");
          assert.equal(next, !good);
        },
      );
    });
  }
});

Deno.test("openEntry() says what is there when all sources fail, and goes on with the same source", async () => {
  const sources: readonly Source[] = [
    { url: "http://first.test/a/{file}.gz" },
    { url: "http://second.test/b/{file}.gz" },
  ];
  const nameOf = (path: string) => path.slice("/a".length);
  // At first one mirror lacks the file and the other is cut.
  let isBad = true;
  await inFolder(async (cacheDir) => {
    await withServer(
      (_, path) => {
        if (!isBad) return whole(nameOf(path));
        return path.startsWith("/a")
          ? { status: 404 }
          : { ...whole(nameOf(path)), stopAfter: 1000 };
      },
      async ({ origin, asked }) => {
        const part = `${cacheDir}/fixture/raw${IMAGES}.part`;
        const line =
          `"${part}" has 4000 of ${SIZE} bytes; the next run goes on from there`;
        const { bytes, sha256 } = entry.files["train-images"]!;
        const fix =
          `Put the file, or its .gz, into "${cacheDir}/fixture/raw" by hand: ${bytes} bytes unpacked, SHA-256 ${sha256}`;
        await assert.rejects(open(cacheDir, { origin, sources }), (error) => {
          assert(error instanceof DataError);
          assert.deepEqual(error.message.split("\n").slice(-2), [line, fix]);
          return true;
        });
        // Without a network it is still said.
        await assert.rejects(
          openEntry("fixture", { ...entry, sources: [...sources] }, {
            ...optionsIn(cacheDir, offline),
          }),
          (error) =>
            error instanceof DataError && error.message.includes(line) &&
            error.message.includes(fix),
        );
        isBad = false;
        const before = asked.length;
        await open(cacheDir, { origin, sources });
        const { path, range, sent } = asked[before]!;
        assert.deepEqual(
          { path, range, sent },
          { path: `/b${IMAGES}`, range: "bytes=4000-", sent: SIZE - 4000 },
        );
        // The other files come in the usual order.
        assert(asked.slice(before + 1).every(({ path }) => /^\/a/.test(path)));
        assert.deepEqual(listFiles(`${cacheDir}/fixture`), WHOLE);
      },
    );
  });
});

Deno.test("openEntry() clears what has begun when the file comes from elsewhere or by hand", async () => {
  for (const byHand of [true, false]) {
    await inFolder(async (cacheDir) => {
      const raw = `${cacheDir}/fixture/raw`;
      await withServer(
        (_, path) => {
          const stopAfter = path === IMAGES ? 1000 : Infinity;
          return { ...whole(path), stopAfter };
        },
        async ({ origin }) => {
          if (byHand) {
            await assert.rejects(open(cacheDir, {
              origin,
              sources: entry.sources.slice(0, 1),
            }));
            assert.equal((await Deno.stat(`${raw}${IMAGES}.part`)).size, 4000);
            await Deno.writeFile(`${raw}${IMAGES}`, FILES[IMAGES]!);
          }
          await open(cacheDir, { origin });
          assert(!listFiles(raw).some((file) => file.includes("part")));
        },
      );
    });
  }
});
