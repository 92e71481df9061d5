import assert from "node:assert/strict";
import { fillBatch } from "../../lib/data/mod.ts";
import { openEngine, type Program } from "../../lib/engine/mod.ts";
import {
  argMax,
  augments,
  computeTeacherLogits,
  predictChunks,
  train,
} from "../../lib/training/mod.ts";
import { fakeProgram } from "./_fake_program.ts";
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
} from "./_problem.ts";

const engine = await openEngine("onnx-cpu");
const SPLIT = makeSplit({ count: 120 });
const VIEWS = { split: SPLIT, mean: MEAN, std: STD, seed: 7 };
const MOVED = { cropPadding: 1, flip: true };

/** Rows 0 to `count - 1`. */
function rowsUpTo(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/** All images of an epoch in one prediction. */
async function predictAll(
  program: Program,
  augmentation: typeof MOVED | undefined,
  epoch: number,
): Promise<Float32Array> {
  const images = new Float32Array(120 * 64);
  fillBatch({
    ...VIEWS,
    indices: Uint32Array.from({ length: 120 }, (_, row) => row),
    from: 0,
    size: 120,
    images,
    labels: new Int32Array(120),
    augmentation,
    epoch,
  });
  return await program.predict(images, 120);
}

Deno.test("computeTeacherLogits() gives one shared table of direct predictions when images are not augmented", async () => {
  await withFresh(engine, NETWORK, makeRecipe(), async (program) => {
    const tables = await computeTeacherLogits(program, {
      ...VIEWS,
      rows: rowsUpTo(120),
      augmentation: PLAIN,
      epochs: 3,
    });
    assert.equal(tables.length, 1);
    assert(tables[0]!.buffer instanceof SharedArrayBuffer);
    const direct = await predictAll(program, undefined, 0);
    assert.equal(bitsOf(tables[0]!), bitsOf(direct));
    assert(new Set(direct).size > 300, "the logits hardly differ");
  });
});

Deno.test("computeTeacherLogits() gives a table of each epoch's views when images are augmented", async () => {
  await withFresh(engine, NETWORK, makeRecipe(), async (program) => {
    const tables = await computeTeacherLogits(program, {
      ...VIEWS,
      rows: rowsUpTo(120),
      augmentation: MOVED,
      epochs: 3,
    });
    assert.equal(tables.length, 3);
    for (const [epoch, table] of tables.entries()) {
      const direct = await predictAll(program, MOVED, epoch);
      assert.equal(bitsOf(table), bitsOf(direct));
    }
    assert.equal(new Set(tables.map(bitsOf)).size, 3);
  });
});

Deno.test("computeTeacherLogits() fills the whole table when there is more than a chunk of images", async () => {
  const split = makeSplit({ count: 1100 });
  const program = fakeProgram({
    features: 64,
    classes: 3,
    logits: (image) => [image[0]!, image[1]!, 1],
  });
  const [table] = await computeTeacherLogits(program, {
    ...VIEWS,
    split,
    rows: rowsUpTo(1100),
    augmentation: PLAIN,
    epochs: 1,
  });
  assert(program.predicted.length > 1, "the case needs a second chunk");
  for (const row of [0, 999, 1000, 1099]) {
    const expected = [0, 1].map((pixel) =>
      Math.fround((split.images[row * 64 + pixel]! / 255 - 0.5) / 0.25)
    );
    assert.deepEqual([...table!.subarray(3 * row, 3 * row + 2)], expected);
  }
  assert(table!.every((value, i) => i % 3 !== 2 || value === 1));
});

Deno.test("computeTeacherLogits() leaves the rows that nobody trains on at 0", async () => {
  await withFresh(engine, NETWORK, makeRecipe(), async (program) => {
    const rows = Uint32Array.of(3, 7, 119);
    const [table] = await computeTeacherLogits(program, {
      ...VIEWS,
      rows,
      augmentation: PLAIN,
      epochs: 1,
    });
    const direct = await predictAll(program, undefined, 0);
    for (let row = 0; row < 120; row++) {
      const logits = table!.subarray(3 * row, 3 * row + 3);
      const expected = rows.includes(row)
        ? direct.subarray(3 * row, 3 * row + 3)
        : new Float32Array(3);
      assert.deepEqual(logits, expected, `row ${row}`);
    }
  });
});

Deno.test("computeTeacherLogits() stops when it is asked to", async () => {
  const split = makeSplit({ count: 1100 });
  const program = fakeProgram({ features: 64, classes: 3, logits: () => [0] });
  await assert.rejects(
    computeTeacherLogits(program, {
      ...VIEWS,
      split,
      rows: rowsUpTo(1100),
      augmentation: PLAIN,
      epochs: 1,
      throwIfInterrupted() {
        throw new Error("stop");
      },
    }),
    /^Error: stop$/,
  );
  assert.equal(program.predicted.length, 1);
});

Deno.test("augments() is true for either change of the images", () => {
  assert.equal(augments(PLAIN), false);
  assert.equal(augments({ cropPadding: 1, flip: false }), true);
  assert.equal(augments({ cropPadding: 0, flip: true }), true);
});

Deno.test("train() brings a student's logits close to its teacher's when it distils", async () => {
  const labelled = makeData({ split: SPLIT, train: 90, validation: 30 });
  const teaching = makeRecipe({ epochs: 4 });
  const teacherLogits = await withFresh(
    engine,
    NETWORK,
    teaching,
    async (program) => {
      await train(program, teaching, labelled, { seed: 1, owner: "teacher" });
      // The validation rows too, to compare with.
      const rows = rowsUpTo(120);
      const views = { ...VIEWS, rows, augmentation: PLAIN, epochs: 1 };
      return await computeTeacherLogits(program, views);
    },
  );
  const data = { ...labelled, teacherLogits };
  const recipe = makeRecipe({
    epochs: 16,
    schedule: { type: "oneCycle", warmup: 0.3 },
    loss: { crossEntropy: 0, logitMse: 1 },
    learningRate: 0.02,
    optimiser: { ...makeRecipe().optimiser, weightDecay: 0 },
  });
  await withFresh(engine, SMALL, recipe, async (program) => {
    const { losses } = await train(program, recipe, data, {
      seed: 1,
      owner: "student",
    });
    assert(losses.at(-1)! < 0.1 * losses[0]!, `losses ${losses}`);
    // On images that neither was trained on, no label having been seen.
    let error = 0;
    let energy = 0;
    let agreed = 0;
    const { split, mean, std } = VIEWS;
    const source = { split, mean, std, indices: data.validation };
    for await (
      const { logits, labels, from } of predictChunks(program, source)
    ) {
      for (let i = 0; i < labels.length; i++) {
        const row = data.validation[from + i]!;
        const target = teacherLogits[0]!.subarray(3 * row, 3 * row + 3);
        target.forEach((value, label) => {
          error += (logits[3 * i + label]! - value) ** 2;
          energy += value ** 2;
        });
        if (argMax(logits, 3 * i, 3) === argMax(target, 0, 3)) agreed++;
      }
    }
    assert(error < 0.15 * energy, `relative error ${error / energy}`);
    assert(agreed >= 29, `${agreed} of 30 alike`);
  });
});
