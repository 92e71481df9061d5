import assert from "node:assert/strict";
import {
  actionCount,
  KEEP,
  keepDecisions,
  neutralAction,
  REMOVE,
  SHRINK_RATIOS,
  shrinkRatios,
} from "../../lib/policy/mod.ts";

Deno.test("keepDecisions() and shrinkRatios() read actions when they are valid", () => {
  assert.deepEqual(keepDecisions([KEEP, REMOVE, 1, 0]), [
    true,
    false,
    true,
    false,
  ]);
  assert.deepEqual(shrinkRatios([0, 4, 9]), [0.1, 0.5, 1]);
  assert.equal(SHRINK_RATIOS.length, 10);
});

Deno.test("shrinkRatios() throw when an action is no index", () => {
  for (const action of [-1, 10, 0.5, NaN]) {
    assert.throws(() => shrinkRatios([3, action]), {
      name: "RangeError",
      message:
        `Cannot read a shrinkage action: action is ${action}, expected an integer in [0, 9]`,
    });
  }
});

Deno.test("neutralAction() changes nothing when decoded", () => {
  assert.deepEqual(keepDecisions([neutralAction("removal")]), [true]);
  assert.deepEqual(shrinkRatios([neutralAction("shrinkage")]), [1]);
  assert.equal(actionCount("removal"), 2);
  assert.equal(actionCount("shrinkage"), 10);
});
