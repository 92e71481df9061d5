import assert from "node:assert/strict";
import {
  packPolicyState,
  type PolicyKind,
  type Recurrence,
  RECURRENCES,
  type Sequence,
  unpackPolicyState,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { drawRollouts, KINDS, sequenceOf, smallPolicy } from "./_samples.ts";

const SEQUENCE = sequenceOf("ffff");

/** Probabilities at every step of a policy of a recurrence. */
function rows(
  recurrence: Recurrence,
  { features = SEQUENCE.features, actions = [0, 0, 0, 0], kind = "removal" }: {
    readonly features?: Sequence["features"];
    readonly actions?: readonly number[];
    readonly kind?: PolicyKind;
  } = {},
): number[][] {
  const policy = smallPolicy(kind, { recurrence });
  try {
    return policy.probabilities({ ...SEQUENCE, features }, actions);
  } finally {
    policy.dispose();
  }
}

/** Steps whose rows differ. */
function changed(a: number[][], b: number[][]): number[] {
  return a.flatMap((row, t) => row.every((p, i) => p === b[t]![i]) ? [] : [t]);
}

Deno.test("probabilities() depend on the steps that the recurrence knows", () => {
  const other = SEQUENCE.features.map((vector, t) =>
    t === 1 ? vector.map((x) => 1 - x) : vector
  );
  const reached: Readonly<Record<Recurrence, number[]>> = {
    bidirectional: [0, 1, 2, 3],
    autoregressive: [1, 2, 3],
    forward: [1, 2, 3],
    none: [1],
  };
  for (const recurrence of RECURRENCES) {
    assert.deepEqual(
      changed(rows(recurrence), rows(recurrence, { features: other })),
      reached[recurrence],
      recurrence,
    );
  }
});

Deno.test("probabilities() depend on earlier actions when the policy is autoregressive alone", () => {
  for (const recurrence of RECURRENCES) {
    assert.deepEqual(
      changed(rows(recurrence), rows(recurrence, { actions: [0, 1, 0, 0] })),
      recurrence === "autoregressive" ? [2, 3] : [],
      recurrence,
    );
  }
});

Deno.test("createPolicy() is the kind's usual when its recurrence is said", () => {
  assert.deepEqual(
    rows("bidirectional"),
    (() => {
      const policy = smallPolicy("removal");
      const found = policy.probabilities(SEQUENCE, [0, 0, 0, 0]);
      policy.dispose();
      return found;
    })(),
  );
});

Deno.test("sample() and probabilities() agree, and update() learns, whatever the recurrence", () => {
  for (const kind of KINDS) {
    for (const recurrence of RECURRENCES) {
      const policy = smallPolicy(kind, { recurrence, learningRate: 0.05 });
      const [sample] = policy.sample(SEQUENCE, [randomStream(1, "r")]);
      assert.deepEqual(
        policy.probabilities(SEQUENCE, sample!.actions),
        sample!.probabilities,
      );
      const { actions } = sample!;
      const before = policy.probabilities(SEQUENCE, actions);
      for (let i = 0; i < 5; i++) {
        policy.update(SEQUENCE, [{ actions, advantage: 1 }]);
      }
      const after = policy.probabilities(SEQUENCE, actions);
      const likelihood = (all: number[][]) =>
        all.reduce((sum, row, t) => sum + Math.log(row[actions[t]!]!), 0);
      assert.ok(likelihood(after) > likelihood(before), recurrence);
      policy.dispose();
    }
  }
});

Deno.test("restore() refuses a state of another recurrence, and a packed state keeps it", () => {
  const forward = smallPolicy("removal", { recurrence: "forward" });
  const none = smallPolicy("removal", { recurrence: "none" });
  const state = unpackPolicyState(packPolicyState(forward.state()));
  assert.deepEqual(state, forward.state());
  assert.equal(state.recurrence, "forward");
  assert.throws(() => none.restore(state), {
    name: "RangeError",
    message:
      "Cannot restore the policy: its recurrence is forward, expected none",
  });
  forward.restore(state);
  const usual = smallPolicy("removal");
  assert.ok(!("recurrence" in usual.state()));
  assert.throws(() => usual.restore(state), /its recurrence is forward/);
  for (const policy of [forward, none, usual]) policy.dispose();
});

Deno.test("update() leaves the LSTM as it was drawn when it is fixed", () => {
  for (const kind of KINDS) {
    const policy = smallPolicy(kind, { fixedLstm: true, leafLogits: 4 });
    const before = policy.state().arrays;
    const report = policy.update(SEQUENCE, drawRollouts(policy, SEQUENCE));
    policy.update(SEQUENCE, drawRollouts(policy, SEQUENCE, { name: 1 }));
    const after = policy.state().arrays;
    for (const name of Object.keys(before)) {
      const isSame = before[name]!.every((x, i) => x === after[name]![i]);
      assert.equal(isSame, name.includes("/lstm"), `${kind} ${name}`);
    }
    assert.ok(report.gradientNorm > 0);
    policy.dispose();
  }
});
