import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dataSetNames, openDataSet } from "../../lib/data/mod.ts";
import type { Labels } from "../../lib/data/split.ts";
import * as room from "../../lib/data/mod.ts";
import { openTestSplit } from "../../lib/data/test_split.ts";
import { idx, inFolder, listFiles, sameBytes } from "./_fixture.ts";

const ROOM = new URL("../../lib/data/", import.meta.url);

/** Never reached when the package is there. */
function noNetwork(): Promise<Response> {
  return Promise.reject(new Error("the network was used"));
}

/** Class counts of MNIST as its literature gives them. */
const TRAIN_COUNTS = [
  ...[5923, 6742, 5958, 6131, 5842],
  ...[5421, 5918, 6265, 5851, 5949],
];
const TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];

function classCounts(labels: Labels): number[] {
  const counts = Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Mean and standard deviation by exact integer sums. */
function moments(images: Uint8Array): [mean: number, std: number] {
  let sum = 0;
  let squares = 0;
  for (const level of images) {
    sum += level;
    squares += level * level;
  }
  const mean = sum / images.length;
  return [mean / 255, Math.sqrt(squares / images.length - mean ** 2) / 255];
}

Deno.test("openDataSet() opens MNIST from its package, then from the cache", async () => {
  await inFolder(async (cacheDir) => {
    const actions: string[] = [];
    const first = await openDataSet("mnist", {
      cacheDir,
      fetch: noNetwork,
      onProgress: ({ action }) => actions.push(action),
    });
    const train = await first.loadTrain();
    const test = await openTestSplit(first);

    // Digests by an independent program (Python: sort, join, hashlib).
    assert.deepEqual(first.digest, {
      train: "1afdd7bac2b505afa3a0d458985c646859ef578a7758ddd74c5df3f88f6cec5b",
      test: "2a8555f58bf7e5fdd9ad849b21ad960bbbb544643d022af1d0986859d0767d83",
    });
    assert.deepEqual(first.shape, [1, 28, 28]);
    assert.equal(first.classes.length, 10);
    assert.deepEqual([train.count, test.count], [60_000, 10_000]);
    assert.deepEqual(classCounts(train.labels), TRAIN_COUNTS);
    assert.deepEqual(classCounts(test.labels), TEST_COUNTS);
    assert.deepEqual(moments(train.images), [first.mean[0], first.std[0]]);
    assert.equal(
      createHash("sha256").update(train.labels).update(train.images)
        .digest("hex"),
      first.digest.train,
    );
    assert(actions.includes("decode") && actions.includes("write"));
    assert.deepEqual(listFiles(`${cacheDir}/mnist`), [
      ...["lock", "test.bin", "train.bin"],
    ]);

    const before = await Deno.stat(`${cacheDir}/mnist/train.bin`);
    actions.length = 0;
    const second = await openDataSet("mnist", {
      cacheDir,
      fetch: noNetwork,
      onProgress: ({ action }) => actions.push(action),
    });
    assert.deepEqual(actions, []);
    assert.deepEqual(second.digest, first.digest);
    const again = await second.loadTrain();
    assert(sameBytes(again.images, train.images));
    assert(sameBytes(again.labels, train.labels));
    assert(
      sameBytes((await openTestSplit(second)).images, test.images),
    );
    const after = await Deno.stat(`${cacheDir}/mnist/train.bin`);
    assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  });
});

Deno.test("openDataSet() refuses another set's images under the names of its files, and takes those of a folder of its name", async () => {
  await inFolder(async (folder) => {
    const options = { cacheDir: `${folder}/cache`, fetch: noNetwork };
    const mnist = await openDataSet("mnist", options);
    const dataDir = `${folder}/MNIST`;
    const write = async (
      base: string,
      { images, labels }: { images: Uint8Array; labels: Labels },
      prefix: string,
    ) => {
      await Deno.mkdir(base, { recursive: true });
      const count = labels.length;
      await Deno.writeFile(
        `${base}/${prefix}-images-idx3-ubyte`,
        idx([count, 28, 28], images),
      );
      await Deno.writeFile(
        `${base}/${prefix}-labels-idx1-ubyte`,
        idx([count], Uint8Array.from(labels)),
      );
    };
    const [train, test] = [await mnist.loadTrain(), await openTestSplit(mnist)];
    await write(`${dataDir}/raw`, train, "train");
    await write(`${dataDir}/raw`, test, "t10k");
    const own = { ...options, dataDir };
    assert.equal((await openDataSet("mnist", own)).isOfficial, true);
    await assert.rejects(openDataSet("fashion-mnist", own), {
      name: "DataError",
      message:
        /are the images of MNIST handwritten digits, .* into a folder "fashion-mnist"/,
    });
    // Of fewer images, so that it is no official set.
    const some = (count: number) => ({
      images: train.images.slice(0, count * 784),
      labels: train.labels.slice(0, count),
    });
    await write(`${dataDir}/FashionMNIST`, some(300), "train");
    await write(`${dataDir}/FashionMNIST`, some(200), "t10k");
    const found = await openDataSet("fashion-mnist", own);
    assert.deepEqual(found.count, { train: 300, test: 200 });
  });
});

Deno.test("openDataSet() names the sets there are when the name is unknown", async () => {
  for (const name of ["mnits", "toString"]) {
    await assert.rejects(openDataSet(name, { cacheDir: "/nowhere" }), {
      name: "RangeError",
      message: `Cannot open a data set: name is "${name}", expected one of ${
        dataSetNames().join(", ")
      }`,
    });
  }
  assert.deepEqual(dataSetNames(), [
    "caltech256",
    "cifar10",
    "cifar100",
    "fashion-mnist",
    "mnist",
    "svhn",
  ]);
});

Deno.test("openTestSplit() refuses a handle that is not openDataSet()'s", async () => {
  const handle = { name: "mnist" } as unknown as room.DataSetHandle;
  await assert.rejects(openTestSplit(handle), TypeError);
});

Deno.test("mod.ts has no way to the test split", () => {
  assert(!Object.keys(room).some((name) => /test/i.test(name)));
  // Nor does any file that it reaches import the one that has.
  const seen = new Set<string>();
  const visit = (url: URL) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const source = Deno.readTextFileSync(url);
    for (const [, path] of source.matchAll(/from "(\.[^"]+)"/g)) {
      visit(new URL(path!, url));
    }
  };
  visit(new URL("mod.ts", ROOM));
  assert(seen.has(new URL("data_set.ts", ROOM).href));
  assert(!seen.has(new URL("test_split.ts", ROOM).href));
});
