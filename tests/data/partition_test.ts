import assert from "node:assert/strict";
import fc from "fast-check";
import type { Labels } from "../../lib/data/split.ts";
import { allocateSplit } from "../../lib/data/cache/canonical.ts";
import {
  type Split,
  splitTrainValidation,
  subset,
} from "../../lib/data/mod.ts";

const CLASSES = 5;

/** A split of which only the labels matter. */
function splitOf(labels: readonly number[]): Split {
  const split = allocateSplit({
    count: labels.length,
    shape: [1, 1, 1],
    classCount: CLASSES,
  });
  split.labels.set(labels);
  return split;
}

function classCounts(indices: Uint32Array, labels: Labels): number[] {
  const counts = Array<number>(CLASSES).fill(0);
  for (const index of indices) counts[labels[index]!]!++;
  return counts;
}

const LABELS = fc.array(fc.integer({ min: 0, max: CLASSES - 1 }), {
  maxLength: 60,
});
const SEED = fc.integer({ min: 1, max: 1000 });

/** Labels, and a number of images from 0 to all. */
const CASE = LABELS.chain((labels) =>
  fc.tuple(fc.constant(labels), fc.nat({ max: labels.length }), SEED)
);

/** Ascending and without repeats. */
function isSet(indices: Uint32Array): boolean {
  return indices.every((index, i) => i === 0 || index > indices[i - 1]!);
}

Deno.test("splitTrainValidation() puts every image in one part, and each class's share in both", () => {
  fc.assert(fc.property(CASE, ([labels, validation, seed]) => {
    const split = splitOf(labels);
    const parts = splitTrainValidation(split, { validation, seed });
    assert.equal(parts.validation.length, validation);
    assert(isSet(parts.train) && isSet(parts.validation));
    assert.deepEqual(
      [...parts.train, ...parts.validation].sort((a, b) => a - b),
      labels.map((_, i) => i),
    );
    const all = classCounts(Uint32Array.from(labels.keys()), split.labels);
    const held = classCounts(parts.validation, split.labels);
    held.forEach((count, label) => {
      const quota = labels.length === 0
        ? 0
        : all[label]! * validation / labels.length;
      assert(Math.abs(count - quota) < 1, `${count} for a quota of ${quota}`);
    });
  }));
});

Deno.test("splitTrainValidation() gives the leftover places to the largest remainders, lowest class first", () => {
  // Quotas of 7 places among 3, 3, 3, 1 of 10 images: 2.1, 2.1, 2.1, 0.7.
  const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 3];
  const split = splitOf(labels);
  const held = (validation: number) =>
    classCounts(
      splitTrainValidation(split, { validation, seed: 1 }).validation,
      split.labels,
    );
  assert.deepEqual(held(7), [2, 2, 2, 1, 0]);
  // 0.6, 0.6, 0.6, 0.2: a tie of three for two places.
  assert.deepEqual(held(2), [1, 1, 0, 0, 0]);
});

Deno.test("splitTrainValidation() depends on the seed and nothing else", () => {
  const split = splitOf(Array.from({ length: 500 }, (_, i) => i % CLASSES));
  const draw = (seed: number) =>
    splitTrainValidation(split, { validation: 100, seed });
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  // Golden: the draw must not change between versions.
  assert.deepEqual([...draw(7).validation.slice(0, 8)], [
    9,
    10,
    17,
    20,
    24,
    25,
    26,
    35,
  ]);
});

Deno.test("splitTrainValidation() draws every image equally often over the seeds", () => {
  const split = splitOf([0, 0, 0, 0, 1, 1, 1, 1]);
  const times = Array<number>(8).fill(0);
  for (let seed = 1; seed <= 2000; seed++) {
    for (
      const index of splitTrainValidation(split, { validation: 2, seed })
        .validation
    ) times[index]!++;
  }
  // Binomial, 2,000 draws at 1/4: mean 500, standard deviation 19.4.
  for (const count of times) assert(Math.abs(count - 500) < 90, times.join());
});

Deno.test("subset() draws from the given images only, with each class's share", () => {
  fc.assert(fc.property(CASE, SEED, ([labels, size, seed], other) => {
    const split = splitOf(labels);
    const { train } = splitTrainValidation(split, {
      validation: labels.length - size,
      seed: other,
    });
    const half = train.length >> 1;
    const drawn = subset(train, split.labels, half, seed);
    assert.equal(drawn.length, half);
    assert(isSet(drawn));
    assert(drawn.every((index) => train.includes(index)));
    const all = classCounts(train, split.labels);
    classCounts(drawn, split.labels).forEach((count, label) => {
      const quota = train.length === 0 ? 0 : all[label]! * half / train.length;
      assert(Math.abs(count - quota) < 1);
    });
    // The order of the images given does not matter.
    assert.deepEqual(
      subset(train.toReversed(), split.labels, half, seed),
      drawn,
    );
  }));
});

Deno.test("subset() differs between seeds, and is everything at full size", () => {
  const labels = Uint8Array.from({ length: 200 }, (_, i) => i % CLASSES);
  const all = Uint32Array.from(labels.keys());
  assert.deepEqual(subset(all, labels, 200, 1), all);
  assert.deepEqual(subset(all, labels, 0, 1), new Uint32Array(0));
  assert.deepEqual(subset(all, labels, 50, 3), subset(all, labels, 50, 3));
  assert.notDeepEqual(subset(all, labels, 50, 3), subset(all, labels, 50, 4));
});

Deno.test("splitTrainValidation() and subset() refuse sizes out of range", () => {
  const split = splitOf([0, 1, 2]);
  for (const size of [-1, 4, 1.5, NaN]) {
    assert.throws(
      () => splitTrainValidation(split, { validation: size, seed: 1 }),
      {
        name: "RangeError",
        message:
          `Cannot hold out validation images: size is ${size}, expected an integer in 0 … 3`,
      },
    );
    assert.throws(
      () => subset(Uint32Array.of(0, 1, 2), split.labels, size, 1),
      { name: "RangeError", message: /^Cannot draw a subset: size is / },
    );
  }
  assert.throws(() => subset(Uint32Array.of(3), split.labels, 1, 1), {
    name: "RangeError",
    message: /index is 3, expected less than 3/,
  });
  assert.throws(
    () => splitTrainValidation(split, { validation: 1, seed: 0 }),
    RangeError,
  );
});
