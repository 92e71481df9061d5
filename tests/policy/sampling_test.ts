import assert from "node:assert/strict";
import { neutralAction } from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { KINDS, sequenceOf, smallPolicy, train } from "./_samples.ts";

function streams(count: number, from = 0) {
  return Array.from(
    { length: count },
    (_, k) => randomStream(1, "s", from + k),
  );
}

for (const kind of KINDS) {
  Deno.test(`sample() of ${kind} gives each stream the same rollout when others are drawn beside it`, () => {
    const policy = smallPolicy(kind);
    const sequence = sequenceOf("ff.fff");
    const together = policy.sample(sequence, streams(5));
    const alone = streams(5).map((s) => policy.sample(sequence, [s])[0]!);
    assert.deepEqual(together, alone);
    assert.equal(new Set(together.map((s) => s.actions.join())).size > 1, true);
    assert.deepEqual(policy.sample(sequence, []), []);
    policy.dispose();
  });

  Deno.test(`probabilities() of ${kind} equal bit for bit those of sample() when the actions are its`, () => {
    const policy = smallPolicy(kind);
    const sequence = sequenceOf("ff.fff");
    train(policy, sequence, { to: 3 });
    for (const sample of policy.sample(sequence, streams(4))) {
      assert.deepEqual(
        policy.probabilities(sequence, sample.actions),
        sample.probabilities,
      );
    }
    policy.dispose();
  });

  Deno.test(`sample() of ${kind} draws whole sequences as often as their probability says`, () => {
    const policy = smallPolicy(kind, { initialKeepBias: 1 });
    const sequence = sequenceOf("f.f");
    const count = 4000;
    const seen = new Map<string, number>();
    for (const { actions } of policy.sample(sequence, streams(count))) {
      const name = `${actions[0]},${actions[2]}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    const neutral = neutralAction(kind);
    const actions = kind === "removal" ? [0, 1] : [0, 4, neutral];
    for (const first of actions) {
      for (const last of actions) {
        const rows = policy.probabilities(sequence, [first, neutral, last]);
        const p = rows[0]![first]! * rows[2]![last]!;
        const deviation = Math.sqrt(p * (1 - p) / count);
        const share = (seen.get(`${first},${last}`) ?? 0) / count;
        assert.ok(
          Math.abs(share - p) < 4 * deviation,
          `${first},${last}: drawn ${share}, expected ${p} ± ${deviation}`,
        );
      }
    }
    policy.dispose();
  });
}

Deno.test("initialKeepBias raises the neutral action's log odds by its value when the policy is new", () => {
  const sequence = sequenceOf("fff");
  for (const kind of KINDS) {
    const last = neutralAction(kind);
    const odds = [0, 1.5].map((initialKeepBias) => {
      const policy = smallPolicy(kind, { initialKeepBias });
      const rows = policy.probabilities(sequence, [0, 0, 0]);
      policy.dispose();
      return rows.map((row) => Math.log(row[last]! / row[0]!));
    });
    for (const t of [0, 1, 2]) {
      assert.ok(Math.abs(odds[1]![t]! - odds[0]![t]! - 1.5) < 1e-5);
    }
  }
});
