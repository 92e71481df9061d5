import assert from "node:assert/strict";
import {
  leaveOneOut,
  movingAverage,
  shrunkenMean,
} from "../../lib/policy/mod.ts";

Deno.test("movingAverage() takes the mean when it is the first iteration", () => {
  assert.deepEqual(movingAverage(undefined, [0.25, 0.75, -0.25]), {
    baseline: 0.25,
    next: 0.25,
  });
});

Deno.test("movingAverage() keeps this iteration's rewards out of its baseline when there is an earlier one", () => {
  // 0.75 * 1 + 0.25 * mean(0, 0.5)
  assert.deepEqual(movingAverage(1, [0, 0.5], { decay: 0.75 }), {
    baseline: 1,
    next: 0.8125,
  });
  assert.equal(movingAverage(0, [0.3]).baseline, 0);
});

Deno.test("movingAverage() throws when the decay or the rewards are out of range", () => {
  for (const decay of [-0.1, 1.1, NaN]) {
    assert.throws(() => movingAverage(0, [1], { decay }), {
      name: "RangeError",
      message:
        `Cannot average the rewards: decay is ${decay}, expected a number in [0, 1]`,
    });
  }
  assert.throws(() => movingAverage(0, []), {
    name: "RangeError",
    message:
      "Cannot average the rewards: the number of rewards is 0, expected at least 1",
  });
});

Deno.test("leaveOneOut() gives each rollout the mean of the others when there are several", () => {
  // (0.5 - 1) / 2, (0.25 - 1) / 2, (0.25 + 0.5) / 2
  assert.deepEqual(leaveOneOut([0.25, 0.5, -1]), [-0.25, -0.375, 0.375]);
  assert.deepEqual(leaveOneOut([0.25, -1]), [-1, 0.25]);
});

Deno.test("leaveOneOut() throws when there are fewer than two rewards", () => {
  for (const rewards of [[], [0.5]]) {
    assert.throws(() => leaveOneOut(rewards), {
      name: "RangeError",
      message:
        `Cannot average the other rewards: the number of rewards is ${rewards.length}, expected at least 2`,
    });
  }
});

Deno.test("shrunkenMean() is the sum of earlier means by one more than their number", () => {
  const means = [[0.6, 0.2], [0.2], [0.9, 0.3]];
  let average: number | undefined;
  const baselines = means.map((rewards, iteration) => {
    const { baseline, next } = shrunkenMean(average, rewards, iteration);
    average = next;
    return baseline;
  });
  // 0 / 1, 0.4 / 2, (0.4 + 0.2) / 3, and next (0.4 + 0.2 + 0.6) / 4
  [0, 0.2, 0.2].forEach((each, i) =>
    assert.ok(Math.abs(baselines[i]! - each) < 1e-12)
  );
  assert.ok(Math.abs(average! - 0.3) < 1e-12);
});
