import assert from "node:assert/strict";
import {
  type FeatureSet,
  neutralAction,
  type PolicyOptions,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { drawRollouts, KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

Deno.test("createPolicy() throws when an option is out of range", () => {
  const cases: [Partial<PolicyOptions>, string][] = [
    [{ hidden: 0 }, "hidden is 0, expected an integer >= 1"],
    [{ inputSize: 1.5 }, "inputSize is 1.5, expected an integer >= 1"],
    [
      { learningRate: -1 },
      "learningRate is -1, expected a finite number >= 0",
    ],
    [
      { entropyWeight: NaN },
      "entropyWeight is NaN, expected a finite number >= 0",
    ],
    [
      { initialKeepBias: Infinity },
      "initialKeepBias is Infinity, expected a finite number",
    ],
    [{ leafLogits: 0 }, "leafLogits is 0, expected an integer >= 1"],
    [{ leafLogits: NaN }, "leafLogits is NaN, expected an integer >= 1"],
    [{ passes: 0, clip: 0.2 }, "passes is 0, expected an integer >= 1"],
    [{ passes: 1.5, clip: 0.2 }, "passes is 1.5, expected an integer >= 1"],
    [{ passes: 2 }, "passes is 2, expected 1, for clip is not given"],
    [{ clip: 0 }, "clip is 0, expected a number between 0 and 1"],
    [{ clip: 1 }, "clip is 1, expected a number between 0 and 1"],
    [{ clip: NaN }, "clip is NaN, expected a number between 0 and 1"],
    [
      { features: "rich" },
      "inputSize is 3, expected 17, the length of the rich features",
    ],
    [
      { features: "poor" as FeatureSet },
      "features is poor, expected scaled or rich or paper or release",
    ],
  ];
  for (const [options, reason] of cases) {
    assert.throws(() => smallPolicy("removal", options), {
      name: "RangeError",
      message: `Cannot create a policy: ${reason}`,
    });
  }
});

Deno.test("every method throws when the sequence does not fit the policy", () => {
  const policy = smallPolicy("removal");
  const { features, mask } = sequenceOf("ff");
  const cases = [
    [{ features: [], mask: [] }, "its length is 0, expected at least 1 step"],
    [
      { features, mask: [true] },
      "the mask's length is 1, expected 2, the number of feature vectors",
    ],
    [
      { features: [features[0]!, Float32Array.of(1)], mask },
      "the length of feature vector 1 is 1, expected 3",
    ],
    [
      { features: [Float32Array.of(0, NaN, 1), features[1]!], mask },
      "feature vector 0 is [0, NaN, 1], expected finite numbers",
    ],
  ] as const;
  for (const [sequence, reason] of cases) {
    const message = `Cannot read the sequence: ${reason}`;
    const rollouts = [{ actions: [1, 1], advantage: 1 }];
    assert.throws(() => policy.sample(sequence, []), { message });
    assert.throws(() => policy.probabilities(sequence, [1, 1]), { message });
    assert.throws(() => policy.update(sequence, rollouts), { message });
  }
  policy.dispose();
});

Deno.test("update() throws when actions do not fit the mask", () => {
  for (const kind of KINDS) {
    const policy = smallPolicy(kind);
    const sequence = sequenceOf("f.");
    const last = neutralAction(kind);
    const cases: [number[], string][] = [
      [[last], "their number is 1, expected 2, one for each step"],
      [
        [last + 1, last],
        `action 0 is ${last + 1}, expected an integer in [0, ${last}]`,
      ],
      [
        [0.5, last],
        `action 0 is 0.5, expected an integer in [0, ${last}]`,
      ],
      [
        [0, 0],
        `action 1 is 0, expected ${last}, for that step is not free`,
      ],
    ];
    for (const [actions, reason] of cases) {
      assert.throws(
        () => policy.update(sequence, [{ actions, advantage: 1 }]),
        {
          name: "RangeError",
          message: `Cannot read the actions: ${reason}`,
        },
      );
    }
    policy.dispose();
  }
});

Deno.test("every method throws when the sequence is of another length than the policy's leafLogits", () => {
  for (const kind of KINDS) {
    const policy = smallPolicy(kind, { leafLogits: 4 });
    const sequence = sequenceOf("fff");
    const actions = [0, 0, 0];
    const error = {
      name: "RangeError",
      message:
        "Cannot read the sequence: its length is 3, expected 4, the number of steps with logits of their own",
    };
    assert.throws(() => policy.sample(sequence, []), error);
    assert.throws(() => policy.probabilities(sequence, actions), error);
    assert.throws(
      () => policy.update(sequence, [{ actions, advantage: 1 }]),
      error,
    );
    policy.dispose();
  }
});

Deno.test("update() throws when the entropy weight is out of range", () => {
  const policy = smallPolicy("removal");
  const before = policy.state();
  for (const entropyWeight of [-0.1, NaN, Infinity]) {
    assert.throws(
      () =>
        policy.update(sequenceOf("f"), [{ actions: [0], advantage: 1 }], {
          entropyWeight,
        }),
      {
        name: "RangeError",
        message:
          `Cannot update the policy: entropyWeight is ${entropyWeight}, expected a finite number >= 0`,
      },
    );
  }
  assert.deepEqual(policy.state(), before);
  policy.dispose();
});

Deno.test("update() throws when there is no rollout or an advantage is not finite", () => {
  const policy = smallPolicy("removal");
  const sequence = sequenceOf("ff");
  assert.throws(() => policy.update(sequence, []), {
    message:
      "Cannot update the policy: the number of rollouts is 0, expected at least 1",
  });
  const rollouts = [
    { actions: [0, 0], advantage: 1 },
    { actions: [0, 0], advantage: NaN },
  ];
  assert.throws(() => policy.update(sequence, rollouts), {
    message:
      "Cannot update the policy: the advantage of rollout 1 is NaN, expected a finite number",
  });
  policy.dispose();
});

Deno.test("update() throws and leaves the policy when only what it comes to is not finite", () => {
  const sequence = sequenceOf("ff");
  for (const kind of KINDS) {
    // The gradient is finite, a step against it is not.
    const policy = smallPolicy(kind, { learningRate: 1e39 });
    const before = policy.state();
    assert.throws(
      () => policy.update(sequence, drawRollouts(policy, sequence)),
      { name: "DivergedPolicyError", message: /parameters\/\S+ is -?Infinity/ },
    );
    assert.deepEqual(policy.state(), before);
    policy.dispose();
  }
});

Deno.test("sample() and probabilities() throw when the policy overflows on the way", () => {
  const sequence = sequenceOf("ff");
  for (const kind of KINDS) {
    const policy = smallPolicy(kind);
    const { arrays, ...state } = policy.state();
    // Open gates: every hidden unit is near tanh(1), and their sum overflows.
    const large = Object.entries(arrays).map(([name, values]) => [
      name,
      name.endsWith("head.weight")
        ? values.map(() => 3e38)
        : name.startsWith("parameters/lstm") && name.endsWith("bias")
        ? values.map(() => 10)
        : values,
    ]);
    policy.restore({ ...state, arrays: Object.fromEntries(large) });
    const expected = { name: "DivergedPolicyError", exitCode: 3 };
    assert.throws(
      () => policy.sample(sequence, [randomStream(1, "rollout")]),
      expected,
    );
    assert.throws(() => policy.probabilities(sequence, [1, 1]), expected);
    policy.dispose();
  }
});
