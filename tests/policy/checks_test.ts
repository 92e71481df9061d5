import assert from "node:assert/strict";
import type { PolicyOptions } from "../../lib/policy/mod.ts";
import { KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

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
    const last = kind === "removal" ? 1 : 9;
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
