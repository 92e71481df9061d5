import assert from "node:assert/strict";
import fc from "fast-check";
import { openEngine, type Weights } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import {
  estimateStatistics,
  type StatisticsOptions,
} from "../../lib/training/mod.ts";
import { fakeProgram } from "./_fake_program.ts";
import {
  digests,
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  STD,
  withFresh,
} from "./_problem.ts";

const SPLIT = makeSplit({ count: 60 });
const DATA = makeData({ split: SPLIT, train: 40, validation: 10 });
const FEATURES = 64;

/** An image as a program gets it. */
function image(row: number): Float32Array {
  const pixels = SPLIT.images.subarray(row * FEATURES, (row + 1) * FEATURES);
  return Float32Array.from(
    pixels,
    (pixel) => (pixel / 255 - MEAN[0]!) / STD[0]!,
  );
}

/** Bits of an image, to six digits. */
function textOf(values: Float32Array): string {
  return Array.from(values, (value) => value.toFixed(6)).join();
}

/** Rows by what a program sees of them. */
const ROWS = new Map(
  Array.from({ length: SPLIT.count }, (_, row) => [textOf(image(row)), row]),
);
assert.equal(ROWS.size, SPLIT.count, "images are alike");

/** What a program is shown, batch by batch. */
async function shown(options: StatisticsOptions) {
  const batches: { readonly rows: number[]; readonly momentum: number }[] = [];
  await estimateStatistics(
    {
      ...fakeProgram({ features: FEATURES, classes: 3 }),
      observe(images, size, momentum) {
        const rows = Array.from({ length: size }, (_, i) => {
          const seen = images.subarray(i * FEATURES, (i + 1) * FEATURES);
          return ROWS.get(textOf(seen)) ?? -1;
        });
        batches.push({ rows, momentum });
        return Promise.resolve();
      },
    },
    DATA,
    options,
  );
  return batches;
}

Deno.test("estimateStatistics() shows different training images as they are, as many as asked for and at most all, in batches that weigh what they have", async () => {
  const train = new Set(DATA.train);
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 1e6 }),
    async (images, batchSize, seed) => {
      const batches = await shown({ images, batchSize, seed });
      const rows = batches.flatMap((batch) => batch.rows);
      const count = Math.min(images, DATA.train.length);
      assert.equal(rows.length, count);
      assert.equal(new Set(rows).size, count);
      assert(rows.every((row) => train.has(row)));
      assert.deepEqual(
        batches.map(({ rows: { length }, momentum }) => [length, momentum]),
        Array.from({ length: Math.ceil(count / batchSize) }, (_, t) => {
          const size = Math.min(batchSize, count - t * batchSize);
          return [size, size / Math.min(count, (t + 1) * batchSize)];
        }),
      );
    },
  ));
});

Deno.test("estimateStatistics() shows the same images for the same seed, the first ones of more, and others for another seed", async () => {
  const rowsOf = async (images: number, seed: number) =>
    (await shown({ images, batchSize: 7, seed })).flatMap(({ rows }) => rows);
  const ten = await rowsOf(10, 1);
  assert.deepEqual(await rowsOf(10, 1), ten);
  assert.deepEqual((await rowsOf(20, 1)).slice(0, 10), ten);
  assert.notDeepEqual(await rowsOf(10, 2), ten);
});

/** Its first layer's statistics are those of the images. */
const NORMALISED: Network = {
  input: [1, 8, 8],
  blocks: [
    { type: "batchNorm" },
    { type: "linear", outFeatures: 3, bias: true },
  ],
};

Deno.test("estimateStatistics() gives the average over batches by their images, whatever was there before, and leaves parameters alone", async () => {
  const engine = await openEngine("onnx-cpu");
  const recipe = makeRecipe();
  const options = { images: 20, batchSize: 8, seed: 3 };
  const batches = await shown(options);
  assert.deepEqual(batches.map(({ rows }) => rows.length), [8, 8, 4]);
  const moments = batches.map(({ rows }) => {
    const values = rows.flatMap((row) => [...image(row)]);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    // As in a step: the variance is unbiased.
    return { mean, variance: squares / (values.length - 1), rows };
  });
  await withFresh(engine, NORMALISED, recipe, async (program) => {
    const fresh = await program.weights();
    const estimated = async (before: Weights) => {
      program.load({ ...fresh, ...before });
      await estimateStatistics(program, DATA, options);
      return await program.weights();
    };
    const {
      "blocks.0.runningMean": mean,
      "blocks.0.runningVariance": variance,
      ...parameters
    } = await estimated({});
    const average = (of: (moment: typeof moments[0]) => number) =>
      moments.reduce(
        (sum, moment) => sum + of(moment) * moment.rows.length / options.images,
        0,
      );
    assert(Math.abs(mean![0]! - average(({ mean }) => mean)) < 1e-5);
    assert(
      Math.abs(variance![0]! - average(({ variance }) => variance)) < 1e-5,
    );
    assert.notDeepEqual([mean![0], variance![0]], [0, 1]);
    for (const [name, values] of Object.entries(parameters)) {
      assert.deepEqual(values, fresh[name]);
    }
    assert.deepEqual(
      digests(
        await estimated({
          "blocks.0.runningMean": Float32Array.of(7),
          "blocks.0.runningVariance": Float32Array.of(99),
        }),
      ),
      digests(await estimated({})),
    );
  });
});
