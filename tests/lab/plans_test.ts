import assert from "node:assert/strict";
import {
  isFruitless,
  planCourses,
  planOutcome,
  planSubjects,
  planVerdict,
  searchCourse,
  testPlans,
} from "../../lib/lab/mod.ts";
import { isBetter, isWorse } from "../../lib/lab/plans/decide.ts";
import { type PlanCell, planCell } from "./_plans.ts";

const outcomes = (cells: readonly PlanCell[]) =>
  cells.map((cell) => planOutcome(planCell(cell)));

/** Cells of all plans with so many seeds, each plan's rewards below the paper's by so much. */
function pairsOf(
  below: Partial<Record<PlanCell["plan"], number>>,
  seeds = 6,
): readonly PlanCell[] {
  return Array.from({ length: seeds }, (_, k) => k + 1).flatMap((seed) => {
    const own = 0.9 + seed / 1000;
    return [
      { plan: "removal,shrinkage", seed, reward: own } as const,
      ...Object.entries(below).map(([plan, less]) => ({
        plan: plan as PlanCell["plan"],
        seed,
        // Not all differences are equal.
        reward: own - less * (1 + seed / 10),
      })),
    ];
  });
}

const ALL = { "shrinkage,removal": 0.01, joint: 0.02, removal: 0.03 } as const;

Deno.test("planOutcome() takes the final reward of the last winner, -1 without one", () => {
  const [two, none, one, empty] = outcomes([
    { plan: "removal,shrinkage", reward: 0.8 },
    { plan: "joint" },
    { plan: "removal", reward: 0.7 },
    // The second stage found no student: the first one's counts.
    { plan: "shrinkage,removal" },
  ]);
  assert.equal(two!.reward, 0.8);
  assert.equal(none!.reward, -1);
  assert.equal(none!.student, undefined);
  assert.equal(one!.reward, 0.7);
  assert.equal(empty!.reward, 0.5);
  assert.equal(empty!.student!.networkId, "0".repeat(64));
});

Deno.test("isFruitless() tells a stage without students from one whose trainings failed", () => {
  const stagesOf = (cell: PlanCell) =>
    planCell(cell).record.deterministic.stages;
  const [first, second] = stagesOf({ plan: "shrinkage,removal" });
  assert.equal(isFruitless({ stages: [first!, second!] }), true);
  const failed = { ...second!, finals: first!.finals };
  assert.equal(isFruitless({ stages: [first!, failed] }), false);
  const rung = { ...second!, rungs: [first!.finals] };
  assert.equal(isFruitless({ stages: [first!, rung] }), false);
  assert.equal(isFruitless({ stages: stagesOf({ plan: "joint" }) }), false);
});

Deno.test("planSubjects() keeps what differs in data, network or width apart", () => {
  const cells = [
    planCell({ plan: "joint", options: { width: 0.5 } }),
    planCell({ plan: "joint", options: { network: "vgg19" } }),
    planCell({ plan: "removal", options: { width: 0.5 } }),
  ];
  assert.deepEqual(
    planSubjects(cells).map(({ slug, outcomes }) => [slug, outcomes.length]),
    [["mnist-vgg13-w0.5", 2], ["mnist-vgg19-w0.25", 1]],
  );
});

Deno.test("testPlans() pairs by subject and seed, and corrects over all plans", () => {
  const tests = testPlans(outcomes(pairsOf({ ...ALL, shrinkage: -0.01 })));
  assert.deepEqual(tests.map(({ plan }) => plan), [
    "shrinkage,removal",
    "joint",
    "removal",
    "shrinkage",
  ]);
  for (const { difference, test, adjusted, won, tied, plan } of tests) {
    assert.equal(difference.n, 6);
    // Six differences of one sign: 2 of 2^6 sign patterns are as extreme.
    assert.equal(test!.p, 1 / 32);
    assert.equal(adjusted, 4 / 32);
    assert.equal(won, plan === "shrinkage" ? 0 : 6);
    assert.equal(tied, 0);
  }
  assert(Math.abs(tests[1]!.difference.mean! - 0.027) < 1e-12);
});

Deno.test("testPlans() leaves out what has no partner", () => {
  const [test, ...others] = testPlans(outcomes([
    { plan: "removal,shrinkage", reward: 0.9 },
    { plan: "joint", reward: 0.8 },
    { plan: "joint", seed: 2, reward: 0.1 },
    { plan: "joint", reward: 0.1, options: { network: "vgg19" } },
  ]));
  assert.deepEqual(others, []);
  assert.equal(test!.difference.n, 1);
  assert(Math.abs(test!.difference.mean! - 0.1) < 1e-12);
  assert.equal(test!.test, undefined);
});

