import assert from "node:assert/strict";
import { setRecordAside } from "../../lib/lab/records/set_aside.ts";
import { killEverywhere } from "./_kill.ts";

const NAMES = ["a-w0.25.json", "a-w0.25.environment.json", "a-w0.25-x.svg"];

function pathsIn(folder: string): readonly string[] {
  return NAMES.map((name) => `${folder}/${name}`);
}

async function fill(folder: string, text = "old"): Promise<void> {
  for (const name of NAMES) {
    await Deno.writeTextFile(`${folder}/${name}`, `${text} ${name}`);
  }
}

async function contentsOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(".")) continue;
    files.set(name, await Deno.readTextFile(`${folder}/${name}`));
  }
  return files;
}

async function inFolder(run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ASIDE = new Map([
  ["a-w0.25.1234abcd.json", "old a-w0.25.json"],
  ["a-w0.25.1234abcd.environment.json", "old a-w0.25.environment.json"],
  ["a-w0.25.1234abcd-x.svg", "old a-w0.25-x.svg"],
]);

Deno.test("setRecordAside() moves all files of a record under one new name", async () => {
  await inFolder(async (folder) => {
    await fill(folder);
    await Deno.writeTextFile(`${folder}/b.json`, "other");
    await setRecordAside(pathsIn(folder), "1234abcd");
    assert.deepEqual(
      await contentsOf(folder),
      new Map([...ASIDE, ["b.json", "other"]]),
    );
  });
});

Deno.test("setRecordAside() passes over files that are missing, and does nothing without the record", async () => {
  await inFolder(async (folder) => {
    await fill(folder);
    await Deno.remove(`${folder}/a-w0.25-x.svg`);
    await setRecordAside(pathsIn(folder), "1");
    assert.deepEqual([...(await contentsOf(folder)).keys()].sort(), [
      "a-w0.25.1.environment.json",
      "a-w0.25.1.json",
    ]);
    await Deno.writeTextFile(`${folder}/a-w0.25-x.svg`, "new");
    await setRecordAside(pathsIn(folder), "1");
    assert.equal((await contentsOf(folder)).get("a-w0.25-x.svg"), "new");
  });
});

Deno.test("setRecordAside() refuses when another record has the new name", async () => {
  await inFolder(async (folder) => {
    await fill(folder);
    await Deno.writeTextFile(`${folder}/a-w0.25.1.json`, "other");
    const before = await contentsOf(folder);
    await assert.rejects(
      setRecordAside(pathsIn(folder), "1"),
      /Cannot set a record aside: ".*a-w0\.25\.1\.json" is another one, expected none; move it away/,
    );
    assert.deepEqual(await contentsOf(folder), before);
  });
});

Deno.test("setRecordAside() refuses paths that are not of one record", async () => {
  await assert.rejects(
    setRecordAside(["r/a.json", "r/b.svg"], "1"),
    /path is "r\/b\.svg", expected "r\/a…"/,
  );
  await assert.rejects(
    setRecordAside(["r/a.svg"], "1"),
    /path is "r\/a\.svg", expected "NAME\.json" as the first/,
  );
});

Deno.test("setRecordAside() leaves each record with its files when killed anywhere, and finishes when called again", async () => {
  const kills = await killEverywhere({
    prepare: fill,
    work: (folder) => setRecordAside(pathsIn(folder), "1234abcd"),
    async check(folder) {
      const files = await contentsOf(folder);
      const whole = ["a-w0.25", "a-w0.25.1234abcd"].filter((base) =>
        files.has(`${base}.json`)
      );
      assert(whole.length > 0, "the record is gone");
      for (const base of whole) {
        for (const name of NAMES) {
          const there = files.get(name.replace("a-w0.25", base));
          assert.equal(there, `old ${name}`);
        }
      }
      await setRecordAside(pathsIn(folder), "1234abcd");
      const after = await contentsOf(folder);
      for (const [name, text] of ASIDE) assert.equal(after.get(name), text);
      assert(!after.has("a-w0.25.json"));
    },
  });
  // Three copies come into being and three files go.
  assert.equal(kills, 6);
});
