import assert from "node:assert/strict";
import { epochOrder, fillBatch } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  learningRateAt,
  type Recipe,
  train,
  type TrainingCheckpoint,
} from "../../lib/training/mod.ts";
import { fakeProgram } from "./_fake_program.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  PLAIN,
  SMALL,
  STD,
  withFresh,
} from "./_problem.ts";

const SPLIT = makeSplit({ count: 60 });
/** 26 images: batches of 8, 8, 8 and 2. */
const DATA = makeData({ split: SPLIT, train: 26, validation: 20 });
const SIZES = { features: 64, classes: 3 };
const OPTIONS = { seed: 5, owner: "owner" };

/** Where a batch is: the view is the epoch's number where nothing else is said. */
interface Place {
  readonly epoch: number;
  readonly view?: number;
  readonly from: number;
  readonly size: number;
}

/** One batch as it should be, made image by image. */
function expectedBatch(
  { augmentation }: Recipe,
  { epoch, view = epoch, from, size }: Place,
) {
  const rows = epochOrder(26, OPTIONS.seed, epoch)
    .subarray(from, from + size)
    .map((position) => DATA.train[position]!);
  const images = new Float32Array(size * SIZES.features);
  const labels = new Int32Array(size);
  rows.forEach((row, i) =>
    fillBatch({
      split: SPLIT,
      indices: Uint32Array.of(row),
      from: 0,
      size: 1,
      images: images.subarray(i * 64, (i + 1) * 64),
      labels: labels.subarray(i, i + 1),
      mean: MEAN,
      std: STD,
      augmentation,
      seed: OPTIONS.seed,
      epoch: view,
    })
  );
  return { rows, images, labels };
}

Deno.test("train() feeds every training image once an epoch, in the epoch's order and view, the last batch smaller", async () => {
  const recipe = makeRecipe({
    epochs: 3,
    augmentation: { cropPadding: 1, flip: true },
    schedule: { type: "cosine" },
  });
  const program = fakeProgram(SIZES);
  const { steps } = await train(program, recipe, DATA, OPTIONS);
  assert.equal(steps, 12);
  assert.deepEqual(
    program.seen.map(({ size }) => size),
    [8, 8, 8, 2, 8, 8, 8, 2, 8, 8, 8, 2],
  );
  program.seen.forEach((seen, step) => {
    const epoch = Math.floor(step / 4);
    const place = { epoch, from: 8 * (step % 4), size: seen.size };
    const { images, labels } = expectedBatch(recipe, place);
    assert.deepEqual(seen.images, images, `step ${step}`);
    assert.deepEqual(seen.labels, labels);
    assert.equal(
      seen.learningRate,
      learningRateAt(recipe, { step, steps: 12 }),
    );
    assert.equal(seen.teacherLogits, undefined);
    // A dropout stream for each epoch, drawn from by one step after the other.
    const random = randomStream(OPTIONS.seed, "dropout", "owner", epoch);
    for (let i = 0; i < place.from; i++) random.uniform();
    assert.deepEqual(seen.random, random.state());
  });
});

Deno.test("train() shows every network the same images and each its own dropout stream", async () => {
  const recipe = makeRecipe({ augmentation: { cropPadding: 2, flip: true } });
  const [one, other, reseeded] = await Promise.all(
    [OPTIONS, { ...OPTIONS, owner: "another" }, { ...OPTIONS, seed: 6 }].map(
      async (options) => {
        const program = fakeProgram(SIZES);
        await train(program, recipe, DATA, options);
        return program.seen;
      },
    ),
  );
  one!.forEach(({ images, labels, random }, step) => {
    assert.deepEqual(images, other![step]!.images);
    assert.deepEqual(labels, other![step]!.labels);
    assert.notDeepEqual(random, other![step]!.random);
    assert.notDeepEqual(images, reseeded![step]!.images);
  });
});

/** Tables of logits that tell epoch, image and class. */
const TABLES = [0, 1, 2].map((epoch) =>
  Float32Array.from({ length: 60 * 3 }, (_, i) => 1000 * epoch + i)
);

Deno.test("train() hands over the teacher's logits of each image, of the epoch's table when images are augmented", async () => {
  const mse = { crossEntropy: 0.5, logitMse: 0.5 };
  const kl = { weight: 0.5, temperature: 4 };
  const softened = { crossEntropy: 0.5, logitMse: 0, kl };
  const moved = { cropPadding: 1, flip: true };
  const cases = [[PLAIN, mse], [moved, mse], [moved, softened]] as const;
  for (const [augmentation, loss] of cases) {
    const recipe = makeRecipe({ epochs: 3, loss, augmentation });
    const program = fakeProgram(SIZES);
    const teacherLogits = augmentation === PLAIN ? TABLES.slice(0, 1) : TABLES;
    await train(program, recipe, { ...DATA, teacherLogits }, OPTIONS);
    assert.equal(program.seen.length, 12);
    program.seen.forEach((seen, step) => {
      const epoch = Math.floor(step / 4);
      const place = { epoch, from: 8 * (step % 4), size: seen.size };
      const { rows } = expectedBatch(recipe, place);
      const base = augmentation === PLAIN ? 0 : 1000 * epoch;
      assert.deepEqual(
        [...seen.teacherLogits!],
        [...rows].flatMap((row) =>
          [0, 1, 2].map((label) => base + 3 * row + label)
        ),
      );
    });
  }
});

