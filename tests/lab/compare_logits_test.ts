import assert from "node:assert/strict";
import type { Predictor } from "../../lib/engine/mod.ts";
import {
  compareLogits,
  timeInTurn,
} from "../../lib/lab/exports/compare_logits.ts";

Deno.test("compareLogits() finds the largest difference and the images of another class", () => {
  const expected = Float32Array.of(1, 2, 3, 0.5, 0, 0);
  const actual = Float32Array.of(1, 2.25, 3, 0.5, 0, 0.5);
  assert.deepEqual(compareLogits(expected, actual, 3), {
    count: 3,
    largest: 0.5,
    agreeing: 2,
  });
});

Deno.test("compareLogits() takes a logit that is no number for infinitely far", () => {
  const { largest } = compareLogits(
    Float32Array.of(1, 2),
    Float32Array.of(1, NaN),
    1,
  );
  assert.equal(largest, Infinity);
});

Deno.test("compareLogits() throws when there are fewer logits", () => {
  assert.throws(
    () => compareLogits(new Float32Array(4), new Float32Array(2), 2),
    /there are 2, expected 4/,
  );
});

/** Predictors whose predictions take so many milliseconds of a made-up clock. */
function slow(...durations: readonly number[]) {
  let now = 0;
  const order: number[] = [];
  const predictors = durations.map((ms, i): Predictor => ({
    predict() {
      order.push(i);
      now += ms;
      return Promise.resolve(new Float32Array(1));
    },
    dispose: () => Promise.resolve(),
  }));
  const clock = { epochMs: () => now, monotonicMs: () => now };
  const images = durations.map(() => new Float32Array(1));
  return { predictors, clock, images, order };
}

Deno.test("timeInTurn() times all predictors in turn, after some to warm up", async () => {
  const { predictors, clock, images, order } = slow(2, 5);
  const runs = 9;
  const [a, b] = await timeInTurn(predictors, { images, clock, runs });
  assert.deepEqual(a, { medianMs: 2, lowMs: 2, highMs: 2, runs });
  assert.deepEqual(b, { medianMs: 5, lowMs: 5, highMs: 5, runs });
  assert.equal(order.length, 2 * (20 + runs));
  assert(order.every((i, at) => i === at % 2));
});

Deno.test("timeInTurn() stops early when predictions take long", async () => {
  const { predictors, clock, images } = slow(900);
  const [only] = await timeInTurn(predictors, { images, clock, runs: 200 });
  // 20 to warm up take 18 of the 20 seconds.
  assert.equal(only!.runs, 3);
});
