import assert from "node:assert/strict";
import { followRun } from "../../lib/lab/forecast/remaining.ts";
import { phase } from "../../lib/lab/session/phase.ts";
import { rememberedIterations } from "../../lib/lab/session/remembered.ts";
import type { IterationRecord } from "../../lib/search/mod.ts";

/** A search that is foreseen to take a second an iteration. */
function followed() {
  const clock = { seconds: 0 };
  const remaining = followRun([{
    name: "removal",
    trainings: 100,
    epochs: 100,
    workerSeconds: 100,
    wallSeconds: 100,
  }], { clock: () => clock.seconds });
  const shown = phase({
    ...{ label: "removal", unit: "iterations", total: 100 },
    ...{ part: "removal", remaining },
  });
  return { clock, remaining, shown };
}

// Seen to fail: fifty iterations in a second made the rest a matter of seconds.
Deno.test("phase() learns nothing of speed from what is answered from memory", () => {
  const { clock, remaining, shown } = followed();
  shown.begin();
  for (let steps = 1; steps <= 50; steps++) {
    clock.seconds += 0.02;
    shown.reach(steps, undefined, { remembered: true });
  }
  assert.equal(remaining.seconds(), 50);
  assert.deepEqual(remaining.compared(), []);
  // From here on it trains, at half the speed.
  for (let steps = 51; steps <= 60; steps++) {
    clock.seconds += 2;
    shown.reach(steps);
  }
  const [told, ...others] = remaining.compared();
  assert.deepEqual(others, []);
  assert.equal(told!.measured, 20);
  assert(Math.abs(told!.expected - 10) < 1e-9);
  assert(Math.abs(remaining.seconds() - 40 * 25 / 15) < 1e-9);
  shown.reach(100);
});

Deno.test("rememberedIterations() tells what memory answered from what nobody had to train", () => {
  const cost = {
    ...{ asked: 0, remembered: 0, trained: 3 },
    workerSeconds: 0,
  };
  const isRemembered = rememberedIterations({ cost });
  const iteration = (...epochs: readonly (number | undefined)[]) =>
    ({
      proposals: epochs.map((each) => ({
        actions: [],
        reward: 0,
        ...(each === undefined ? {} : { epochs: each }),
      })),
    }) satisfies Pick<IterationRecord, "proposals">;
  assert.equal(isRemembered(iteration(1, 1)), true);
  // Rejected ones, and repeats.
  assert.equal(isRemembered(iteration(undefined, 0)), false);
  cost.trained++;
  assert.equal(isRemembered(iteration(1, 1)), false);
  assert.equal(isRemembered(iteration(1)), true);
});
