import assert from "node:assert/strict";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import {
  fetchOf,
  inFolder,
  listFiles,
  makeFixture,
  offline,
  optionsIn,
  served,
} from "./_fixture.ts";

const OFFICIAL = makeFixture({ train: 50, test: 20 });
const { entry } = OFFICIAL;
/** Fewer images, all of them other ones. */
const OTHER = makeFixture({ train: 30, test: 10 });

/** Writes a fixture's files into a folder. */
async function write(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

Deno.test("openEntry() takes other content from the user's folder, says so, and caches it apart", () =>
  inFolder(async (folder) => {
    const cache = `${folder}/cache`;
    const own = { ...optionsIn(cache, offline), dataDir: `${folder}/own` };
    await write(own.dataDir, OTHER.files);
    const { fetch } = fetchOf(served(OFFICIAL));
    const official = await openEntry("set", entry, optionsIn(cache, fetch));
    assert.equal(official.isOfficial, true);
    const whole = listFiles(`${cache}/set`);
    // Also the second time, from the cache.
    for (const _ of [1, 2]) {
      const other = await openEntry("set", entry, own);
      assert.equal(other.isOfficial, false);
      assert.equal(other.train.split.count, 30);
      assert.equal(other.train.digest, OTHER.entry.splits.train.digest);
      assert.equal(other.test.digest, OTHER.entry.splits.test.digest);
    }
    assert.deepEqual(listFiles(`${cache}/set`), whole);
    const again = await openEntry("set", entry, optionsIn(cache, offline));
    assert.equal(again.train.digest, entry.splits.train.digest);
  }));

Deno.test("openEntry() keeps the official content of a user's folder as such, and decodes it once", () =>
  inFolder(async (folder) => {
    const cache = `${folder}/cache`;
    const dataDir = `${folder}/own`;
    await write(dataDir, OFFICIAL.files);
    let decoded = 0;
    const options = {
      ...optionsIn(cache, offline),
      dataDir,
      onProgress({ action }: { readonly action: string }) {
        if (action === "decode") decoded++;
      },
    };
    for (const _ of [1, 2]) {
      const { train, isOfficial } = await openEntry("set", entry, options);
      assert.equal(isOfficial, true);
      assert.equal(train.digest, entry.splits.train.digest);
      assert.equal(decoded, 4);
    }
    const { isOfficial } = await openEntry(
      "set",
      entry,
      optionsIn(cache, offline),
    );
    assert.equal(isOfficial, true);
  }));

Deno.test("openEntry() looks at a user's folder again when a file of it changes", () =>
  inFolder(async (folder) => {
    const dataDir = `${folder}/own`;
    const options = { ...optionsIn(`${folder}/cache`, offline), dataDir };
    await write(dataDir, OTHER.files);
    const before = await openEntry("set", entry, options);
    await write(dataDir, OFFICIAL.files);
    const after = await openEntry("set", entry, options);
    assert.notEqual(before.train.digest, after.train.digest);
    assert.equal(after.isOfficial, true);
  }));

Deno.test("openEntry() does not call a set official of which one split is", () =>
  inFolder(async (folder) => {
    const dataDir = `${folder}/own`;
    await write(dataDir, {
      ...OFFICIAL.files,
      "test-images": OTHER.files["test-images"]!,
      "test-labels": OTHER.files["test-labels"]!,
    });
    const { train, isOfficial } = await openEntry("set", entry, {
      ...optionsIn(`${folder}/cache`, offline),
      dataDir,
    });
    assert.equal(isOfficial, false);
    assert.equal(train.digest, entry.splits.train.digest);
  }));

Deno.test("openEntry() makes a damaged cache of the user's content anew", () =>
  inFolder(async (folder) => {
    const cache = `${folder}/cache`;
    const dataDir = `${folder}/own`;
    await write(dataDir, OTHER.files);
    const options = { ...optionsIn(cache, offline), dataDir };
    await openEntry("set", entry, options);
    const [own] = listFiles(cache).filter((file) => file.endsWith("train.bin"));
    const good = await Deno.readFile(`${cache}/${own}`);
    const bad = good.slice();
    bad[bad.length - 1]! ^= 1;
    await Deno.writeFile(`${cache}/${own}`, bad);
    const { train } = await openEntry("set", entry, options);
    assert.equal(train.digest, OTHER.entry.splits.train.digest);
    assert.deepEqual(await Deno.readFile(`${cache}/${own}`), good);
    assert.deepEqual(await Deno.readFile(`${cache}/${own}.corrupt-1`), bad);
  }));
