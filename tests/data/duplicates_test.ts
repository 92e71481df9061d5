import assert from "node:assert/strict";
import { allocateSplit } from "../../lib/data/cache/canonical.ts";
import { countDuplicates } from "../../lib/data/serve/duplicates.ts";
import type { Split } from "../../lib/data/split.ts";

/** A split of one-pixel images, each given as [label, level]. */
function splitOf(images: readonly (readonly [number, number])[]): Split {
  const split = allocateSplit({
    count: images.length,
    shape: [1, 1, 1],
    classCount: 3,
  });
  split.labels.set(images.map(([label]) => label));
  split.images.set(images.map(([, level]) => level));
  return split;
}

Deno.test("countDuplicates() counts within, across, and under other labels", () => {
  const train = splitOf([[0, 10], [0, 10], [1, 10], [1, 20], [2, 30]]);
  const test = splitOf([[0, 10], [2, 10], [2, 40], [2, 40], [0, 20]]);
  assert.deepEqual(countDuplicates(train, test), {
    withinTrain: 2,
    withinTest: 2,
    across: 3,
    conflicting: 2,
  });
});

Deno.test("countDuplicates() finds none between different splits", () => {
  assert.deepEqual(countDuplicates(splitOf([[0, 1]]), splitOf([[0, 2]])), {
    withinTrain: 0,
    withinTest: 0,
    across: 0,
    conflicting: 0,
  });
});

Deno.test("countDuplicates() refuses splits of different shapes", () => {
  const other = allocateSplit({ count: 1, shape: [1, 2, 1], classCount: 3 });
  assert.throws(() => countDuplicates(splitOf([[0, 1]]), other), {
    name: "RangeError",
    message: /test images are 1x2x1, expected 1x1x1 as in train/,
  });
});
