import assert from "node:assert/strict";
import fc from "fast-check";
import { constrainedReward, constraintSchedule } from "../../lib/reward/mod.ts";

Deno.test("constraintSchedule() is (1 - t/T)^4 when t is below T", () => {
  const at = (iteration: number) =>
    constraintSchedule({ iteration, iterations: 4 });
  assert.deepEqual([0, 1, 2, 3, 4].map(at), [
    1,
    81 / 256,
    1 / 16,
    1 / 256,
    0,
  ]);
});

Deno.test("constraintSchedule() stays 0 when t is beyond T", () => {
  // The even power climbs back without the clip: 1 again at t = 30.
  for (const iteration of [15, 16, 28, 30, 100]) {
    assert.equal(constraintSchedule({ iteration }), 0);
  }
  assert.ok(constraintSchedule({ iteration: 14 }) > 0);
});

Deno.test("constraintSchedule() never rises when t grows", () => {
  fc.assert(fc.property(
    fc.nat(200),
    fc.integer({ min: 1, max: 100 }),
    (iteration, iterations) => {
      const now = constraintSchedule({ iteration, iterations });
      const next = constraintSchedule({ iteration: iteration + 1, iterations });
      assert.ok(now >= next && now <= 1 && next >= 0);
    },
  ));
});

Deno.test("constraintSchedule() throws when iteration or length are out of range", () => {
  for (const iteration of [-1, NaN, Infinity]) {
    assert.throws(() => constraintSchedule({ iteration }), {
      name: "RangeError",
      message:
        `Cannot compute the constraint schedule: iteration is ${iteration}, expected a finite number >= 0`,
    });
  }
  for (const iterations of [0, NaN, Infinity]) {
    assert.throws(() => constraintSchedule({ iteration: 0, iterations }), {
      name: "RangeError",
      message:
        `Cannot compute the constraint schedule: iterations is ${iterations}, expected a finite number >= 1`,
    });
  }
});

Deno.test("constrainedReward() is the reward when no limit is broken", () => {
  for (const mode of ["hard", "soft"] as const) {
    const score = { reward: 0.6, violated: false, mode, iteration: 99 };
    assert.equal(constrainedReward(score), 0.6);
  }
});

Deno.test("constrainedReward() is -1 when hard and broken", () => {
  const score = { reward: 0.6, violated: true, mode: "hard", iteration: 0 };
  assert.equal(constrainedReward({ ...score, mode: "hard" }), -1);
});

Deno.test("constrainedReward() goes from the reward to -1 when soft and broken", () => {
  const at = (iteration: number, reward: number) =>
    constrainedReward({
      reward,
      violated: true,
      mode: "soft",
      iteration,
      iterations: 2,
    });
  // epsilon 1, 1/16, 0 of (0.5 + 1), less 1
  assert.deepEqual([0, 1, 2, 50].map((t) => at(t, 0.5)), [
    0.5,
    1.5 / 16 - 1,
    -1,
    -1,
  ]);
  // A degenerate student stays at -1.
  assert.deepEqual([0, 1, 2].map((t) => at(t, -1)), [-1, -1, -1]);
});

Deno.test("constraintSchedule() climbs back to 1 and no further when it returns", () => {
  const at = (iteration: number) =>
    constraintSchedule({ iteration, iterations: 4, returns: true });
  assert.deepEqual([0, 2, 4, 6, 8, 9, 100].map(at), [
    1,
    1 / 16,
    0,
    1 / 16,
    1,
    1,
    1,
  ]);
});
