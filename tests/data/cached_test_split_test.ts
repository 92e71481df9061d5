import assert from "node:assert/strict";
import {
  openTestSplit,
  readCachedTestSplit,
} from "../../lib/data/test_split.ts";
import { openDataSet } from "../../lib/data/mod.ts";
import { dataCache } from "../../lib/lab/mod.ts";

const HANDLE = await openDataSet("mnist", { cacheDir: dataCache() });

/** Runs a test in a folder of its own. */
async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-data-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readCachedTestSplit() gives the split that opening the set gives", async () => {
  const read = await readCachedTestSplit("mnist", { cacheDir: dataCache() });
  assert(read !== undefined && "split" in read);
  assert.equal(read.digest, HANDLE.digest.test);
  const { images, labels, ...rest } = await openTestSplit(HANDLE);
  const { images: ownImages, labels: ownLabels, ...own } = read.split;
  assert.deepEqual(own, rest);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.prototype.every.call(a, (value, i) => value === b[i]);
  assert(same(ownImages, images) && same(ownLabels, labels));
});

// Seen to fail: with the digest of the content not compared.
Deno.test("readCachedTestSplit() reads no damaged file, and writes nothing", async () => {
  await inFolder(async (folder) => {
    const cache = { cacheDir: folder };
    assert.equal(await readCachedTestSplit("mnist", cache), undefined);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    await Deno.mkdir(`${folder}/mnist`);
    const bytes = await Deno.readFile(`${dataCache()}/mnist/test.bin`);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(`${folder}/mnist/test.bin`, bytes);
    const read = await readCachedTestSplit("mnist", cache);
    assert(read !== undefined && "reason" in read);
    assert.match(read.reason, /^its SHA-256 is [0-9a-f]{64}, expected/);
    const names = await Array.fromAsync(Deno.readDir(`${folder}/mnist`));
    assert.deepEqual(names.map(({ name }) => name), ["test.bin"]);
  });
  await assert.rejects(
    readCachedTestSplit("mnits", { cacheDir: dataCache() }),
    RangeError,
  );
});
