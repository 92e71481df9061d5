import assert from "node:assert/strict";
import {
  neutralAction,
  type Rollout,
  type Sequence,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { drawRollouts, KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

Deno.test("update() leaves every bit when no step is free", () => {
  for (const kind of KINDS) {
    const policy = smallPolicy(kind, { entropyWeight: 0.1 });
    const before = policy.state();
    const sequence = sequenceOf("...");
    const report = policy.update(sequence, drawRollouts(policy, sequence));
    assert.deepEqual(report, { loss: 0, entropy: 0, gradientNorm: 0 });
    assert.deepEqual(policy.state(), before);
    policy.dispose();
  }
});

Deno.test("update() takes no gradient from a masked step when it is the last of a policy that reads forwards", () => {
  const long = sequenceOf("ff.f.");
  const short: Sequence = {
    features: long.features.slice(0, 4),
    mask: long.mask.slice(0, 4),
  };
  const [onLong, onShort] = [
    smallPolicy("shrinkage", { entropyWeight: 0.1 }),
    smallPolicy("shrinkage", { entropyWeight: 0.1 }),
  ];
  const rollouts = drawRollouts(onLong, long);
  const cut: Rollout[] = rollouts.map(({ actions, advantage }) => ({
    actions: actions.slice(0, 4),
    advantage,
  }));
  assert.deepEqual(onLong.update(long, rollouts), onShort.update(short, cut));
  assert.deepEqual(onLong.state(), onShort.state());
  onLong.dispose();
  onShort.dispose();
});

Deno.test("sample() takes the neutral action and draws nothing when a step is masked", () => {
  for (const kind of KINDS) {
    const policy = smallPolicy(kind);
    const sequence = sequenceOf(".f..f");
    for (let k = 0; k < 20; k++) {
      const stream = randomStream(1, k);
      const twin = randomStream(1, k);
      const [sample] = policy.sample(sequence, [stream]);
      for (const t of [0, 2, 3]) {
        assert.equal(sample!.actions[t], neutralAction(kind));
      }
      for (const t of [1, 4]) {
        assert.equal(
          sample!.actions[t],
          twin.categorical(sample!.probabilities[t]!),
        );
      }
      assert.deepEqual(stream.state(), twin.state());
    }
    policy.dispose();
  }
});

Deno.test("sample() feeds the forced action back when a step before is masked", () => {
  const policy = smallPolicy("shrinkage");
  const forced = sequenceOf(".f");
  const free = sequenceOf("ff");
  const [sample] = policy.sample(forced, [randomStream(1, 0)]);
  assert.deepEqual(
    sample!.probabilities[1],
    policy.probabilities(free, [9, 0])[1],
  );
  assert.notDeepEqual(
    sample!.probabilities[1],
    policy.probabilities(free, [3, 0])[1],
  );
  policy.dispose();
});
