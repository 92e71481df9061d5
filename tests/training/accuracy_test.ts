import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  argMax,
  measureAccuracy,
  predictChunks,
  train,
} from "../../lib/training/mod.ts";
import { fakeProgram } from "./_fake_program.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  SMALL,
  STD,
  withFresh,
} from "./_problem.ts";

function normalised(pixel: number): number {
  return Math.fround((pixel / 255 - MEAN[0]!) / STD[0]!);
}

Deno.test("argMax() gives the first of the largest values", () => {
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[1, 3, 2], 1],
    [[3, 1, 3], 0],
    [[-5, -1, -1], 1],
    [[0, -0], 0],
    [[-0, 0], 0],
    [[7], 0],
    [[-Infinity, -Infinity], 0],
    [[-Infinity, -3], 1],
    [[1, Infinity, Infinity], 1],
  ];
  for (const [values, expected] of cases) {
    const row = Float32Array.from(values);
    assert.equal(argMax(row, 0, row.length), expected, `${values}`);
  }
});

Deno.test("argMax() never chooses NaN, and -1 when there is nothing else", () => {
  const cases: readonly (readonly [readonly number[], number])[] = [
    [[NaN, 1, 2], 2],
    [[2, NaN, 1], 0],
    [[1, 2, NaN], 1],
    [[NaN, -Infinity, NaN], 1],
    [[-Infinity, NaN, 0], 2],
    [[NaN, NaN], -1],
    [[], -1],
  ];
  for (const [values, expected] of cases) {
    const row = Float32Array.from(values);
    assert.equal(argMax(row, 0, row.length), expected, `${values}`);
  }
});

Deno.test("argMax() counts from the row's beginning", () => {
  const table = Float32Array.of(9, 9, 9, 1, 5, 2, 9, 9, 9);
  assert.equal(argMax(table, 3, 3), 1);
  assert.equal(argMax(Float32Array.of(9, NaN, NaN, 9), 1, 2), -1);
});

Deno.test("measureAccuracy() counts as a plain loop does", async () => {
  const engine = await openEngine("onnx-cpu");
  const split = makeSplit({ count: 300 });
  const data = makeData({ split, train: 24, validation: 271 });
  const recipe = makeRecipe({ epochs: 1 });
  await withFresh(engine, SMALL, recipe, async (program) => {
    await train(program, recipe, data, { seed: 1, owner: "owner" });
    let correct = 0;
    for (const row of data.validation) {
      const pixels = split.images.subarray(row * 64, (row + 1) * 64);
      const image = Float32Array.from(pixels, normalised);
      const logits = [...await program.predict(image, 1)];
      const best = logits.indexOf(Math.max(...logits));
      if (best === split.labels[row]) correct++;
    }
    // A network that is neither right nor wrong throughout.
    assert(correct > 60 && correct < 265, `${correct} of 271`);
    assert.deepEqual(
      await measureAccuracy(program, {
        split,
        indices: data.validation,
        mean: MEAN,
        std: STD,
      }),
      { correct, count: 271, accuracy: correct / 271 },
    );
  });
});

Deno.test("predictChunks() visits every image once, in order, when there are more than a chunk", async () => {
  const split = makeSplit({ count: 1300 });
  // Backwards, and one row twice.
  const indices = Uint32Array.from({ length: 1301 }, (_, i) => 1300 - i);
  indices[0] = 4;
  const program = fakeProgram({
    features: 64,
    classes: 3,
    logits: (image) => [image[0]!, image[9]!, image[63]!],
  });
  const rows: number[][] = [];
  const labels: number[] = [];
  const source = { split, indices, mean: MEAN, std: STD };
  for await (const chunk of predictChunks(program, source)) {
    assert.equal(chunk.from, labels.length);
    assert.equal(chunk.logits.length, 3 * chunk.labels.length);
    chunk.labels.forEach((label, i) => {
      labels.push(label);
      rows.push([...chunk.logits.subarray(3 * i, 3 * i + 3)]);
    });
  }
  assert(program.predicted.length > 1, "the case needs a second chunk");
  assert.equal(program.predicted.reduce((sum, count) => sum + count, 0), 1301);
  assert.deepEqual(labels, [...indices].map((row) => split.labels[row]));
  assert.deepEqual(
    rows,
    [...indices].map((row) =>
      [0, 9, 63].map((pixel) => normalised(split.images[row * 64 + pixel]!))
    ),
  );
});

Deno.test("measureAccuracy() counts an image whose logits are all NaN as wrong", async () => {
  const split = makeSplit({ count: 12 });
  const source = {
    split,
    indices: Uint32Array.from({ length: 12 }, (_, row) => row),
    mean: MEAN,
    std: STD,
  };
  const broken = fakeProgram({
    features: 64,
    classes: 3,
    logits: () => [NaN, NaN, NaN],
  });
  assert.deepEqual(await measureAccuracy(broken, source), {
    correct: 0,
    count: 12,
    accuracy: 0,
  });
  // Always class 0, which every third image is.
  const constant = fakeProgram({
    features: 64,
    classes: 3,
    logits: () => [1, NaN, 1],
  });
  assert.equal((await measureAccuracy(constant, source)).correct, 4);
});

Deno.test("measureAccuracy() throws when there are no images", async () => {
  const split = makeSplit({ count: 3 });
  const program = fakeProgram({ features: 64, classes: 3 });
  await assert.rejects(
    measureAccuracy(program, {
      split,
      indices: new Uint32Array(0),
      mean: MEAN,
      std: STD,
    }),
    /^RangeError: Cannot measure the accuracy: there are 0 images, expected/,
  );
});