Deno.test("testPlans() does not let one wide difference outweigh many narrow ones", () => {
  const narrow = Array.from({ length: 10 }, (_, i) => 0.001 + i / 1e4);
  const [joint] = testPlans(outcomes(
    [...narrow, ...narrow, -0.2].flatMap((below, i) => [
      { plan: "removal,shrinkage" as const, seed: i + 1, reward: 0.9 },
      { plan: "joint" as const, seed: i + 1, reward: 0.9 - below },
    ]),
  ));
  assert(joint!.difference.mean! < 0);
  assert(isBetter(joint!) && !isWorse(joint!));
});

Deno.test("testPlans() counts pairs by subject, and those of several teachers", () => {
  const made = pairsOf({ joint: 0.02 }, 2);
  const cells = outcomes([
    ...made,
    ...made.map((each) => ({ ...each, options: { network: "vgg19" } })),
  ]);
  const [test] = testPlans(cells);
  assert.deepEqual([...test!.subjects.values()], [2, 2]);
  assert.equal(test!.unlike, 0);
  const [first, ...others] = cells;
  const { record } = first!.cell;
  const { teacher } = record.deterministic;
  const other = {
    ...record.deterministic,
    teacher: { ...teacher, test: teacher.test - 0.01 },
  };
  const cell = {
    ...first!.cell,
    record: { ...record, deterministic: other },
  };
  assert.equal(testPlans([{ ...first!, cell }, ...others])[0]!.unlike, 1);
});

Deno.test("planVerdict() decides on pairs enough of every claimed plan, corrected", () => {
  const verdict = (
    below: Parameters<typeof pairsOf>[0],
    seeds?: number,
  ) => planVerdict(testPlans(outcomes(pairsOf(below, seeds))));
  const undecided = "not decidable at this scale";
  assert.equal(verdict({ ...ALL, shrinkage: 0.01 }, 5), undecided);
  assert.equal(verdict(ALL, 8), undecided);
  // Six pairs give p = 1/32 at least, which four tests raise to 1/8; eight 1/32.
  assert.equal(verdict({ ...ALL, shrinkage: 0.01 }, 6), undecided);
  assert.equal(verdict({ ...ALL, shrinkage: 0.01 }, 7), undecided);
  const three = { joint: 0.02, removal: 0.03, shrinkage: 0.01 };
  assert.equal(verdict(three, 6), undecided);
  assert.equal(verdict(three, 7), "supported");
  assert.equal(verdict({ ...ALL, shrinkage: 0.01 }, 8), "supported");
  assert.equal(verdict({ ...ALL, shrinkage: -0.01 }, 8), "not supported");
  // Of the order of the stages the paper claims nothing.
  const order = { ...ALL, "shrinkage,removal": -0.01, shrinkage: 0.01 };
  assert.equal(verdict(order, 8), "supported");
});

Deno.test("searchCourse() goes on over stages, by student-epochs spent", () => {
  const { record } = planCell({
    plan: "removal,shrinkage",
    search: [[[-1, -1], [0.5, -1]], [[0.25, 0.75]]],
  });
  assert.deepEqual(
    searchCourse(record.deterministic),
    [
      { epochs: 0, best: -1, mean: -1 },
      { epochs: 2, best: 0.5, mean: -0.625 },
      { epochs: 6, best: 0.75, mean: -0.25 },
    ],
  );
});

Deno.test("planCourses() is a mean over seeds from the first student of all on", () => {
  const search = (late: number, end: number) => [[[late], [0.4], [end]]];
  const courses = planCourses(
    outcomes([
      { plan: "joint", search: search(-1, 0.8) },
      { plan: "joint", seed: 2, search: search(0.2, 0.6) },
      { plan: "removal", search: [[[-1]]] },
    ]),
    "best",
  );
  assert.deepEqual(courses.map(({ name }) => name), ["joint"]);
  const points = courses[0]!.points;
  // The first one spends 0, 2, 4 epochs, the second 2, 4, 6.
  assert.deepEqual(points.map(({ x }) => x), [2, 3, 4, 5, 6]);
  const round = (value: number) => Math.round(value * 1e6) / 1e6;
  assert.deepEqual(points.map(({ y }) => round(y)), [0.3, 0.3, 0.6, 0.6, 0.7]);
  assert(points.every(({ interval, y }) => interval![0] < y || y === 0.6));
  const [single] = planCourses(
    outcomes([{ plan: "joint", search: search(0.1, 0.8) }]),
    "mean",
  );
  assert.equal(single!.points[0]!.interval, undefined);
});
