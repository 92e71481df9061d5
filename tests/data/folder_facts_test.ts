import assert from "node:assert/strict";
import sharp from "sharp";
import { openDataSet } from "../../lib/data/mod.ts";
import { inFolder, listFiles } from "./_fixture.ts";

/** Writes a set of grey pictures, one a class in both splits. */
async function writeSet(folder: string): Promise<void> {
  for (const [i, place] of ["train/a", "train/b", "test/a"].entries()) {
    await Deno.mkdir(`${folder}/set/${place}`, { recursive: true });
    const pixels = Uint8Array.of(10 * i, 40, 90, 250);
    await sharp(pixels, { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace("b-w").png().toFile(`${folder}/set/${place}/1.png`);
  }
}

/** Opens the set, and counts the pictures that are decoded for it. */
async function open(folder: string) {
  let decoded = 0;
  const { mean, std, classes } = await openDataSet(`folder:${folder}/set`, {
    cacheDir: `${folder}/cache`,
    onProgress: ({ action }) => {
      if (action === "decode") decoded++;
    },
  });
  return { set: { mean, std, classes }, decoded };
}

/** Changes the cached facts of a set, and opens it twice. */
async function openChanged(folder: string, change: (text: string) => string) {
  await writeSet(folder);
  const before = await open(folder);
  const cache = `${folder}/cache`;
  const [name] = listFiles(cache).filter((file) => file.endsWith("facts.json"));
  const text = await Deno.readTextFile(`${cache}/${name}`);
  const changed = change(text);
  assert.notEqual(changed, text);
  await Deno.writeTextFile(`${cache}/${name}`, changed);
  const after = await open(folder);
  const again = await open(folder);
  assert.equal(before.decoded, 3);
  assert.equal(again.decoded, 0);
  for (const { set } of [after, again]) assert.deepEqual(set, before.set);
  const files = listFiles(cache);
  return { after, isSetAside: files.includes(`${name}.corrupt-1`) };
}

/** Facts as earlier versions wrote them. */
const withoutDigest = (text: string) =>
  text.replace(/,"sha256":"[0-9a-f]{64}"/, "");

const DAMAGE: Readonly<Record<string, (text: string) => string>> = {
  "another mean": (text) => text.replace('"mean":[0.', '"mean":[0.1'),
  "another class": (text) => text.replace('["a","b"]', '["a","c"]'),
  "no classes": (text) => text.replace('"classes"', '"clasres"'),
  "no deviation": (text) => text.replace('"std":[', '"std":[],"old":['),
  "another digest": (text) =>
    text.replace(/"sha256":"....../, '"sha256":"ffffff'),
  "a cut": (text) => text.slice(0, 40),
  "nothing": () => "null",
  "another mean, and no digest": (text) =>
    withoutDigest(text).replace('"mean":[0.', '"mean":[0.1'),
  "another class, and no digest": (text) =>
    withoutDigest(text).replace('["a","b"]', '["a","c"]'),
  "no splits, and no digest": (text) =>
    withoutDigest(text).replace('"splits"', '"splats"'),
};

for (const [what, change] of Object.entries(DAMAGE)) {
  Deno.test(`openDataSet() of a folder makes its cache anew when the facts in it have ${what}`, () =>
    inFolder(async (folder) => {
      const { after, isSetAside } = await openChanged(folder, change);
      assert.equal(after.decoded, 3);
      assert(isSetAside, "the damaged facts are gone");
    }));
}

Deno.test("openDataSet() of a folder takes an earlier cache when its pictures bear the facts out", () =>
  inFolder(async (folder) => {
    const { after, isSetAside } = await openChanged(folder, withoutDigest);
    assert.equal(after.decoded, 0);
    assert(!isSetAside);
  }));