Deno.test("train() cycles through a recipe's views and their logits, each epoch in an order of its own", async () => {
  const recipe = makeRecipe({
    epochs: 5,
    views: 2,
    loss: { crossEntropy: 0.5, logitMse: 0.5 },
    augmentation: { cropPadding: 2, flip: true },
  });
  const program = fakeProgram(SIZES);
  const teacherLogits = TABLES.slice(0, 2);
  await train(program, recipe, { ...DATA, teacherLogits }, OPTIONS);
  assert.equal(program.seen.length, 20);
  const orders = new Set<string>();
  program.seen.forEach((seen, step) => {
    const epoch = Math.floor(step / 4);
    const view = epoch % 2;
    const place = { epoch, view, from: 8 * (step % 4), size: seen.size };
    const { rows, images, labels } = expectedBatch(recipe, place);
    assert.deepEqual(seen.images, images, `step ${step}`);
    assert.deepEqual(seen.labels, labels);
    assert.deepEqual(
      [...seen.teacherLogits!],
      [...rows].flatMap((row) =>
        [0, 1, 2].map((label) => 1000 * view + 3 * row + label)
      ),
    );
    if (place.from === 0) orders.add(String(rows));
  });
  assert.equal(orders.size, 5);
});

Deno.test("train() gives the bits of a recipe without views when there are as many as epochs, or no augmentation", async () => {
  const engine = await openEngine("onnx-cpu");
  for (
    const [augmentation, views] of [
      [{ cropPadding: 1, flip: true }, 3],
      [PLAIN, 1],
    ] as const
  ) {
    const recipe = makeRecipe({ epochs: 3, augmentation });
    const weights = (other: Recipe) =>
      withFresh(engine, SMALL, other, async (program) => {
        const { losses } = await train(program, other, DATA, OPTIONS);
        return { losses, weights: await program.weights() };
      });
    assert.deepEqual(
      await weights({ ...recipe, views }),
      await weights(recipe),
    );
  }
});

Deno.test("train() throws when images are augmented for more epochs than the teacher has looked at", async () => {
  for (const [tables, epochs] of [[2, 3], [1, 2]] as const) {
    const program = fakeProgram(SIZES);
    const recipe = makeRecipe({
      epochs,
      loss: { crossEntropy: 0, logitMse: 1 },
      augmentation: { cropPadding: 1, flip: false },
    });
    const teacherLogits = TABLES.slice(0, tables);
    await assert.rejects(
      train(program, recipe, { ...DATA, teacherLogits }, OPTIONS),
      {
        name: "RangeError",
        message:
          `Cannot distil: the training data hold teacher logits of ${tables} views, expected at least ${epochs}`,
      },
    );
  }
});

Deno.test("train() gives the mean loss over an epoch's images, a small last batch counting for less", async () => {
  const program = fakeProgram({ ...SIZES, loss: (step) => step * step });
  const { losses, steps, failedStep, stoppedAt } = await train(
    program,
    makeRecipe(),
    DATA,
    OPTIONS,
  );
  assert.deepEqual(losses, [
    (8 * (1 + 4 + 9) + 2 * 16) / 26,
    (8 * (25 + 36 + 49) + 2 * 64) / 26,
  ]);
  assert.deepEqual([steps, failedStep, stoppedAt], [8, undefined, undefined]);
});

Deno.test("train() validates after each epoch but the last, and goes on with what a checkpoint knows", async () => {
  const recipe = makeRecipe({ epochs: 4 });
  const measured = () => {
    let calls = 0;
    return { validate: () => Promise.resolve(++calls / 10) };
  };
  const whole = await train(fakeProgram(SIZES), recipe, DATA, {
    ...OPTIONS,
    ...measured(),
  });
  assert.deepEqual(whole.validations, [0.1, 0.2, 0.3]);
  // Stopped in the third epoch: two validations are done.
  let steps = 0;
  const { stoppedAt } = await train(fakeProgram(SIZES), recipe, DATA, {
    ...OPTIONS,
    ...measured(),
    shouldStop: () => ++steps > 9,
  });
  assert.deepEqual(stoppedAt!.validations, [0.1, 0.2]);
  const rest = await train(fakeProgram(SIZES), recipe, DATA, {
    ...OPTIONS,
    resume: stoppedAt!,
    validate: () => Promise.resolve(0.7),
  });
  assert.deepEqual(rest.validations, [0.1, 0.2, 0.7]);
});

