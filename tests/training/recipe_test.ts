import assert from "node:assert/strict";
import fc from "fast-check";
import {
  augments,
  countViews,
  learningRateAt,
  type Schedule,
  viewOfEpoch,
} from "../../lib/training/mod.ts";
import { makeRecipe, PLAIN } from "./_problem.ts";

/** Rates of all steps; the full rate is 1. */
function rates(schedule: Schedule, steps: number): number[] {
  const recipe = makeRecipe({ learningRate: 1, schedule });
  return Array.from(
    { length: steps },
    (_, step) => learningRateAt(recipe, { step, steps }),
  );
}

function assertClose(actual: readonly number[], expected: readonly number[]) {
  assert.equal(actual.length, expected.length);
  actual.forEach((rate, step) =>
    assert(
      Math.abs(rate - expected[step]!) < 1e-12,
      `step ${step}: ${rate}, expected ${expected[step]}`,
    )
  );
}

Deno.test("learningRateAt() stays at the full rate when the schedule is constant", () => {
  assert.deepEqual(rates({ type: "constant" }, 4), [1, 1, 1, 1]);
});

Deno.test("learningRateAt() falls along half a cosine from the full rate", () => {
  // cos(0, 45°, 90°, 135°) halved and raised; 0 itself would be step 4 of 4.
  const half = Math.SQRT1_2 / 2;
  assertClose(rates({ type: "cosine" }, 4), [1, 0.5 + half, 0.5, 0.5 - half]);
});

Deno.test("learningRateAt() multiplies by the factor at each fraction of a step schedule", () => {
  assertClose(
    rates({ type: "step", at: [0.5, 0.75], factor: 0.1 }, 8),
    [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01],
  );
  // A fraction within a step counts from the next step on, in any order.
  assertClose(
    rates({ type: "step", at: [0.9, 0.3], factor: 0.5 }, 5),
    [1, 1, 0.5, 0.5, 0.5],
  );
  assertClose(rates({ type: "step", at: [], factor: 0.5 }, 2), [1, 1]);
});

Deno.test("learningRateAt() rises to the peak at the warm-up's end and falls in a line when the schedule is oneCycle", () => {
  // 4 of 10 steps up: 1/4 … 4/4; then (10 - step) / 6 down, 0 after the last.
  assertClose(
    rates({ type: "oneCycle", warmup: 0.4 }, 10),
    [1 / 4, 2 / 4, 3 / 4, 1, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6],
  );
});

Deno.test("learningRateAt() has a peak and no zero when a oneCycle has no warm-up or nothing else", () => {
  assertClose(rates({ type: "oneCycle", warmup: 0 }, 4), [1, 1, 2 / 3, 1 / 3]);
  assertClose(
    rates({ type: "oneCycle", warmup: 1 }, 4),
    [1 / 4, 2 / 4, 3 / 4, 1],
  );
  assertClose(rates({ type: "oneCycle", warmup: 0.3 }, 1), [1]);
});

Deno.test("learningRateAt() is positive, at most the full rate and proportional to it at every step of every schedule", () => {
  const schedule: fc.Arbitrary<Schedule> = fc.oneof(
    fc.constant<Schedule>({ type: "constant" }),
    fc.constant<Schedule>({ type: "cosine" }),
    fc.record({
      type: fc.constant("step" as const),
      at: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
        maxLength: 3,
      }),
      factor: fc.double({ min: 0.1, max: 1, noNaN: true }),
    }),
    fc.record({
      type: fc.constant("oneCycle" as const),
      warmup: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(
      schedule,
      fc.integer({ min: 1, max: 60 }),
      (schedule, steps) => {
        const full = makeRecipe({ learningRate: 0.25, schedule });
        rates(schedule, steps).forEach((rate, step) => {
          assert(rate > 0 && rate <= 1, `step ${step}: ${rate}`);
          assert.equal(learningRateAt(full, { step, steps }), 0.25 * rate);
        });
      },
    ),
  );
});

const MOVED = { cropPadding: 1, flip: false };

Deno.test("augments() is true for either change of the images", () => {
  assert.equal(augments(PLAIN), false);
  assert.equal(augments(MOVED), true);
  assert.equal(augments({ cropPadding: 0, flip: true }), true);
});

Deno.test("viewOfEpoch() cycles through the views, gives each epoch its own where there are no views, and one without augmentation", () => {
  const over = (recipe: Parameters<typeof viewOfEpoch>[0]) =>
    [0, 1, 2, 3, 4, 5, 6].map((epoch) => viewOfEpoch(recipe, epoch));
  assert.deepEqual(
    over({ augmentation: MOVED, views: 3 }),
    [0, 1, 2, 0, 1, 2, 0],
  );
  assert.deepEqual(over({ augmentation: MOVED }), [0, 1, 2, 3, 4, 5, 6]);
  for (const views of [{}, { views: 3 }]) {
    assert.deepEqual(
      over({ augmentation: PLAIN, ...views }),
      [0, 0, 0, 0, 0, 0, 0],
    );
  }
});

Deno.test("countViews() is the number of views that the epochs see", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 40 }),
    fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
    fc.constantFrom(PLAIN, MOVED),
    (epochs, views, augmentation) => {
      const recipe = {
        augmentation,
        epochs,
        ...(views === undefined ? {} : { views }),
      };
      const seen = Array.from(
        { length: epochs },
        (_, epoch) => viewOfEpoch(recipe, epoch),
      );
      assert.equal(countViews(recipe), new Set(seen).size);
      assert.equal(countViews(recipe), Math.max(...seen) + 1);
    },
  ));
});
