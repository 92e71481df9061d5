import assert from "node:assert/strict";
import { leaves } from "../../../lib/network/mod.ts";
import { createSpace, misaligned } from "../../../lib/search/mod.ts";
import { RESNET_18 } from "./_spaces.ts";

const options = { kind: "removal", base: RESNET_18, shrink: {} } as const;
const SPACE = createSpace({ ...options, grain: "leaf" });
const SHIFTED = misaligned(SPACE);

Deno.test("misaligned() shifts as many decisions as the release does", () => {
  const steps = SHIFTED.decisions.map(({ leaves: [leaf] }, step) =>
    leaf! - step
  );
  // 51 leaves, 6 of them on shortcuts: 27 of the other 45 are shifted, by 2, then
  // 4, then 6; the last 6 actions are for nothing.
  assert.equal(steps.length, 51);
  const shifts = steps.slice(0, 45).filter((shift) => shift !== 0);
  assert.equal(shifts.length, 27);
  assert.deepEqual([...new Set(shifts)], [2, 4, 6]);
  assert.ok(SHIFTED.sequence.mask.slice(45).every((isFree) => !isFree));
  // Every leaf is named once, though nothing is decided on a shortcut's.
  assert.deepEqual(
    SHIFTED.decisions.flatMap(({ leaves }) => leaves).sort((a, b) => a - b),
    leaves(RESNET_18).map(({ index }) => index),
  );
  assert.deepEqual(SHIFTED.sequence.features, SPACE.sequence.features);
  const count = (mask: readonly boolean[]) => mask.filter(Boolean).length;
  assert.equal(count(SHIFTED.sequence.mask), count(SPACE.sequence.mask));
});

Deno.test("misaligned() applies an action to the leaf that its decision names", () => {
  const all = leaves(RESNET_18);
  for (const [step, { leaves: [leaf] }] of SHIFTED.decisions.entries()) {
    if (!SHIFTED.sequence.mask[step]) continue;
    const remove = (index: number) => all.map((_, i) => i === index ? 0 : 1);
    assert.deepEqual(
      SHIFTED.apply(remove(step)),
      SPACE.apply(remove(leaf!)),
      `${step}`,
    );
  }
});

Deno.test("misaligned() takes layer removal by leaves alone", () => {
  for (
    const space of [
      createSpace({ ...options, grain: "unit" }),
      createSpace({ ...options, kind: "shrinkage", grain: "leaf" }),
    ]
  ) {
    assert.throws(() => misaligned(space), {
      name: "RangeError",
      message: /expected removal by leaf$/,
    });
  }
});
