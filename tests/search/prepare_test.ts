import assert from "node:assert/strict";
import { type DataSetHandle, fillBatch } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  countParameters,
  type Network,
  parameterTable,
} from "../../lib/network/mod.ts";
import {
  createEvaluator,
  evaluationKey,
  InterruptedError,
  type PreparedTeacher,
  type PrepareOptions,
  prepareTeacher,
  searchStages,
} from "../../lib/search/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import {
  argMax,
  decodeWeights,
  encodeWeights,
  type TrainingData,
} from "../../lib/training/mod.ts";
import {
  bitsOf,
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
import { CONFIG, forAll, PLAN } from "./_search.ts";

const engine = await openEngine("onnx-cpu");
const SPLIT = makeSplit({ count: 150 });
const DATA_SET: DataSetHandle = {
  name: "stripes",
  classes: ["rows", "columns", "checks"],
  shape: [1, 8, 8],
  mean: MEAN,
  std: STD,
  digest: { train: "train-digest", test: "test-digest" },
  count: { train: 150, test: 0 },
  isOfficial: undefined,
  loadTrain: () => Promise.resolve(SPLIT),
};
const SEEDS = { data: 1, teacher: 1, student: 1 } as const;
const DISTIL = { crossEntropy: 0, logitMse: 1 };
const MOVED = { cropPadding: 1, flip: false };

type Changes = Partial<
  Omit<PrepareOptions, "executor" | "evaluator" | "store">
>;

const DEFAULTS = {
  dataSet: DATA_SET,
  images: {
    validation: 45,
    train: 90,
    studentTrain: 30,
    studentValidation: 21,
  },
  network: NETWORK,
  // Slow enough to leave errors.
  recipe: makeRecipe({ epochs: 2, learningRate: 0.003 }),
  augmentation: PLAIN,
  views: 3,
  seeds: SEEDS,
  engine,
} as const;

/** Prepares in a process of its own: only the store may be an earlier one's. */
function preparing(changes: Changes = {}, store = memoryStore()) {
  const executor = inlineExecutor(engine);
  const evaluator = createEvaluator(store, executor, engine);
  const options = { ...DEFAULTS, ...changes, executor, evaluator, store };
  return { store, executor, evaluator, prepare: () => prepareTeacher(options) };
}

const prepared = (changes: Changes = {}) => preparing(changes).prepare();

/** All that is told of a teacher, without the functions that tell more. */
function told({ derive: _, deriveForSeed: __, ...rest }: PreparedTeacher) {
  return rest;
}

/** The three ids of data. */
function idsOf({ request, searchData, finalData }: PreparedTeacher) {
  return {
    teacher: request.data,
    search: searchData.id,
    final: finalData.id,
  };
}

const idOf = ({ id }: TrainingData) => id;

function countsByLabel(rows: Uint32Array): number[] {
  return [0, 1, 2].map((label) =>
    rows.filter((row) => SPLIT.labels[row] === label).length
  );
}

function within(inner: Uint32Array, outer: Uint32Array): boolean {
  const rows = new Set(outer);
  return inner.every((row) => rows.has(row));
}

Deno.test("prepareTeacher() divides the train split into disjoint, stratified parts of the sizes asked for", async () => {
  const { searchData, finalData } = await prepared();
  for (
    const [data, train, validation] of [
      [searchData, 30, 21],
      [finalData, 90, 45],
    ] as const
  ) {
    assert.equal(data.train.length, train);
    assert.equal(data.validation.length, validation);
    const all = new Set([...data.train, ...data.validation]);
    assert.equal(all.size, train + validation, "an image is in both parts");
    assert.deepEqual(countsByLabel(data.train), Array(3).fill(train / 3));
    assert.deepEqual(
      countsByLabel(data.validation),
      Array(3).fill(validation / 3),
    );
    assert.equal(data.images, SPLIT);
    for (const rows of [data.train, data.validation]) {
      assert(rows.buffer instanceof SharedArrayBuffer);
    }
  }
  assert(within(searchData.train, finalData.train));
  assert(within(searchData.validation, finalData.validation));
});

Deno.test("prepareTeacher() takes all images where the size is 0", async () => {
  const { searchData, finalData } = await prepared({
    images: { validation: 45, train: 0, studentTrain: 0, studentValidation: 0 },
  });
  assert.equal(finalData.train.length, 105);
  assert.deepEqual(searchData.train, finalData.train);
  assert.deepEqual(searchData.validation, finalData.validation);
  // The same images under the same teacher are the same data.
  assert.equal(searchData.id, finalData.id);
});

Deno.test("prepareTeacher() gives the trained teacher's logits for every training image", async () => {
  const { prepare, evaluator } = preparing();
  const teacher = await prepare();
  const { searchData, finalData, request, evaluation } = teacher;
  assert.equal(teacher.teacherForwards, finalData.train.length);
  assert.equal(searchData.teacherLogits.length, 1);
  assert.equal(finalData.teacherLogits[0], searchData.teacherLogits[0]);
  const table = searchData.teacherLogits[0]!;
  let direct: Float32Array = new Float32Array();
  await withFresh(engine, NETWORK, DEFAULTS.recipe, async (program) => {
    program.load(decodeWeights(evaluator.weights(request)));
    const images = new Float32Array(150 * 64);
    fillBatch({
      split: SPLIT,
      indices: Uint32Array.from({ length: 150 }, (_, row) => row),
      from: 0,
      size: 150,
      images,
      labels: new Int32Array(150),
      mean: MEAN,
      std: STD,
      seed: 1,
      epoch: 0,
    });
    direct = await program.predict(images, 150);
  });
  const trained = new Set(finalData.train);
  for (let row = 0; row < 150; row++) {
    const expected = trained.has(row)
      ? direct.subarray(3 * row, 3 * row + 3)
      : new Float32Array(3);
    assert.equal(
      bitsOf(table.subarray(3 * row, 3 * row + 3)),
      bitsOf(expected),
    );
  }
  const accuracyOn = (rows: Uint32Array) =>
    rows.filter((row) => argMax(direct, 3 * row, 3) === SPLIT.labels[row])
      .length / rows.length;
  assert.equal(evaluation.accuracy, accuracyOn(finalData.validation));
  assert.deepEqual(teacher.reference, {
    parameters: countParameters(NETWORK),
    accuracy: accuracyOn(searchData.validation),
  });
  assert.notEqual(
    evaluation.accuracy,
    teacher.reference.accuracy,
    "the case does not tell the validation sets apart",
  );
  assert.deepEqual([evaluation.steps, teacher.network], [24, NETWORK]);
});

Deno.test("prepareTeacher() gives a table for each view when images are augmented", async () => {
  const { searchData, finalData, teacherForwards } = await prepared({
    augmentation: MOVED,
    views: 3,
  });
  assert.equal(searchData.teacherLogits.length, 3);
  assert.equal(new Set(searchData.teacherLogits.map(bitsOf)).size, 3);
  assert.equal(teacherForwards, 3 * finalData.train.length);
});

Deno.test("prepareTeacher() registers all data with the executor, before they are asked for", async () => {
  const { prepare, executor } = preparing();
  const ids = idsOf(await prepare());
  assert.deepEqual(executor.registered.map(({ id }) => id), [
    ids.teacher,
    ids.search,
    ids.final,
  ]);
  assert.equal(new Set(Object.values(ids)).size, 3);
  // The teacher itself is trained without a teacher.
  assert.deepEqual(executor.registered[0]!.teacherLogits, []);
});

Deno.test("prepareTeacher() gives data whose ids change with everything that is in them", async () => {
  const base = idsOf(await prepared());
  assert.deepEqual(idsOf(await prepared()), base);
  const { images } = DEFAULTS;
  const augmented = { augmentation: MOVED, views: 2 };
  const all = ["teacher", "search", "final"] as const;
  const cases: Readonly<
    Record<string, readonly [Changes, readonly (keyof typeof base)[]]>
  > = {
    "another data set": [
      { dataSet: { ...DATA_SET, digest: { train: "x", test: "test-digest" } } },
      all,
    ],
    "another mean": [{ dataSet: { ...DATA_SET, mean: [0.4] } }, all],
    "another deviation": [{ dataSet: { ...DATA_SET, std: [0.3] } }, all],
    "another seed of the data": [{ seeds: { ...SEEDS, data: 2 } }, all],
    "another seed of the teacher": [
      { seeds: { ...SEEDS, teacher: 2 } },
      ["search", "final"],
    ],
    // Without augmentation nothing of the data is drawn from it.
    "another seed of the students": [{ seeds: { ...SEEDS, student: 2 } }, []],
    "more validation": [{ images: { ...images, validation: 48 } }, all],
    "less training": [{ images: { ...images, train: 87 } }, all],
    "less student training": [
      { images: { ...images, studentTrain: 27 } },
      ["search"],
    ],
    "less student validation": [
      { images: { ...images, studentValidation: 18 } },
      ["search"],
    ],
    "another teacher": [{ network: SMALL }, ["search", "final"]],
    "another teacher's recipe": [
      { recipe: makeRecipe({ epochs: 1, learningRate: 0.003 }) },
      ["search", "final"],
    ],
    "augmentation": [augmented, ["search", "final"]],
    // What is in no table changes nothing.
    "another test split": [
      {
        dataSet: { ...DATA_SET, digest: { train: "train-digest", test: "x" } },
      },
      [],
    ],
    "more views": [{ views: 5 }, []],
  };
  for (const [name, [changes, expected]] of Object.entries(cases)) {
    const ids = idsOf(await prepared(changes));
    const changed = all.filter((part) => ids[part] !== base[part]);
    assert.deepEqual(changed, expected, name);
  }
  // The views of augmented images are drawn from the students' seed alone.
  const moved = idsOf(await prepared(augmented));
  const others = idsOf(
    await prepared({ ...augmented, seeds: { ...SEEDS, student: 2 } }),
  );
  assert.equal(others.teacher, moved.teacher);
  assert.notEqual(others.search, moved.search);
  assert.notEqual(others.final, moved.final);
});

Deno.test("prepareTeacher() finds a teacher that was trained before", async () => {
  const { store, prepare } = preparing();
  const first = await prepare();
  const later = preparing({}, store);
  const again = await later.prepare();
  assert.deepEqual(later.executor.submitted, []);
  assert.deepEqual(told(again), told(first));
});

Deno.test("prepareTeacher() gives an equal teacher when its training is interrupted and continued", async () => {
  const whole = told(await prepared());
  for (const stop of [1, 11, 12, 13, 23]) {
    const epochs: number[] = [];
    const { store, executor, prepare } = preparing();
    executor.interruptAfter(stop);
    await assert.rejects(prepare(), InterruptedError);
    const later = preparing({ onEpoch: (done) => epochs.push(done) }, store);
    assert.deepEqual(told(await later.prepare()), whole);
    assert.notEqual(later.executor.resumed[0], undefined);
    assert.deepEqual(epochs, stop < 12 ? [1] : []);
  }
});

Deno.test("prepareTeacher() stops and continues when it is interrupted while the teacher looks at the images", async () => {
  const augmented = { augmentation: MOVED, views: 3 };
  const whole = told(await prepared(augmented));
  const { store, executor, prepare } = preparing(augmented);
  // 24 steps, and the second of three views does not come any more.
  executor.interruptAfter(25);
  await assert.rejects(prepare(), InterruptedError);
  assert.equal(executor.predicted.length, 3);
  // Only the teacher's own data: no student may start.
  assert.equal(executor.registered.length, 1);
  const seen: number[] = [];
  const later = preparing(
    { ...augmented, onForward: (images) => seen.push(images) },
    store,
  );
  assert.deepEqual(told(await later.prepare()), whole);
  assert.deepEqual(later.executor.submitted, []);
  assert.deepEqual(
    later.executor.predicted.map(({ view }) => view?.epoch),
    [1, 2],
  );
  assert.deepEqual(seen, [90, 180, 270]);
});

Deno.test("prepareTeacher() asks nobody for what the store has of a teacher", async () => {
  for (const augmentation of [PLAIN, MOVED]) {
    const { store, prepare } = preparing({ augmentation });
    const first = await prepare();
    const later = preparing({ augmentation }, store);
    assert.deepEqual(told(await later.prepare()), told(first));
    assert.deepEqual(later.executor.submitted, []);
    assert.deepEqual(later.executor.predicted, []);
  }
});

Deno.test("derive() gives the subset and rows asked for with the same logits, and registers them", async () => {
  const { prepare, executor } = preparing({ augmentation: MOVED });
  const teacher = await prepare();
  const { searchData, finalData } = teacher;
  const half = finalData.validation.filter((_, i) => i % 2 === 0);
  const derived = teacher.derive({ trainImages: 60, validation: half });
  assert.equal(executor.registered.at(-1), derived);
  assert.deepEqual(countsByLabel(derived.train), [20, 20, 20]);
  assert(within(derived.train, finalData.train));
  assert.deepEqual([...derived.validation], [...half]);
  assert.equal(derived.teacherLogits, finalData.teacherLogits);
  assert.equal(derived.images, SPLIT);
  assert.equal(new Set([searchData, finalData, derived].map(idOf)).size, 3);
  // What a search is given can be had in the same way.
  const { validation } = searchData;
  assert.deepEqual(
    teacher.derive({ trainImages: 30, validation }),
    searchData,
  );
  assert.deepEqual(
    teacher.derive({ trainImages: 0, validation: finalData.validation }),
    finalData,
  );
});

Deno.test("deriveForSeed() has the teacher look at the views that students of that seed see", async () => {
  const { prepare, executor } = preparing({ augmentation: MOVED });
  const teacher = await prepare();
  const { finalData, deriveForSeed } = teacher;
  const images = { trainImages: 0, validation: finalData.validation };
  const asked = executor.predicted.length;
  const other = await deriveForSeed(2, images);
  assert.equal(executor.predicted.length, 2 * asked);
  assert.equal(executor.registered.at(-1), other);
  assert.notEqual(other.id, finalData.id);
  assert.deepEqual(other.train, finalData.train);
  // As a teacher whose students have that seed answers from the first.
  const { finalData: own } = await prepared({
    augmentation: MOVED,
    seeds: { ...SEEDS, student: 2 },
  });
  assert.equal(other.id, own.id);
  assert.deepEqual(other.teacherLogits, own.teacherLogits);
  assert.notDeepEqual(other.teacherLogits, finalData.teacherLogits);
  // The students' own seed is answered already.
  assert.deepEqual(await deriveForSeed(SEEDS.student, images), finalData);
  assert.equal(executor.predicted.length, 2 * asked);
});

Deno.test("deriveForSeed() has one answer for all seeds where nothing is augmented", async () => {
  const { prepare, executor } = preparing();
  const { finalData, deriveForSeed } = await prepare();
  const asked = executor.predicted.length;
  const { validation } = finalData;
  assert.deepEqual(
    await deriveForSeed(2, { trainImages: 0, validation }),
    finalData,
  );
  assert.equal(executor.predicted.length, asked);
});

Deno.test("derive() throws when a training image is to validate, or there are too few to train on", async () => {
  const { prepare, executor } = preparing();
  const { derive, finalData: { train, validation } } = await prepare();
  const registered = executor.registered.length;
  const row = train[3]!;
  assert.throws(
    () =>
      derive({
        trainImages: 0,
        validation: Uint32Array.of(validation[0]!, row),
      }),
    {
      name: "RangeError",
      message:
        `Cannot derive data: row ${row} is to validate, expected one of the teacher's 45 validation images`,
    },
  );
  assert.throws(() => derive({ trainImages: 91, validation }), RangeError);
  assert.equal(executor.registered.length, registered);
});

Deno.test("prepareTeacher() throws when the teacher's training fails", async () => {
  const { prepare } = preparing({
    network: SMALL,
    recipe: makeRecipe({ learningRate: 1e38 }),
  });
  await assert.rejects(prepare(), {
    message:
      "Cannot train the teacher: the loss is not a finite number at step 2, expected a number; a lower learning rate may help",
    exitCode: 3,
  });
});

Deno.test("prepareTeacher() throws when the teacher has no image right", async () => {
  // It always answers a fourth class, of which there is no image.
  const network: Network = {
    input: SMALL.input,
    blocks: [
      { type: "avgPool", kernel: "global", stride: 1 },
      { type: "linear", outFeatures: 4, bias: true },
    ],
  };
  const bias = Float32Array.of(0, 0, 0, 9);
  const weights = Object.fromEntries(
    parameterTable(network).map(({ name, role, size }) => [
      name,
      role === "bias" ? bias : new Float32Array(size),
    ]),
  );
  const { evaluation } = await prepared();
  const { prepare } = preparing({
    network,
    trained: { evaluation, weights: encodeWeights(network, weights) },
  });
  await assert.rejects(prepare(), {
    name: "TeacherError",
    message: /it has none of the 21 images right that score candidates/,
    exitCode: 3,
  });
});

Deno.test("prepareTeacher() gives the same data whatever views others need, so that students are remembered", async () => {
  const augmented = (views: number) => ({ augmentation: MOVED, views });
  const short = preparing(augmented(2));
  const first = await short.prepare();
  const long = preparing(augmented(4), short.store);
  const second = await long.prepare();
  assert.deepEqual(idsOf(second), idsOf(first));
  assert.deepEqual(
    [first, second].map(({ searchData }) => searchData.teacherLogits.length),
    [2, 4],
  );
  // The first views are the same.
  assert.deepEqual(
    second.searchData.teacherLogits.slice(0, 2).map(bitsOf),
    first.searchData.teacherLogits.map(bitsOf),
  );
  const student = {
    network: SMALL,
    recipe: makeRecipe({ epochs: 1, augmentation: MOVED, loss: DISTIL }),
    data: first.searchData.id,
    seed: SEEDS.student,
    engine: engine.name,
  };
  const evaluation = await short.evaluator.evaluate(student);
  assert.deepEqual(
    await long.evaluator.evaluate({ ...student, data: second.searchData.id }),
    evaluation,
  );
  assert.deepEqual(long.executor.submitted, []);
  // Trained anew it is the same, on the longer data too.
  const anew = preparing(augmented(4));
  await anew.prepare();
  assert.deepEqual(await anew.evaluator.evaluate(student), evaluation);
});

Deno.test("prepareTeacher() draws the split from the data's seed, the teacher from its own, and the views from the students'", async () => {
  const augmented = { augmentation: MOVED, views: 1 };
  const parts = async (seeds: Partial<PrepareOptions["seeds"]>) => {
    const { searchData, finalData, weights, request } = await prepared({
      ...augmented,
      seeds: { ...SEEDS, ...seeds },
    });
    return {
      split: [finalData, searchData].flatMap(({ train, validation }) =>
        [train, validation].map(String)
      ),
      teacher: bitsOf(Float32Array.from(weights)),
      views: searchData.teacherLogits.map(bitsOf),
      seed: request.seed,
    };
  };
  const base = await parts({});
  const changed = async (seeds: Partial<PrepareOptions["seeds"]>) => {
    const other = await parts(seeds);
    return (["split", "teacher", "views", "seed"] as const).filter((part) =>
      String(other[part]) !== String(base[part])
    );
  };
  assert.deepEqual(await changed({}), []);
  // Another teacher, who was trained on other images, sees other things in them.
  assert.deepEqual(await changed({ data: 2 }), ["split", "teacher", "views"]);
  assert.deepEqual(await changed({ teacher: 2 }), ["teacher", "views", "seed"]);
  assert.deepEqual(await changed({ student: 2 }), ["views"]);
});

Deno.test("searchStages() of several seeds share one teacher and train each distinct student once", async () => {
  const store = memoryStore();
  const executor = inlineExecutor(engine);
  const evaluator = createEvaluator(store, executor, engine);
  const recipes = {
    student: makeRecipe({ epochs: 1, loss: DISTIL }),
    final: makeRecipe({ epochs: 2, loss: DISTIL }),
  };
  const search = async (seed: number) => {
    const own = evaluator.for({ rank: seed });
    const options = { ...DEFAULTS, executor, evaluator: own, store };
    const teacher = await prepareTeacher(options);
    const { stages, workerSeconds } = await searchStages({
      run: `seed ${seed}`,
      store,
      evaluator: own,
      teacher: teacher.network,
      objective: createObjective({ teacher: teacher.reference }),
      plan: {
        ...PLAN,
        seed,
        search: "random",
        config: forAll({ ...CONFIG, iterations: 3, rollouts: 4 }),
      },
      students: forAll(recipes.student),
      searchData: teacher.searchData.id,
      rungs: [],
      final: recipes.final,
      finalData: teacher.finalData.id,
      finalists: 1,
      studentSeed: SEEDS.student,
      engine: engine.name,
    });
    const [removal] = stages;
    return {
      teacher: teacher.evaluation,
      data: idsOf(teacher),
      workerSeconds,
      cost: own.cost,
      first: removal!.records.flatMap(({ proposals }) =>
        proposals.map(({ actions }) => actions)
      ),
      scored: new Map(
        stages.flatMap(({ kind, records }) =>
          records.flatMap(({ proposals }) =>
            proposals.flatMap(({ networkId, accuracy }) =>
              networkId === undefined
                ? []
                : [[`${kind} ${networkId}`, accuracy] as const]
            )
          )
        ),
      ),
    };
  };
  const found = await Promise.all([1, 2, 3].map(search));
  const [one, two, three] = found as [typeof found[0], ...typeof found];
  assert.notDeepEqual(two!.first, one.first, "equal searches");
  for (const other of [two!, three!]) {
    assert.deepEqual(other.teacher, one.teacher);
    assert.deepEqual(other.data, one.data);
  }
  let shared = 0;
  for (const [id, accuracy] of one.scored) {
    for (const other of [two!, three!]) {
      if (!other.scored.has(id)) continue;
      shared++;
      assert.equal(other.scored.get(id), accuracy);
    }
  }
  assert(shared > 0, "the case needs students that several seeds propose");
  // By what a training depends on: none was run twice, the teacher's neither.
  const keys = executor.submitted.map((request) =>
    evaluationKey(request, engine)
  );
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(
    executor.submitted.filter(({ data }) => data === one.data.teacher).length,
    1,
  );
  assert.equal(evaluator.cost.trained, keys.length);
  const asked = found.reduce((sum, { cost }) => sum + cost.asked, 0);
  assert.equal(evaluator.cost.asked, asked);
  // Each pays for all that it asked for: its searches' trainings and the teacher.
  const teacher = 0.25 * one.teacher.steps;
  for (const { cost, workerSeconds } of found) {
    assert.equal(cost.workerSeconds, workerSeconds + teacher);
  }
  // A fourth process repeats the first search and trains nothing.
  const before = executor.submitted.length;
  const again = await search(1);
  assert.deepEqual(again.scored, one.scored);
  assert.equal(again.workerSeconds, one.workerSeconds);
  assert.equal(executor.submitted.length, before);
});
