import assert from "node:assert/strict";
import {
  analyseStrategies,
  checkStrategiesOptions,
  completeConfig,
  coursesOf,
  marksOf,
  planOfArm,
} from "../../lib/lab/mod.ts";
import { mean, studentInterval } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";
import { arm, ARMS, sampleContent } from "./_strategies.ts";

const config = (options: Readonly<Record<string, unknown>> = {}) =>
  completeConfig(parseOptions(options));

Deno.test("analyseStrategies() gives rewards, shares, ranks and optima at every mark", () => {
  const marks = analyseStrategies(sampleContent());
  assert.deepEqual(marks.map(({ proposed }) => proposed), [3, 6, 12]);
  const [first, , last] = marks.map(({ arms }) => arms[1]!);
  // Rows 5, 4, 2 and 3 of the table after three students.
  assert.equal(first!.name, "random");
  assert.equal(first!.best.mean, mean([0.4, 0.5, 0.7, 0.6]));
  assert.equal(first!.optimum, 0);
  // Rows 1, 0, 2 and 0 at the end; 1 and 2 are worth the same.
  const rewards = [0.7, 0.8, 0.7, 0.8];
  assert.equal(last!.best.mean, mean(rewards));
  assert.deepEqual(last!.best.interval, studentInterval(rewards));
  assert.equal(last!.share!.mean, mean(rewards.map((each) => each / 0.8)));
  assert.equal(last!.rank.mean, mean([2, 1, 2, 1]));
  assert.equal(last!.optimum, 0.5);
  assert.equal(last!.distinct.mean, 12 - 1.5);
  assert.equal(
    last!.meanReward.mean,
    mean([1, 2, 3, 4].map((each) => 0.1 * each)),
  );
});

Deno.test("analyseStrategies() compares with the first arm, seed by seed", () => {
  const { arms: [first, random, equal] } = analyseStrategies(sampleContent())
    .at(-1)!;
  assert.equal(first!.against, undefined);
  const { difference, p, adjusted } = random!.against!;
  // 0.7 0.8 0.7 0.8 less 0.6 0.6 0.6 0.7: all of one sign.
  assert.deepEqual(
    difference.differences.map((each) => each.toFixed(6)),
    ["0.100000", "0.200000", "0.100000", "0.100000"],
  );
  assert.equal(p, 2 ** -3);
  assert.equal(adjusted, 2 * p);
  assert.equal(equal!.against!.p, 1);
  assert.equal(equal!.against!.adjusted, 1);
});

Deno.test("analyseStrategies() counts a search without a student as what it earned", () => {
  const content = sampleContent([arm("a", [[1], []]), arm("b", [[], [0]])]);
  const { arms: [a, b] } = analyseStrategies(content).at(-1)!;
  assert.equal(a!.best.mean, mean([0.7, -1]));
  // Six can be chosen: a search that has none is behind them.
  assert.equal(a!.rank.mean, mean([2, 7]));
  assert.equal(b!.optimum, 0.5);
  const none = { ...content, table: content.table.slice(6) };
  const empty = analyseStrategies({
    ...none,
    arms: [arm("a", [[], []])],
  }).at(-1)!.arms[0]!;
  assert.equal(empty.share, undefined);
  assert.equal(empty.optimum, 0);
});

Deno.test("coursesOf() goes on iteration by iteration, from where every seed has a student", () => {
  const content = sampleContent([...ARMS, arm("none", [[1], []])]);
  const [first, ...others] = coursesOf(content);
  assert.deepEqual(
    first!.points.map(({ proposed, best }) => [proposed, best.mean]),
    [3, 6, 9, 12].map((proposed) => [
      proposed,
      mean(proposed === 3 ? [0.4, 0.5, 0.6, 0.5] : [0.6, 0.6, 0.6, 0.7]),
    ]),
  );
  assert.deepEqual(others.at(-1)!.points, []);
  const late = {
    name: "late",
    searches: [{
      seed: 1,
      marks: [],
      improvements: [{ proposed: 7, row: 2 }],
    }],
  };
  const [course] = coursesOf(sampleContent([late]));
  assert.deepEqual(course!.points.map(({ proposed }) => proposed), [9, 12]);
});

Deno.test("marksOf() ends with the search, and leaves out what lies behind it", () => {
  const length = { iterations: 25, rollouts: 6 };
  const of = (removal: typeof length, marks?: readonly number[]) =>
    marksOf(
      { ...config({ removal }), ...(marks && { marks }) } as ReturnType<
        typeof config
      >,
    );
  assert.deepEqual(of(length), [30, 60, 150]);
  assert.deepEqual(of({ iterations: 10, rollouts: 6 }), [30, 60]);
  assert.deepEqual(of({ iterations: 2, rollouts: 6 }), [12]);
  assert.deepEqual(of(length, [90, 12, 90]), [12, 90, 150]);
});

Deno.test("planOfArm() is the profile's search but for what the arm says", () => {
  const base = config({ removal: { iterations: 7, hidden: 5 } });
  const plan = planOfArm(base, {
    name: "a",
    search: "frozen",
    removal: { features: "paper" },
  }, 3);
  assert.equal(plan.search, "frozen");
  assert.equal(plan.seed, 3);
  assert.deepEqual(plan.config.removal, { ...base.removal, features: "paper" });
  assert.deepEqual(
    planOfArm(base, { name: "b", search: "random" }, 1).config.removal,
    base.removal,
  );
});

Deno.test("checkStrategiesOptions() tells all mistakes at once", () => {
  checkStrategiesOptions(config({ limits: { parameters: 9 } }));
  assert.throws(
    () =>
      checkStrategiesOptions(config({
        limits: { mode: "soft", shares: { latency: 0.5 } },
        policy: ["a.policy"],
        removal: { budget: 4 },
      })),
    ({ message }: Error) => {
      assert.equal(message.split("\n").length, 4);
      return true;
    },
  );
});
