import assert from "node:assert/strict";
import {
  createPolicy,
  layerFeatureCount,
  packPolicyState,
  policyId,
  type PolicyOptions,
  type PolicyState,
  transferable,
  unpackPolicyState,
  withFreshOptimiser,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { KINDS, sequenceOf, smallPolicy, train } from "./_samples.ts";

const EXTRAS: readonly [string, Partial<PolicyOptions>][] = [
  ["", {}],
  [" with logits of leaves and clipped passes", {
    leafLogits: 4,
    passes: 3,
    clip: 0.2,
    entropyWeight: 0.1,
  }],
];

for (
  const [kind, title, extras] of KINDS.flatMap((kind) =>
    EXTRAS.map(([title, extras]) => [kind, title, extras] as const)
  )
) {
  Deno.test(`restore() of ${kind}${title} goes on bit for bit when stopped after any update`, () => {
    const sequence = sequenceOf("ff.f");
    const options = { learningRate: 0.05, ...extras };
    const whole = smallPolicy(kind, options);
    const states: PolicyState[] = [whole.state()];
    for (let i = 0; i < 6; i++) {
      train(whole, sequence, { from: i, to: i + 1 });
      states.push(whole.state());
    }
    for (const [from, state] of states.entries()) {
      const again = smallPolicy(kind, {
        ...options,
        random: randomStream(99, "other"),
      });
      again.restore(unpackPolicyState(packPolicyState(state)));
      assert.deepEqual(again.state(), state);
      train(again, sequence, { from, to: 6 });
      assert.deepEqual(again.state(), states[6]);
      again.dispose();
    }
    assert.equal(states[6]!.step, 6 * (extras.passes ?? 1));
    // Each update changed something, or the above would prove nothing.
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
    [
      {
        ...before,
        arrays: {
          ...before.arrays,
          "parameters/leaf.logits": new Float32Array(4),
        },
      },
      "parameters/leaf.logits is present, expected a state without it, such as transferable() gives",
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
  const header = new TextEncoder().encode('{"format":1,"kind":"removal"}');
  const hollow = Uint8Array.of(header.length, 0, 0, 0, ...header);
  for (
    const broken of [
      bytes.subarray(0, 2),
      bytes.subarray(0, 100),
      bytes.subarray(0, -1),
      Uint8Array.of(...bytes, 0),
      other,
      new Uint8Array(64),
      hollow,
    ]
  ) {
    assert.throws(() => unpackPolicyState(broken), {
      name: "RangeError",
      message:
        /^Cannot unpack the policy's state: its (length is|format is|header lacks) /,
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

Deno.test("restore() throws when the state is of another named feature set", () => {
  const random = randomStream(1, "init");
  const rich = createPolicy("joint", { random, hidden: 2, features: "rich" });
  const scaled = createPolicy("joint", { random, hidden: 2 });
  const state = rich.state();
  assert.equal(state.features, "rich");
  assert.equal(scaled.state().features, "scaled");
  assert.equal(
    state.arrays["parameters/lstm0.input"]!.length,
    (1 + layerFeatureCount({ set: "rich" })) * 4 * 2,
  );
  const before = scaled.state();
  assert.throws(
    () => scaled.restore(unpackPolicyState(packPolicyState(state))),
    {
      name: "RangeError",
      message:
        "Cannot restore the policy: its feature set is rich, expected scaled",
    },
  );
  assert.deepEqual(scaled.state(), before);
  rich.dispose();
  scaled.dispose();
});

Deno.test("state() names no feature set when the features are the caller's own", () => {
  const own = smallPolicy("removal", { inputSize: layerFeatureCount() });
  const scaled = smallPolicy("removal", {
    inputSize: layerFeatureCount(),
    features: "scaled",
  });
  const state = own.state();
  assert.equal("features" in state, false);
  assert.deepEqual(unpackPolicyState(packPolicyState(state)), state);
  // Sizes agree, but what the numbers say does not: neither goes on from the other.
  const refused = (message: string) => ({ name: "RangeError", message });
  assert.throws(
    () => scaled.restore(state),
    refused(
      "Cannot restore the policy: its feature set is without a name, expected scaled",
    ),
  );
  assert.throws(
    () => own.restore(scaled.state()),
    refused(
      "Cannot restore the policy: its feature set is scaled, expected without a name",
    ),
  );
  own.dispose();
  scaled.dispose();
});

Deno.test("unpackPolicyState() reads a file of format 1 when it is older than the sets' names", () => {
  // Written by the code before feature sets had names: removal, inputSize 1,
  // hidden 1, two updates.
  const bytes = Deno.readFileSync(
    new URL("./fixtures/policy_format1.bin", import.meta.url),
  );
  const id = "67b53a94b99aa74d095aaf18ff8f513ab9113e22e0eef88b4029af1e83012b58";
  assert.equal(policyId(bytes), id);
  const state = unpackPolicyState(bytes);
  assert.equal(state.kind, "removal");
  assert.equal(state.step, 2);
  assert.equal("features" in state, false);
  assert.deepEqual(packPolicyState(state), bytes);
  // The same policy is trained to the same bits today, and goes on from these.
  const policy = createPolicy("removal", {
    random: randomStream(1, "fixture"),
    inputSize: 1,
    hidden: 1,
  });
  const sequence = {
    features: [Float32Array.of(0.5), Float32Array.of(-1)],
    mask: [true, true],
  };
  train(policy, sequence, { to: 2 });
  assert.deepEqual(policy.state(), state);
  policy.restore(state);
  train(policy, sequence, { from: 2, to: 3 });
  assert.equal(policy.state().step, 3);
  policy.dispose();
});

Deno.test("policyId() is another when one bit of the state is", () => {
  const policy = smallPolicy("joint");
  const bytes = packPolicyState(policy.state());
  const other = bytes.slice();
  other[other.length - 1]! ^= 1;
  assert.match(policyId(bytes), /^[0-9a-f]{64}$/);
  assert.equal(policyId(bytes.slice()), policyId(bytes));
  assert.notEqual(policyId(other), policyId(bytes));
  policy.dispose();
});

Deno.test("transferable() drops the logits of leaves alone when a state has them", () => {
  const source = smallPolicy("joint", { leafLogits: 4 });
  train(source, sequenceOf("ff.f"), { to: 2 });
  const state = source.state();
  const carried = transferable(withFreshOptimiser(state));
  assert.equal(carried.kind, "joint");
  assert.equal(carried.step, 0);

  const shared = smallPolicy("joint");
  assert.throws(() => shared.restore(state), /transferable\(\) gives$/);
  shared.restore(carried);
  assert.deepEqual(shared.state(), carried);
  for (const [name, array] of Object.entries(carried.arrays)) {
    if (name.startsWith("parameters/")) {
      assert.deepEqual(array, state.arrays[name]);
    }
  }
  // A state without such logits is carried as it is.
  assert.deepEqual(transferable(carried), carried);

  const longer = smallPolicy("joint", { leafLogits: 7 });
  assert.throws(
    () => longer.restore(carried),
    /parameters\/leaf.logits is missing, expected 77$/,
  );
  longer.restore(transferable(carried, { leafLogits: 7 }));
  const { arrays } = longer.state();
  for (const group of ["parameters", "firstMoment", "secondMoment"]) {
    assert.deepEqual(arrays[`${group}/leaf.logits`], new Float32Array(77));
  }
  assert.deepEqual(
    arrays["parameters/lstm0.input"],
    state.arrays["parameters/lstm0.input"],
  );
  for (const policy of [source, shared, longer]) policy.dispose();
});
