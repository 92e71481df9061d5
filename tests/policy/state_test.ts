import assert from "node:assert/strict";
import {
  packPolicyState,
  type PolicyState,
  unpackPolicyState,
  withFreshOptimiser,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { KINDS, sequenceOf, smallPolicy, train } from "./_samples.ts";

for (const kind of KINDS) {
  Deno.test(`restore() of ${kind} goes on bit for bit when stopped after any step`, () => {
    const sequence = sequenceOf("ff.f");
    const whole = smallPolicy(kind, { learningRate: 0.05 });
    const states: PolicyState[] = [whole.state()];
    for (let i = 0; i < 6; i++) {
      train(whole, sequence, { from: i, to: i + 1 });
      states.push(whole.state());
    }
    for (const [from, state] of states.entries()) {
      const again = smallPolicy(kind, {
        learningRate: 0.05,
        random: randomStream(99, "other"),
      });
      again.restore(unpackPolicyState(packPolicyState(state)));
      assert.deepEqual(again.state(), state);
      train(again, sequence, { from, to: 6 });
      assert.deepEqual(again.state(), states[6]);
      again.dispose();
    }
    // Each step changed something, or the above would prove nothing.
    const digests = states.map((state) => packPolicyState(state).join());
    assert.equal(new Set(digests).size, 7);
    whole.dispose();
  });
}

Deno.test("state() stays as it is when the policy goes on or the copy is written to", () => {
  const policy = smallPolicy("removal");
  const state = policy.state();
  const bytes = packPolicyState(state);
  train(policy, sequenceOf("ff"), { to: 1 });
  assert.deepEqual(packPolicyState(state), bytes);
  policy.restore(state);
  state.arrays["parameters/head.bias"]!.fill(5);
  assert.deepEqual(packPolicyState(policy.state()), bytes);
  policy.dispose();
});

Deno.test("restore() throws and leaves the policy when the state is of another", () => {
  const policy = smallPolicy("removal");
  const before = policy.state();
  const without = { ...before.arrays };
  delete without["secondMoment/lstm1.bias"];
  const cases: [PolicyState, string][] = [
    [
      { ...before, kind: "shrinkage" },
      "its kind is shrinkage, expected removal",
    ],
    [{ ...before, step: -1 }, "its step is -1, expected an integer >= 0"],
    [
      {
        ...before,
        arrays: {
          ...before.arrays,
          "parameters/head.bias": Float32Array.of(1),
        },
      },
      "the length of parameters/head.bias is 1, expected 2",
    ],
    [
      { ...before, arrays: without },
      "the length of secondMoment/lstm1.bias is missing, expected 32",
    ],
  ];
  for (const [state, reason] of cases) {
    assert.throws(() => policy.restore(state), {
      name: "RangeError",
      message: `Cannot restore the policy: ${reason}`,
    });
    assert.deepEqual(policy.state(), before);
  }
  policy.dispose();
});

Deno.test("unpackPolicyState() throws when bytes are missing, extra or of another format", () => {
  const policy = smallPolicy("shrinkage");
  const bytes = packPolicyState(policy.state());
  policy.dispose();
  const other = bytes.slice();
  other.set(new TextEncoder().encode('{"format":2'), 4);
  for (
    const broken of [
      bytes.subarray(0, 2),
      bytes.subarray(0, 100),
      bytes.subarray(0, -1),
      Uint8Array.of(...bytes, 0),
      other,
      new Uint8Array(64),
    ]
  ) {
    assert.throws(() => unpackPolicyState(broken), {
      name: "RangeError",
      message: /^Cannot unpack the policy's state: its (length|format) is /,
    });
  }
  // Not aligned to four bytes within its buffer.
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual(
    unpackPolicyState(shifted.subarray(1)),
    unpackPolicyState(bytes),
  );
});

Deno.test("withFreshOptimiser() keeps the parameters only when the state is trained", () => {
  const policy = smallPolicy("removal");
  train(policy, sequenceOf("fff"), { to: 2 });
  const state = policy.state();
  const fresh = withFreshOptimiser(state);
  assert.equal(fresh.step, 0);
  for (const [name, array] of Object.entries(state.arrays)) {
    const expected = name.startsWith("parameters/")
      ? array
      : new Float32Array(array.length);
    assert.deepEqual(fresh.arrays[name], expected);
  }
  policy.restore(fresh);
  assert.deepEqual(policy.state(), fresh);
  policy.dispose();
});
