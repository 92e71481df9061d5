import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type IterationRecord,
  ledgerOf,
  type Proposal,
} from "../../lib/search/mod.ts";

const UPDATE = { loss: 0, entropy: 0, gradientNorm: 0 };

function record(iteration: number, proposals: readonly Proposal[]) {
  return { iteration, proposals, baseline: 0, update: UPDATE, tendency: [] };
}

function rejected(rule: "noReduction" | "shape"): Proposal {
  return { actions: [], reward: -1, rejection: { rule, reason: "words" } };
}

function trained(changes: Partial<Proposal> = {}): Proposal {
  return {
    actions: [],
    reward: 0.5,
    networkId: "a",
    parameters: 1,
    compression: 0.9,
    accuracy: 0.5,
    repeated: false,
    epochs: 5,
    ...changes,
  };
}

Deno.test("ledgerOf() counts each kind of proposal over all iterations", () => {
  const records: readonly IterationRecord[] = [
    record(0, [
      rejected("shape"),
      trained(),
      trained({ repeated: true, epochs: 0 }),
    ]),
    record(1, [
      rejected("noReduction"),
      rejected("shape"),
      trained({ failure: "words", epochs: 2 }),
      // A failed student proposed again did not fail again.
      trained({ failure: "words", repeated: true, epochs: 0 }),
    ]),
  ];
  assert.deepEqual(ledgerOf(records, 50), {
    proposed: 7,
    rejected: 3,
    rejections: { shape: 2, noReduction: 1 },
    repeated: 2,
    trained: 2,
    failed: 1,
    violations: 0,
    studentEpochs: 7,
    studentImages: 350,
  });
});

Deno.test("ledgerOf() is all zeros when there are no records", () => {
  assert.deepEqual(ledgerOf([], 50), {
    proposed: 0,
    rejected: 0,
    rejections: {},
    repeated: 0,
    trained: 0,
    failed: 0,
    violations: 0,
    studentEpochs: 0,
    studentImages: 0,
  });
});

Deno.test("ledgerOf() adds up whatever was proposed", () => {
  const proposal = fc.oneof(
    fc.constantFrom("noReduction" as const, "shape" as const).map(rejected),
    fc.record({ repeated: fc.boolean(), failed: fc.boolean() }).map((
      { repeated, failed },
    ) =>
      trained({
        repeated,
        epochs: repeated ? 0 : 5,
        ...(failed ? { failure: "words" } : {}),
      })
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.array(proposal)), (iterations) => {
      const ledger = ledgerOf(iterations.map((all, i) => record(i, all)), 50);
      assert.equal(
        ledger.proposed,
        ledger.rejected + ledger.repeated + ledger.trained,
      );
      const byRule = Object.values(ledger.rejections);
      assert.equal(byRule.reduce((a, b) => a + b, 0), ledger.rejected);
      assert(ledger.failed <= ledger.trained);
    }),
  );
});