Deno.test("train() gives the losses and weights of a loop written out", async () => {
  const engine = await openEngine("onnx-cpu");
  const recipe = makeRecipe({ schedule: { type: "oneCycle", warmup: 0.3 } });
  const expected = await withFresh(engine, SMALL, recipe, async (program) => {
    const losses: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      let sum = 0;
      const random = randomStream(OPTIONS.seed, "dropout", "owner", epoch);
      for (const [i, size] of [8, 8, 8, 2].entries()) {
        const batch = expectedBatch(recipe, { epoch, from: 8 * i, size });
        const step = 4 * epoch + i;
        sum += size * await program.step({ size, ...batch }, {
          learningRate: learningRateAt(recipe, { step, steps: 8 }),
          random,
        });
      }
      losses.push(sum / 26);
    }
    return { losses, weights: await program.weights() };
  });
  const actual = await withFresh(engine, SMALL, recipe, async (program) => {
    const { losses } = await train(program, recipe, DATA, OPTIONS);
    return { losses, weights: await program.weights() };
  });
  assert.deepEqual(actual, expected);
  assert(actual.losses[1]! < actual.losses[0]!, "nothing was learnt");
});

Deno.test("train() ends at the first step whose loss is not a number and tells which", async () => {
  const nanAt = 6;
  const program = fakeProgram({
    ...SIZES,
    loss: (step) => step === nanAt ? NaN : 2,
  });
  const outcome = await train(program, makeRecipe(), DATA, OPTIONS);
  assert.deepEqual(outcome, {
    losses: [2],
    validations: [],
    steps: nanAt,
    failedStep: nanAt,
  });
  assert.equal(program.seen.length, nanAt);
});

Deno.test("train() reports a failed step when the weights are no numbers or the rate makes them so", async () => {
  const engine = await openEngine("onnx-cpu");
  const recipe = makeRecipe();
  await withFresh(engine, SMALL, recipe, async (program) => {
    const weights = await program.weights();
    weights["blocks.0.bias"]![0] = NaN;
    program.load(weights);
    const outcome = await train(program, recipe, DATA, OPTIONS);
    assert.deepEqual(outcome, {
      losses: [],
      validations: [],
      steps: 1,
      failedStep: 1,
    });
  });
  const wild = makeRecipe({ learningRate: 1e38 });
  await withFresh(engine, SMALL, wild, async (program) => {
    const outcome = await train(program, wild, DATA, OPTIONS);
    assert.deepEqual(outcome, {
      losses: [],
      validations: [],
      steps: 2,
      failedStep: 2,
    });
  });
});

Deno.test("train() throws when it distils and the data hold no teacher logits", async () => {
  const program = fakeProgram(SIZES);
  const loss = { crossEntropy: 1, logitMse: 0.1 };
  await assert.rejects(
    () => train(program, makeRecipe({ loss }), DATA, OPTIONS),
    {
      name: "RangeError",
      message: "Cannot distil: the training data hold no teacher logits",
    },
  );
  assert.equal(program.seen.length, 0);
});

Deno.test("train() asks whether to stop after each step but the last, and reports each epoch but the last", async () => {
  const asked: number[] = [];
  const epochs: TrainingCheckpoint[] = [];
  const program = fakeProgram({ ...SIZES, loss: (step) => step });
  await train(program, makeRecipe({ epochs: 3 }), DATA, {
    ...OPTIONS,
    shouldStop: () => {
      asked.push(program.seen.length);
      return false;
    },
    afterEpoch: (checkpoint) => epochs.push(checkpoint),
  });
  assert.deepEqual(asked, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const first = (8 * (1 + 2 + 3) + 2 * 4) / 26;
  const second = (8 * (5 + 6 + 7) + 2 * 8) / 26;
  assert.deepEqual(
    epochs.map(({ losses, position, lossSum, random, state: { step } }) => ({
      losses,
      position,
      lossSum,
      random,
      step,
    })),
    [[first], [first, second]].map((losses) => ({
      losses,
      position: 0,
      lossSum: 0,
      random: undefined,
      step: 4 * losses.length,
    })),
  );
});

Deno.test("train() takes up the steps that are left when it resumes", async () => {
  const recipe = makeRecipe({
    epochs: 3,
    schedule: { type: "cosine" },
    augmentation: { cropPadding: 1, flip: true },
  });
  const loss = (step: number) => 1 / step;
  const whole = fakeProgram({ ...SIZES, loss });
  const unbroken = await train(whole, recipe, DATA, OPTIONS);
  for (let stop = 1; stop < 12; stop++) {
    const first = fakeProgram({ ...SIZES, loss });
    const { stoppedAt, steps } = await train(first, recipe, DATA, {
      ...OPTIONS,
      shouldStop: () => first.seen.length === stop,
    });
    assert.equal(steps, stop);
    const second = fakeProgram({ ...SIZES, loss });
    const resume = decodeCheckpoint(encodeCheckpoint(stoppedAt!));
    const resumed = await train(second, recipe, DATA, { ...OPTIONS, resume });
    assert.deepEqual(resumed, unbroken);
    assert.deepEqual([...first.seen, ...second.seen], whole.seen);
  }
});
