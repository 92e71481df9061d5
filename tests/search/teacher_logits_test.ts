import assert from "node:assert/strict";
import { fillBatch } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  type Executor,
  InterruptedError,
  teacherLogits,
  type TeacherLogitsOptions,
} from "../../lib/search/mod.ts";
import { failingStore, memoryStore } from "../../lib/store/mod.ts";
import {
  encodeWeights,
  shareUint32,
  type TrainingData,
} from "../../lib/training/mod.ts";
import {
  bitsOf,
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  NETWORK,
  PLAIN,
  SMALL,
  STD,
  withFresh,
} from "../training/_problem.ts";
import { inlineExecutor } from "./_executor.ts";

const engine = await openEngine("onnx-cpu");
const MOVED = { cropPadding: 1, flip: true };
const SPLIT = makeSplit({ count: 120 });
const DATA = makeData({ split: SPLIT, train: 90, validation: 30 });
const DATA_SET = { digest: { train: "train-digest", test: "test-digest" } };
const weightsOf = (network: typeof NETWORK) =>
  withFresh(
    engine,
    network,
    makeRecipe(),
    async (program) => encodeWeights(network, await program.weights()),
  );
const WEIGHTS = await weightsOf(NETWORK);

/** An executor that knows the data, and options of a teacher with it. */
function asking(changes: Partial<TeacherLogitsOptions> = {}) {
  const executor = inlineExecutor(engine);
  const options = {
    network: NETWORK,
    weights: WEIGHTS,
    dataSet: DATA_SET,
    data: DATA,
    augmentation: MOVED,
    views: 3,
    seed: 7,
    engine,
    store: memoryStore(),
    executor,
    ...changes,
  };
  executor.register(options.data);
  return { executor, options, ask: () => teacherLogits(options) };
}

/** What one prediction of all images says of those trained on; 0 of the others. */
async function direct(
  { images: split, train }: TrainingData,
  view?: { readonly epoch: number },
): Promise<Float32Array> {
  const images = new Float32Array(split.count * 64);
  fillBatch({
    split,
    indices: Uint32Array.from({ length: split.count }, (_, row) => row),
    from: 0,
    size: split.count,
    images,
    labels: new Int32Array(split.count),
    mean: MEAN,
    std: STD,
    augmentation: view === undefined ? undefined : MOVED,
    seed: 7,
    epoch: view?.epoch ?? 0,
  });
  const logits = await withFresh(
    engine,
    NETWORK,
    makeRecipe(),
    (program) => program.predict(images, split.count),
  );
  const trained = new Set(train);
  return logits.map((value, i) => trained.has(Math.floor(i / 3)) ? value : 0);
}

Deno.test("teacherLogits() gives one shared table of direct predictions when images are not augmented", async () => {
  const { ask } = asking({ augmentation: PLAIN });
  const tables = await ask();
  assert.equal(tables.length, 1);
  assert(tables[0]!.buffer instanceof SharedArrayBuffer);
  assert.equal(bitsOf(tables[0]!), bitsOf(await direct(DATA)));
  assert(new Set(tables[0]).size > 200, "the logits hardly differ");
});

Deno.test("teacherLogits() gives a table for each view when images are augmented, the first ones the same whatever their number", async () => {
  const tables = await asking().ask();
  assert.equal(tables.length, 3);
  for (const [epoch, table] of tables.entries()) {
    assert.equal(bitsOf(table), bitsOf(await direct(DATA, { epoch })));
  }
  assert.equal(new Set(tables.map(bitsOf)).size, 3);
  const fewer = await asking({ views: 2 }).ask();
  assert.deepEqual(fewer.map(bitsOf), tables.slice(0, 2).map(bitsOf));
});

Deno.test("teacherLogits() divides many images into requests of whole chunks that make up the table", async () => {
  const split = makeSplit({ count: 5200 });
  const data = makeData({ split, train: 5150, validation: 0 });
  const { executor, ask } = asking({ data, augmentation: PLAIN });
  const [table] = await ask();
  assert.deepEqual(
    executor.predicted.map(({ rows }) => rows),
    [{ from: 0, to: 5000 }, { from: 5000, to: 5150 }],
  );
  assert.equal(bitsOf(table!), bitsOf(await direct(data)));
});

