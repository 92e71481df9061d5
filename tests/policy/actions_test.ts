import assert from "node:assert/strict";
import {
  actionCount,
  actionValues,
  jointDecisions,
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
  assert.deepEqual(jointDecisions([neutralAction("joint")]), {
    keep: [true],
    ratios: [1],
  });
  assert.equal(actionCount("removal"), 2);
  assert.equal(actionCount("shrinkage"), 10);
  assert.equal(actionCount("joint"), 11);
});

Deno.test("actionValues() are what each action leaves of a layer when decoded", () => {
  assert.deepEqual(actionValues("removal"), [0, 1]);
  assert.deepEqual(
    actionValues("removal").map((_, action) => keepDecisions([action])[0]),
    [false, true],
  );
  assert.deepEqual(actionValues("shrinkage"), SHRINK_RATIOS);
  assert.deepEqual(
    actionValues("joint"),
    [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  );
  for (const values of [actionValues("removal"), actionValues("joint")]) {
    assert.ok(Object.isFrozen(values));
  }
});

Deno.test("jointDecisions() remove at action 0 and keep at a ratio when it is another", () => {
  assert.deepEqual(jointDecisions([0, 1, 10, 7, REMOVE]), {
    keep: [false, true, true, true, false],
    ratios: [1, 0.1, 1, 0.7, 1],
  });
});

Deno.test("jointDecisions() throw when an action is no index", () => {
  for (const action of [-1, 11, 0.5, NaN]) {
    assert.throws(() => jointDecisions([3, action]), {
      name: "RangeError",
      message:
        `Cannot read a joint action: action is ${action}, expected an integer in [0, 10]`,
    });
  }
});
