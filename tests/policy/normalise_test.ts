import assert from "node:assert/strict";
import { normaliseAdvantages } from "../../lib/policy/_reinforce.ts";
import { drawRollouts, KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

function normalised(advantages: readonly number[]): number[] {
  return normaliseAdvantages(
    advantages.map((advantage) => ({ actions: [], advantage })),
  ).map(({ advantage }) => advantage);
}

Deno.test("normaliseAdvantages() give mean 0 and standard deviation 1 when advantages differ", () => {
  // Mean 1, deviations -4, 0, 4, 0, variance 32 / 4 = 8.
  const root = Math.sqrt(8);
  assert.deepEqual(normalised([-3, 1, 5, 1]), [-4 / root, 0, 4 / root, 0]);
  // Mean 0.5, deviations +-0.25, which is their standard deviation too.
  assert.deepEqual(normalised([0.25, 0.75]), [-1, 1]);
});

Deno.test("normaliseAdvantages() divide by 0.01 when advantages hardly differ", () => {
  // Deviations of 2^-10 = 0.00098.
  const [below, above] = normalised([0.5 - 2 ** -10, 0.5 + 2 ** -10]);
  assert.equal(above, 2 ** -10 / 0.01);
  assert.equal(below, -above!);
  assert.deepEqual(normalised([0.5, 0.5, 0.5]), [0, 0, 0]);
  assert.deepEqual(normalised([-0.3]), [0]);
});

Deno.test("update() learns from centred and scaled advantages when normaliseAdvantage is set", () => {
  const sequence = sequenceOf("ff.f");
  for (const kind of KINDS) {
    const raw = smallPolicy(kind, { normaliseAdvantage: true });
    const byHand = smallPolicy(kind);
    const actions = drawRollouts(raw, sequence, { count: 4 });
    const root = Math.sqrt(8);
    const [a, b] = [[-3, 1, 5, 1], [-4 / root, 0, 4 / root, 0]].map((values) =>
      actions.map((rollout, k) => ({ ...rollout, advantage: values[k]! }))
    );
    assert.deepEqual(raw.update(sequence, a!), byHand.update(sequence, b!));
    assert.deepEqual(raw.state(), byHand.state());
    raw.dispose();
    byHand.dispose();
  }
});