Deno.test("teacherLogits() asks only for the views that the store does not have", async () => {
  const store = memoryStore();
  const first = await asking({ store, views: 2 }).ask();
  const seen: number[] = [];
  const later = asking({
    store,
    views: 4,
    onForward: (images) => seen.push(images),
  });
  const tables = await later.ask();
  assert.deepEqual(
    later.executor.predicted.map(({ view }) => view?.epoch),
    [2, 3],
  );
  assert.deepEqual(tables.slice(0, 2).map(bitsOf), first.map(bitsOf));
  assert.deepEqual(seen, [90, 180, 270, 360]);
  const again = asking({ store, views: 4 });
  assert.deepEqual((await again.ask()).map(bitsOf), tables.map(bitsOf));
  assert.deepEqual(again.executor.predicted, []);
});

Deno.test("teacherLogits() asks anew when anything that the logits depend on is another", async () => {
  const one = { views: 1 };
  const reversed = shareUint32(DATA.train.slice().reverse());
  const cases: Readonly<Record<string, Partial<TeacherLogitsOptions>>> = {
    "another network": { network: SMALL, weights: await weightsOf(SMALL) },
    "other weights": {
      weights: encodeWeights(
        NETWORK,
        await withFresh(
          engine,
          NETWORK,
          makeRecipe(),
          (program) => program.weights(),
        ),
        { other: "bytes" },
      ),
    },
    "another data set": {
      dataSet: { digest: { ...DATA_SET.digest, train: "other" } },
    },
    "another mean": { data: { ...DATA, mean: [0.4] } },
    "another deviation": { data: { ...DATA, std: [0.3] } },
    "another order": { data: { ...DATA, train: reversed } },
    "no augmentation": { augmentation: PLAIN },
    "another augmentation": { augmentation: { ...MOVED, flip: false } },
    "another seed": { seed: 8 },
    "another version": { engine: { ...engine, version: "other" } },
  };
  for (const [name, changes] of Object.entries(cases)) {
    const store = memoryStore();
    await asking({ ...one, store }).ask();
    const other = asking({ ...one, ...changes, store });
    await other.ask();
    assert.equal(other.executor.predicted.length, 1, name);
  }
});

Deno.test("teacherLogits() does not ask again when nothing is drawn from the seed that changed", async () => {
  const store = memoryStore();
  const plain = { augmentation: PLAIN, store };
  await asking(plain).ask();
  const other = asking({ ...plain, seed: 8, views: 9 });
  await other.ask();
  assert.deepEqual(other.executor.predicted, []);
});

Deno.test("teacherLogits() keeps whole views when it is interrupted, and the rest follow", async () => {
  const store = memoryStore();
  const { executor, ask } = asking({ store });
  executor.interruptAfter(2);
  await assert.rejects(ask(), InterruptedError);
  assert.equal(store.usage().blobs.count, 1);
  const later = asking({ store });
  const tables = await later.ask();
  assert.equal(later.executor.predicted.length, 2);
  assert.deepEqual(
    tables.map(bitsOf),
    (await asking().ask()).map(bitsOf),
  );
});

Deno.test("teacherLogits() fails where the store does, and a rerun succeeds", async () => {
  const expected = (await asking().ask()).map(bitsOf);
  // Three views: each is asked for and put.
  for (let call = 1; call <= 6; call++) {
    const store = memoryStore();
    const failing = failingStore(store, call);
    await assert.rejects(asking({ store: failing.store }).ask(), {
      message: `Store failed on call ${call}`,
    });
    assert.deepEqual((await asking({ store }).ask()).map(bitsOf), expected);
  }
});

Deno.test("teacherLogits() hands on the rank", async () => {
  const ranks: (number | undefined)[] = [];
  const { options } = asking();
  const { predict } = options.executor;
  const executor: Executor = {
    ...options.executor,
    predict(request, asked) {
      ranks.push(asked?.rank);
      return predict(request, asked);
    },
  };
  await teacherLogits({ ...options, executor, rank: 4 });
  assert.deepEqual(ranks, [4, 4, 4]);
});

Deno.test("teacherLogits() throws when the teacher tells other classes apart than the data's", async () => {
  const network: typeof SMALL = {
    input: SMALL.input,
    blocks: [
      { type: "avgPool", kernel: "global", stride: 1 },
      { type: "linear", outFeatures: 4, bias: true },
    ],
  };
  const store = memoryStore();
  const { ask } = asking({ network, weights: await weightsOf(network), store });
  await assert.rejects(ask(), {
    name: "RangeError",
    message:
      "Cannot keep the teacher's logits: it tells 4 classes apart, expected the data's 3",
  });
  assert.equal(store.usage().blobs.count, 0);
});
