import assert from "node:assert/strict";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { Child } from "./_child_process.ts";
import {
  fetchOf,
  inFolder,
  listFiles,
  makeFixture,
  offline,
  optionsIn,
  served,
} from "./_fixture.ts";

/** Just enough that the train split is written in more than one piece. */
const COUNTS = { train: 1400, test: 10 };
const FIXTURE = makeFixture(COUNTS);
const { entry } = FIXTURE;
const DIGEST = [entry.splits.train.digest, entry.splits.test.digest];

/** Kills a child in its report N, then opens the set here; false at the end. */
async function surviveKill(killAt: number): Promise<boolean> {
  let killed = true;
  await inFolder(async (cacheDir) => {
    const child = new Child({ cacheDir, counts: COUNTS, killAt });
    await child.ready();
    const { signal, result } = await child.run();
    killed = signal === "SIGKILL";
    assert.equal(result === undefined, killed);

    const reports: string[] = [];
    const { fetch } = fetchOf(served(FIXTURE));
    const { train, test } = await openEntry("fixture", entry, {
      ...optionsIn(cacheDir, killed ? fetch : offline),
      onProgress: ({ action }) => reports.push(action),
    });
    assert.deepEqual([train.digest, test.digest], DIGEST);
    // What was half written was never taken for a file.
    assert(!reports.includes("setAside"));
    assert(!reports.includes("wait"));
    const left = listFiles(cacheDir);
    assert(!left.some((file) => /tmp|corrupt|part/.test(file)), left.join());
  });
  return killed;
}

Deno.test("openEntry() ends in the same bytes when it was killed at any step before", async () => {
  // Two children at a time, until one is not killed any more.
  let next = 1;
  let over = false;
  const worker = async () => {
    while (!over) {
      if (!await surviveKill(next++)) over = true;
    }
  };
  await Promise.all([worker(), worker()]);
  // 4 files with 2 pieces downloaded and decoded, then both splits.
  assert(next > 20, `only ${next} steps`);
});

Deno.test("openEntry() fetches and builds once when two processes open a set at once", async () => {
  await inFolder(async (cacheDir) => {
    const children = [1, 2].map(() => new Child({ cacheDir, counts: COUNTS }));
    await Promise.all(children.map((child) => child.ready()));
    const ends = await Promise.all(children.map((child) => child.run()));
    const results = ends.map(({ result }) => result!);
    for (const { digest } of results) assert.deepEqual(digest, DIGEST);
    assert.deepEqual(
      results.map(({ asked }) => asked).sort((a, b) => a - b),
      [0, 4],
    );
    assert(results.some(({ waited }) => waited));
  });
});

Deno.test("openEntry() fetches and builds once when called twice at once", async () => {
  await inFolder(async (cacheDir) => {
    const { fetch, asked } = fetchOf(served(FIXTURE));
    const sets = await Promise.all(
      [1, 2, 3].map(() =>
        openEntry("fixture", entry, optionsIn(cacheDir, fetch))
      ),
    );
    for (const { train } of sets) assert.equal(train.digest, DIGEST[0]);
    assert.equal(asked.length, 4);
  });
});
