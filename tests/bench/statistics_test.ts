import assert from "node:assert/strict";
import { geometricMean, median, medianRatio } from "../../bench/statistics.ts";

Deno.test("median() takes the middle, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("medianRatio() takes ratios within rounds first when the machine slows down", () => {
  // Each round one side is twice the other, while the rounds differ by ten.
  assert.equal(medianRatio([2, 20, 200], [1, 10, 100]), 2);
  // The ratio of the medians would be 1.
  assert.equal(medianRatio([1, 5, 9], [9, 5, 3]), 1);
  assert.equal(medianRatio([6, 5, 9], [2, 5, 3]), 3);
});

Deno.test("medianRatio() refuses when the rounds are not equally many", () => {
  assert.throws(() => medianRatio([1, 2], [1]), /rounds are 2 and 1/);
});

Deno.test("geometricMean() multiplies and takes the root", () => {
  assert.ok(Math.abs(geometricMean([1, 2, 4]) - 2) < 1e-12);
  assert.ok(Math.abs(geometricMean([0.5, 2]) - 1) < 1e-12);
});

Deno.test("geometricMean() refuses when there is nothing, zero or NaN", () => {
  for (const values of [[], [1, 0], [1, NaN]]) {
    assert.throws(() => geometricMean(values), RangeError);
  }
});
