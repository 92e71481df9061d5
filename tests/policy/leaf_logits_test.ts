import assert from "node:assert/strict";
import {
  actionCount,
  createPolicy,
  leaveOneOut,
  type PolicyKind,
  type Sequence,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { KINDS, sequenceOf, smallPolicy, train } from "./_samples.ts";

Deno.test("createPolicy() with leafLogits is the same policy at the start when the stream is the same", () => {
  const sequence = sequenceOf("ff.f");
  for (const kind of KINDS) {
    const plain = smallPolicy(kind, { initialKeepBias: 0.5 });
    const own = smallPolicy(kind, { initialKeepBias: 0.5, leafLogits: 4 });
    const streams = () => [0, 1, 2].map((k) => randomStream(1, k));
    assert.deepEqual(
      own.sample(sequence, streams()),
      plain.sample(sequence, streams()),
    );
    const { arrays } = own.state();
    for (const group of ["parameters", "firstMoment", "secondMoment"]) {
      // Positive zeros: deepEqual tells them from negative ones.
      assert.deepEqual(
        arrays[`${group}/leaf.logits`],
        new Float32Array(4 * actionCount(kind)),
      );
      delete (arrays as Record<string, Float32Array>)[`${group}/leaf.logits`];
    }
    assert.deepEqual(arrays, plain.state().arrays);
    plain.dispose();
    own.dispose();
  }
});

Deno.test("sample() and probabilities() add a step's logits to that step alone when nothing follows it", () => {
  const sequence = sequenceOf("fff");
  for (const kind of KINDS) {
    const count = actionCount(kind);
    const policy = smallPolicy(kind, { leafLogits: 3 });
    const actions = [0, 0, 0];
    const before = policy.probabilities(sequence, actions);
    const state = policy.state();
    // Twice the odds of the last step's first action.
    state.arrays["parameters/leaf.logits"]![2 * count] = Math.LN2;
    policy.restore(state);
    const after = policy.probabilities(sequence, actions);
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
    const [p, q] = [before[2]![0]!, after[2]![0]!];
    assert.ok(Math.abs(q / (1 - q) / (p / (1 - p)) - 2) < 1e-5);
    for (let k = 0; k < 10; k++) {
      const [sample] = policy.sample(sequence, [randomStream(1, k)]);
      assert.deepEqual(
        policy.probabilities(sequence, sample!.actions),
        sample!.probabilities,
      );
    }
    policy.dispose();
  }
});

Deno.test("update() leaves the logits of masked steps when others learn", () => {
  const sequence = sequenceOf(".f.f");
  for (const kind of KINDS) {
    const count = actionCount(kind);
    const policy = smallPolicy(kind, {
      leafLogits: 4,
      entropyWeight: 0.1,
      clip: 0.2,
      passes: 2,
    });
    train(policy, sequence, { to: 3 });
    const logits = policy.state().arrays["parameters/leaf.logits"]!;
    for (const t of [0, 1, 2, 3]) {
      const row = logits.slice(t * count, (t + 1) * count);
      assert.equal(row.every((x) => x === 0), !sequence.mask[t], `step ${t}`);
    }
    policy.dispose();
  }
});

/** Mean reward of the last ten of 35 iterations: a pattern that no feature shows. */
function learnPattern(
  kind: PolicyKind,
  own: { readonly leafLogits?: number },
): number {
  const seed = 1;
  const target = [0, 1, 1, 0, 0, 0, 1, 0];
  const sequence: Sequence = {
    features: target.map(() => Float32Array.of(1)),
    mask: target.map(() => true),
  };
  const policy = createPolicy(kind, {
    random: randomStream(seed, "init"),
    inputSize: 1,
    hidden: 2,
    learningRate: 0.1,
    ...own,
  });
  let sum = 0;
  for (let i = 0; i < 35; i++) {
    const samples = policy.sample(
      sequence,
      [0, 1, 2, 3, 4, 5].map((k) => randomStream(seed, "rollout", i, k)),
    );
    const half = actionCount(kind) / 2;
    const rewards = samples.map(({ actions }) =>
      actions.filter((a, t) => Number(a >= half) === target[t]).length /
      target.length
    );
    const baselines = leaveOneOut(rewards);
    policy.update(
      sequence,
      samples.map(({ actions }, k) => ({
        actions,
        advantage: rewards[k]! - baselines[k]!,
      })),
    );
    if (i >= 25) sum += rewards.reduce((a, b) => a + b) / rewards.length / 10;
  }
  policy.dispose();
  return sum;
}

for (const kind of ["removal", "joint"] as const) {
  Deno.test(`update() of ${kind} learns a pattern that no feature shows when leaves have logits, and then alone`, () => {
    const own = learnPattern(kind, { leafLogits: 8 });
    const without = learnPattern(kind, {});
    assert.ok(own > 0.85, `with logits ${own}`);
    assert.ok(own > without + 0.1, `with logits ${own}, without ${without}`);
  });
}
