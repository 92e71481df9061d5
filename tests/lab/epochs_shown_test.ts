import assert from "node:assert/strict";
import { epochsShown } from "../../lib/lab/session/epochs_shown.ts";

/** Steps that a line was told of: worked ones, and skipped ones in brackets. */
function line() {
  const told: string[] = [];
  const progress = {
    advance: (steps = 1) => void told.push(`${steps}`),
    skip: (steps = 1) => void told.push(`(${steps})`),
  };
  return { told, shown: epochsShown(progress) };
}

// Seen to fail: with a step for each call.
Deno.test("epochsShown() counts epochs that it is not told of, and none twice", () => {
  const { told, shown } = line();
  for (const epochs of [1, 4, 3, 4, 9]) shown.reach(epochs);
  shown.end(12);
  assert.deepEqual(told, ["1", "3", "5", "3"]);
});

Deno.test("epochsShown() lets earlier epochs say nothing of the speed", () => {
  const continued = line();
  continued.shown.reach(5);
  continued.shown.end(6);
  assert.deepEqual(continued.told, ["(4)", "1", "1"]);
  const remembered = line();
  remembered.shown.end(6);
  assert.deepEqual(remembered.told, ["(6)"]);
});
