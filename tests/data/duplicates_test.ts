import assert from "node:assert/strict";
import { allocateSplit } from "../../lib/data/canonical.ts";
import { countDuplicates, type Split } from "../../lib/data/mod.ts";

/** Images of one pixel pair, each given as `[label, value]`. */
function splitOf(records: readonly (readonly [number, number])[]): Split {
  const split = allocateSplit({
    count: records.length,
    shape: [1, 1, 2],
    classCount: 3,
  });
  records.forEach(([label, value], i) => {
    split.labels[i] = label;
    split.images.set([value, 7], 2 * i);
  });
  return split;
}

Deno.test("countDuplicates() counts equal images within and across splits, and other labels", () => {
  const train = splitOf([[0, 1], [0, 2], [1, 2], [2, 3], [2, 3]]);
  const test = splitOf([[0, 1], [1, 3], [1, 3], [2, 9]]);
  assert.deepEqual(countDuplicates(train, test), {
    withinTrain: 2,
    withinTest: 1,
    across: 2,
    contradicting: 1,
  });
});

Deno.test("countDuplicates() finds none when all images differ", () => {
  assert.deepEqual(countDuplicates(splitOf([[0, 1], [1, 2]]), splitOf([])), {
    withinTrain: 0,
    withinTest: 0,
    across: 0,
    contradicting: 0,
  });
});
