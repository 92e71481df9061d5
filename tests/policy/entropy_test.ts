import assert from "node:assert/strict";
import { entropyAt } from "../../lib/policy/mod.ts";
import { drawRollouts, KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

Deno.test("entropyAt() falls linearly to 0 when iterations pass", () => {
  const weights = [0, 1, 2, 3, 4].map((iteration) =>
    entropyAt(0.4, { iteration, iterations: 5 })
  );
  assert.deepEqual(weights, [0.4, 0.4 * 0.75, 0.2, 0.1, 0]);
  assert.equal(entropyAt(0.3, { iteration: 0, iterations: 7 }), 0.3);
  assert.equal(entropyAt(0.4, { iteration: 0, iterations: 1 }), 0);
  assert.equal(entropyAt(0, { iteration: 0, iterations: 3 }), 0);
});

Deno.test("entropyAt() throws when a number is out of range", () => {
  const cases = [
    [-1, 0, 3, "weight is -1, expected a finite number >= 0"],
    [NaN, 0, 3, "weight is NaN, expected a finite number >= 0"],
    [0.1, 0, 0, "iterations is 0, expected an integer >= 1"],
    [0.1, 0, 2.5, "iterations is 2.5, expected an integer >= 1"],
    [0.1, -1, 3, "iteration is -1, expected an integer in [0, 2]"],
    [0.1, 3, 3, "iteration is 3, expected an integer in [0, 2]"],
    [0.1, 0.5, 3, "iteration is 0.5, expected an integer in [0, 2]"],
  ] as const;
  for (const [weight, iteration, iterations, reason] of cases) {
    assert.throws(() => entropyAt(weight, { iteration, iterations }), {
      name: "RangeError",
      message: `Cannot weigh the entropy: ${reason}`,
    });
  }
});

Deno.test("update() weighs the entropy as its options say when they do, and only that once", () => {
  const sequence = sequenceOf("ff.f");
  for (const kind of KINDS) {
    const told = smallPolicy(kind, { entropyWeight: 0.7 });
    const built = smallPolicy(kind, { entropyWeight: 0.2 });
    const rollouts = drawRollouts(told, sequence);
    assert.deepEqual(
      told.update(sequence, rollouts, { entropyWeight: 0.2 }),
      built.update(sequence, rollouts),
    );
    assert.deepEqual(told.state(), built.state());
    told.update(sequence, rollouts);
    built.update(sequence, rollouts);
    assert.notDeepEqual(told.state(), built.state());
    told.dispose();
    built.dispose();
  }
});
