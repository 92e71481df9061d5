import assert from "node:assert/strict";
import { createPieceCache } from "../../lib/queue/_piece_cache.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { heard } from "../lab/_heard.ts";

const PIECE = new Uint8Array([1, 2, 3]);
const DIGEST = sha256Hex(PIECE);
/** When a worker had its pieces last. */
const LONG_AGO = new Date("2001-01-01");

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "n2n-pieces-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lines that were said of the disk. */
function complaints(said: string): number {
  return said.match(/Training data on this machine's disk/g)?.length ?? 0;
}

// Seen to fail: where only what is not there counted as such.
Deno.test("createPieceCache() does without a folder that is none, and says so once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a file`;
    await Deno.writeFile(path, PIECE);
    const said = await heard(async () => {
      const cache = await createPieceCache(path);
      assert.equal(await cache.read(DIGEST), undefined);
      await cache.write(DIGEST, PIECE);
      assert.equal(await cache.read(DIGEST), undefined);
    });
    assert.equal(complaints(said), 1, said);
  }));

Deno.test("createPieceCache() keeps pieces beside one that cannot be read", () =>
  inFolder(async (folder) => {
    const other = sha256Hex(new Uint8Array([4]));
    await Deno.mkdir(`${folder}/${other}`);
    const said = await heard(async () => {
      const cache = await createPieceCache(folder);
      assert.equal(await cache.read(other), undefined);
      await cache.write(DIGEST, PIECE);
      assert.deepEqual(await cache.read(DIGEST), PIECE);
    });
    assert.equal(complaints(said), 1, said);
  }));

Deno.test("createPieceCache() deletes what is old, and starts where it cannot", () =>
  inFolder(async (folder) => {
    const makeOld = async () => {
      for (const name of ["first", "second"]) {
        await Deno.writeFile(`${folder}/${name}`, PIECE);
        await Deno.utime(`${folder}/${name}`, LONG_AGO, LONG_AGO);
      }
    };
    const names = async () =>
      (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
        .sort();
    await makeOld();
    await Deno.writeFile(`${folder}/${DIGEST}`, PIECE);
    await createPieceCache(folder);
    assert.deepEqual(await names(), [DIGEST]);
    await makeOld();
    const { remove } = Deno;
    Deno.remove = (path) =>
      `${path}`.endsWith("first")
        ? Promise.reject(new Deno.errors.PermissionDenied("not yours"))
        : remove(path);
    try {
      const said = await heard(async () => {
        const cache = await createPieceCache(folder);
        assert.deepEqual(await cache.read(DIGEST), PIECE);
      });
      assert.equal(complaints(said), 1, said);
    } finally {
      Deno.remove = remove;
    }
    assert.deepEqual(await names(), [DIGEST, "first"].sort());
  }));
