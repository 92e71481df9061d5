import assert from "node:assert/strict";
import { dirname } from "node:path";
import { DataError } from "../../lib/data/mod.ts";
import { openEntry } from "../../lib/data/cache/open_entry.ts";
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
    await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
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

/** A fixture's files, below a folder. */
function below(
  folder: string,
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
): Record<string, Uint8Array<ArrayBuffer>> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [`${folder}${name}`, bytes]),
  );
}

/** The same files, each as .gz. */
function packed(
  files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>,
): Record<string, Uint8Array<ArrayBuffer>> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzip(bytes)]),
  );
}

/** What a DataError of opening the fixture from `folder`/own says. */
async function refused(folder: string): Promise<string> {
  let message = "";
  await assert.rejects(
    // Any help from elsewhere would be there.
    openEntry("My-Set", entry, {
      ...optionsIn(`${folder}/cache`, fetchOf(served(OFFICIAL)).fetch),
      dataDir: `${folder}/own`,
    }),
    (error) => {
      assert(error instanceof DataError, String(error));
      assert.equal(error.exitCode, 5);
      message = error.message;
      return true;
    },
  );
  return message;
}

Deno.test("openEntry() finds the user's files in raw/ and in a folder named like the set, packed or not", async () => {
  const { files } = OTHER;
  const forms = [
    below("raw/", files),
    below("My-Set/", files),
    // As torchvision keeps MNIST.
    below("MySet/raw/", files),
    below("my_set/raw/", packed(files)),
    packed(files),
    // The first folder that has a whole split goes before others.
    { ...files, ...below("raw/", OFFICIAL.files) },
    { "train-images": files["train-images"]!, ...below("raw/", files) },
  ];
  for (const form of forms) {
    await inFolder(async (folder) => {
      await write(`${folder}/own`, form);
      const { train, test, isOfficial } = await openEntry("My-Set", entry, {
        ...optionsIn(`${folder}/cache`, offline),
        dataDir: `${folder}/own`,
      });
      assert.equal(train.digest, OTHER.entry.splits.train.digest);
      assert.equal(test.digest, OTHER.entry.splits.test.digest);
      assert.equal(isOfficial, false);
    });
  }
});

Deno.test("openEntry() takes packed files of the user's that hold more than the official ones", () =>
  inFolder(async (folder) => {
    const larger = makeFixture({ train: 60, test: 25 });
    await write(`${folder}/own`, packed(larger.files));
    const { train, test, isOfficial } = await openEntry("set", entry, {
      ...optionsIn(`${folder}/cache`, offline),
      dataDir: `${folder}/own`,
    });
    assert.equal(train.digest, larger.entry.splits.train.digest);
    assert.equal(test.digest, larger.entry.splits.test.digest);
    assert.equal(isOfficial, false);
  }));

Deno.test("openEntry() refuses a user's folder that has nothing of the set, and says what it has", () =>
  inFolder(async (folder) => {
    const own = `${folder}/own`;
    assert.match(await refused(folder), /^ {2}.*\/own: no such folder$/m);
    await write(own, {});
    assert.match(await refused(folder), /^ {2}.*\/own: nothing$/m);
    // Files that are named nearly right, and a folder named like another set.
    await write(own, {
      "train-images.zip": new Uint8Array(3),
      "MySet/raw/train_images": new Uint8Array(3),
      "Other/raw/train-images": new Uint8Array(3),
      ...below(
        "z",
        Object.fromEntries(
          [..."123456789"].map((name) => [name, new Uint8Array(1)]),
        ),
      ),
    });
    const message = await refused(folder);
    assert.equal(
      message,
      `Cannot find the fixture in "${own}": expected train-images, train-labels, test-images, test-labels (each as it is or as .gz), in it, its raw/, or a folder in it that is named like the set (My-Set)
What is there:
  ${own}: MySet, Other, train-images.zip, z1, z2, z3, z4, z5 and 4 more
  ${own}/MySet: raw
  ${own}/MySet/raw: train_images
Put the files there, or name a folder that has them with --data; without it the set is fetched`,
    );
    assert.deepEqual(
      listFiles(folder).filter((name) => name.startsWith("cache")),
      [],
    );
  }));

Deno.test("openEntry() never completes a split of the user's from elsewhere", async () => {
  const { files } = OTHER;
  const { "train-labels": labels, ...rest } = files;
  for (
    const [form, there] of [
      [rest, ""],
      [below("raw/", rest), "/raw"],
      [below("MySet/raw/", packed(rest)), "/MySet/raw"],
      // Two places of the user's are two origins, too.
      [{ ...rest, "raw/train-labels": labels! }, ""],
    ] as const
  ) {
    await inFolder(async (folder) => {
      await write(`${folder}/own`, form);
      assert.equal(
        await refused(folder),
        `Cannot use the fixture in "${folder}/own${there}": of the train split it has train-images, but not train-labels; put the missing files there (each as it is or as .gz), for files of several origins are never put together`,
      );
      // Nor when the folder need not have the set.
      await assert.rejects(
        openEntry("My-Set", entry, {
          ...optionsIn(`${folder}/cache`, fetchOf(served(OFFICIAL)).fetch),
          dataDir: `${folder}/own`,
          requireOwn: false,
        }),
        DataError,
      );
    });
  }
});

Deno.test("openEntry() refuses a split of the user's that is empty", () =>
  inFolder(async (folder) => {
    await write(`${folder}/own`, {
      ...OTHER.files,
      "test-images": idx([0, 28, 28], new Uint8Array(0)),
      "test-labels": idx([0], new Uint8Array(0)),
    });
    // The second time from the cache.
    for (const _ of [1, 2]) {
      assert.equal(
        await refused(folder),
        `Cannot use data set "My-Set" in "${folder}/own": the test split has 0 images, expected at least 1`,
      );
    }
  }));

Deno.test("openEntry() waits for no pipe in the user's folder", {
  ignore: Deno.build.os === "windows",
}, () =>
  inFolder(async (folder) => {
    await write(`${folder}/own`, {});
    await new Deno.Command("mkfifo", { args: [`${folder}/own/train-images`] })
      .output();
    assert.match(await refused(folder), /own: train-images$/m);
  }));
