/**
 * What holds of the verdicts of all questions: the order in which cells come is no
 * evidence, and what is lacking is said.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ablationSummary,
  compareBaselines,
  comparedVerdict,
  compareModes,
  constraintsSummary,
  distillationSummary,
  limitedSubjects,
  planOutcome,
  planSummary,
  planVerdict,
  STAGE_PLAN_NAMES,
  testPlans,
  transferSummary,
} from "../../lib/lab/mod.ts";
import { verdictsOf } from "../../lib/report/mod.ts";
import { arm, sampleCell as ablated, sampleContent } from "./_ablation.ts";
import { baseline, search } from "./_baselines.ts";
import { results as limited } from "./_constraints.ts";
import {
  sampleCell as losses,
  studentsContent,
  TEST,
} from "./_distillation.ts";
import { planCell } from "./_plans.ts";
import {
  sampleCell as transferred,
  sampleContent as transfer,
  SEEDS,
} from "./_transfer.ts";

/** Rewards of some seeds under two conditions. */
const REWARDS = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })),
  { minLength: 6, maxLength: 10 },
);

const OPTIONS = { numRuns: 25 } as const;

/** A permutation of so many by keys. */
function permuted<T>(values: readonly T[], keys: readonly number[]): T[] {
  return values.map((value, i) => ({ value, key: keys[i % keys.length]! }))
    .sort((a, b) => a.key - b.key).map(({ value }) => value);
}

const KEYS = fc.array(fc.integer(), { minLength: 60, maxLength: 60 });

Deno.test("testPlans() does not depend on the order of the cells, and turns with the sides", () => {
  fc.assert(
    fc.property(REWARDS, KEYS, (rewards, keys) => {
      const cells = rewards.flatMap(([one, other], i) =>
        STAGE_PLAN_NAMES.map((plan, k) =>
          planOutcome(planCell({
            plan,
            seed: i + 1,
            reward: (k === 0 ? one : other + k) / 40,
          }))
        )
      );
      const tests = testPlans(cells);
      const again = testPlans(permuted(cells, keys));
      const told = (of: typeof tests) =>
        of.map(({ plan, test, adjusted, won, difference: { n, mean } }) => [
          plan,
          test?.p,
          adjusted,
          won,
          n,
          mean,
        ]);
      assert.deepEqual(told(again), told(tests));
      assert.equal(planVerdict(again), planVerdict(tests));
      const joint = tests.find(({ plan }) => plan === "joint")!;
      const turned = testPlans(cells.map((cell) => ({
        ...cell,
        plan: cell.plan === "joint"
          ? "removal,shrinkage" as const
          : cell.plan === "removal,shrinkage"
          ? "joint" as const
          : cell.plan,
      }))).find(({ plan }) => plan === "joint")!;
      assert.equal(turned.test?.p, joint.test?.p);
      assert.equal(0 - turned.difference.mean!, 0 + joint.difference.mean!);
      assert.equal(turned.won + turned.tied + joint.won, rewards.length);
    }),
    OPTIONS,
  );
});

Deno.test("compareModes() does not depend on the order of the cells", () => {
  fc.assert(
    fc.property(REWARDS, KEYS, (rewards, keys) => {
      const made = limited(rewards.flatMap(([soft, hard], i) => [
        { arm: "free", seed: i + 1, reward: 0.9 },
        { arm: "macs-soft", seed: i + 1, reward: soft / 20 },
        { arm: "macs-hard", seed: i + 1, reward: hard / 20 },
      ]));
      const of = (cells: typeof made.cells) =>
        compareModes(limitedSubjects({ cells })).map((
          { difference: { n, mean }, p, adjusted },
        ) => ({ n, mean, p, adjusted }));
      assert.deepEqual(of(permuted(made.cells, keys)), of(made.cells));
    }),
    { numRuns: 5 },
  );
});

Deno.test("compareBaselines() does not depend on the order of the cells of an arm", () => {
  fc.assert(
    fc.property(REWARDS, KEYS, (rewards, keys) => {
      const searches = rewards.map(([test], i) =>
        search(10_000, test / 20, { seed: i + 1 })
      );
      const baselines = rewards.map(([, test], i) =>
        baseline({ 10_000: test / 20 }, { seed: i + 1 })
      );
      const one = comparedVerdict(compareBaselines({ searches, baselines }));
      const other = comparedVerdict(compareBaselines({
        searches: permuted(searches, keys),
        baselines: permuted(baselines, keys.toReversed()),
      }));
      assert.deepEqual(other, one);
    }),
    { numRuns: 10 },
  );
});

Deno.test("every question's page says behind its verdict that cells are lacking", async () => {
  const lacking = [{ name: "mnist-x", reason: "not run yet" }];
  const rest = { question: "q", profile: "laptop", lacking };
  const ablation = sampleContent([
    arm("a", [0.5, 0.5]),
    arm("b", [0.5, 0.4], "a"),
  ]);
  const pages = [
    await planSummary(
      { ...rest, cells: [planCell({ plan: "joint", reward: 0.5 })] },
      "RQ2",
    ),
    await transferSummary(
      { ...rest, cells: [transferred(transfer(SEEDS))] },
      "RQ3",
    ),
    constraintsSummary(
      { ...limited([{ arm: "free", seed: 1, reward: 0.5 }]), lacking },
      "RQ4",
    ),
    distillationSummary(
      { ...rest, cells: [losses(studentsContent(12, () => 0))] },
      { title: "RQ5", test: TEST },
    ),
    ablationSummary(
      { ...rest, cells: [ablated(ablation)] },
      { title: "Ablations", ablations: [] },
    ),
  ];
  for (const page of pages) {
    const [{ because } = { because: "" }] = verdictsOf(page);
    assert.match(because, /Of the 2 cells of the profile 1 is lacking\.$/);
    assert.match(page, /Not in the table:\n\n- mnist-x: not run yet\n/);
  }
});
