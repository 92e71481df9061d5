import assert from "node:assert/strict";
import {
  PLAN_ARM_NAMES,
  planArms,
  STAGE_PLAN_NAMES,
} from "../../lib/lab/mod.ts";
import { parseOptions } from "./_options.ts";

const INHERITED = {
  student: { start: "inherited" },
  final: {
    start: "inherited",
    epochs: 12,
    halving: [{ students: 6, epochs: 1 }, { students: 2, epochs: 3 }],
  },
  removal: { iterations: 10, rollouts: 6, budget: 40 },
  shrinkage: { iterations: 20, rollouts: 4, budget: 70 },
  joint: undefined,
};

/** The options of each arm, by its name. */
function armsOf(
  options: Readonly<Record<string, unknown>>,
  // deno-lint-ignore no-explicit-any
): Readonly<Record<string, any>> {
  const arms = planArms(parseOptions(options));
  return Object.fromEntries(arms.map(({ name, options }) => [name, options]));
}

Deno.test("planArms() begins with the paper's plan, and has each other one once", () => {
  const names = planArms(parseOptions()).map(({ name }) => name);
  assert.deepEqual(
    names,
    STAGE_PLAN_NAMES.map((plan) => plan.replace(",", "-")),
  );
  assert.equal(names[0], "removal-shrinkage");
  assert.deepEqual(names, PLAN_ARM_NAMES);
  const some = planArms(parseOptions(), ["joint", "removal-shrinkage"]);
  assert.deepEqual(some.map(({ name }) => name), [
    "removal-shrinkage",
    "joint",
  ]);
});

Deno.test("planArms() gives a plan of one stage what two stages have together", () => {
  const arms = armsOf(INHERITED);
  for (const name of ["removal-shrinkage", "shrinkage-removal"]) {
    assert.deepEqual(Object.keys(arms[name]), ["stages"]);
  }
  // 10 x 6 and 20 x 4 students are 140 together.
  assert.deepEqual(arms.removal.removal, { iterations: 24, budget: 110 });
  assert.deepEqual(arms.shrinkage.shrinkage, { iterations: 35, budget: 110 });
  // A joint stage is searched as shrinkage is.
  assert.deepEqual(arms.joint.shrinkage, { iterations: 35, budget: 110 });
  for (const name of ["removal", "shrinkage", "joint"]) {
    assert.equal(arms[name].stages, name);
    assert.deepEqual(arms[name].final.halving, [
      { students: 12, epochs: 1 },
      { students: 4, epochs: 3 },
    ]);
    // A second stage's students start from one that was trained for 3 epochs.
    assert.equal(arms[name].final.epochs, 15);
    assert.equal(arms[name].finalists, undefined);
  }
});

Deno.test("planArms() has equal budgets where one stage alone has one", () => {
  const budgets = (removal?: number, shrinkage?: number, epochs = 2) => {
    const { removal: own, ...others } = armsOf({
      student: { start: "inherited", epochs },
      removal: { iterations: 10, rollouts: 6, budget: removal },
      shrinkage: { iterations: 20, rollouts: 4, budget: shrinkage },
      joint: undefined,
    });
    return [
      own.removal.budget,
      others.shrinkage.shrinkage.budget,
      others.joint.shrinkage.budget,
    ];
  };
  assert.deepEqual(budgets(), [undefined, undefined, undefined]);
  assert.deepEqual(budgets(40, 70), [110, 110, 110]);
  // 20 x 4 students of 2 epochs, and 10 x 6.
  assert.deepEqual(budgets(40), [200, 200, 200]);
  assert.deepEqual(budgets(undefined, 70), [190, 190, 190]);
  // More than a stage can spend is not there for another plan.
  assert.deepEqual(budgets(1000, 70), [190, 190, 190]);
  assert.deepEqual(budgets(40, undefined, 0), [1, 1, 1]);
});

Deno.test("planArms() gives a joint stage with options of its own the length there", () => {
  const { joint } = armsOf({ ...INHERITED, joint: { rollouts: 7 } });
  assert.deepEqual(joint.joint, { iterations: 20, budget: 110 });
  assert.equal(joint.shrinkage, undefined);
});

Deno.test("planArms() adds no epochs where final trainings start from fresh weights", () => {
  const { removal } = armsOf({
    removal: { iterations: 3, rollouts: 5 },
    shrinkage: { iterations: 4, rollouts: 5 },
    final: { epochs: 9 },
  });
  assert.deepEqual(removal.final, { epochs: 9, halving: [] });
  // Without budgets, the students proposed are as many.
  assert.deepEqual(removal.removal, { iterations: 7 });
});

Deno.test("planArms() doubles finalists, the first of which a second stage starts from", () => {
  const { joint } = armsOf({
    ...INHERITED,
    finalists: 2,
    final: { start: "inherited", epochs: 9 },
  });
  assert.equal(joint.finalists, 4);
  assert.equal(joint.final.epochs, 18);
});
