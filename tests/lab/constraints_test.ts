import assert from "node:assert/strict";
import {
  compareModes,
  completeConfig,
  constraintArm,
  constraintArms,
  constraintsFigures,
  constraintsSummary,
  constraintsVerdict,
  limitedSubjects,
  limitsLatency,
  limitsOf,
  objectiveOf,
  outcomeOf,
  scoreOf,
  searchesOf,
} from "../../lib/lab/mod.ts";
import { stageLimitsOf } from "../../lib/lab/constraints/stage_limits.ts";
import { searchPlanOf } from "../../lib/lab/options/search_plan.ts";
import { vgg } from "../../lib/network/mod.ts";
import { type Proposal, stageSpace } from "../../lib/search/mod.ts";
import { assertWellFormed } from "../report/_svg.ts";
import { content, type MadeUp, results, SHARES } from "./_constraints.ts";
import { parseOptions } from "./_options.ts";

const SIZES = {
  parameters: 1001,
  macs: 4001,
  activationBytes: 801,
  weightBytes: 4004,
};

const limited = (limits: Readonly<Record<string, unknown>>) =>
  completeConfig(parseOptions({ limits }));

Deno.test("limitsOf() takes parts of what the teacher has, rounds counts down, and the stricter of two", () => {
  const teacher = { sizes: { ...SIZES, latencyMs: 3 }, accuracy: 0.8 };
  const of = (limits: Readonly<Record<string, unknown>>) =>
    limitsOf(limited(limits).limits, teacher);
  assert.deepEqual(of({}), {});
  assert.deepEqual(
    of({
      shares: {
        parameters: 0.5,
        macs: 0.5,
        activationBytes: 0.5,
        weightBytes: 0.5,
        latency: 0.5,
        accuracy: 0.5,
      },
    }),
    {
      maxParameters: 500,
      maxMacs: 2000,
      maxActivationBytes: 400,
      maxWeightBytes: 2002,
      maxLatencyMs: 1.5,
      minAccuracy: 0.4,
    },
  );
  const both = { parameters: 400, latencyMs: 2, accuracy: 0.9 };
  assert.deepEqual(of(both), {
    maxParameters: 400,
    maxLatencyMs: 2,
    minAccuracy: 0.9,
  });
  assert.deepEqual(
    of({ ...both, shares: { parameters: 0.1, latency: 0.9, accuracy: 0.5 } }),
    { maxParameters: 100, maxLatencyMs: 2, minAccuracy: 0.9 },
  );
  assert.deepEqual(of({ shares: { parameters: 0.0001 } }), {
    maxParameters: 1,
  });
});

Deno.test("limitsOf() throws when the limit is a part of a latency that is not known", () => {
  const config = limited({ shares: { latency: 0.5 } });
  assert.throws(() => objectiveOf(config, { sizes: SIZES, accuracy: 1 }), {
    name: "RangeError",
    message: /the teacher's is not known, expected a measurement/,
  });
});

Deno.test("limitsLatency() says whether times decide", () => {
  assert.deepEqual(
    [
      {},
      { parameters: 5, shares: { macs: 0.5 } },
      { latencyMs: 2 },
      { shares: { latency: 0.5 } },
    ].map((limits) => limitsLatency(limited(limits))),
    [false, false, true, true],
  );
});

Deno.test("constraintArms() has a search without limits, then each limit in its mode, and all together", () => {
  const arms = constraintArms({
    compare: ["macs-soft", "latency-hard", "macs-soft", "all-late"],
    shares: SHARES,
  });
  assert.deepEqual(arms, [
    { name: "free", options: {} },
    {
      name: "macs-soft",
      options: { limits: { mode: "soft", shares: { macs: 0.25 } } },
    },
    {
      name: "latency-hard",
      options: { limits: { mode: "hard", shares: { latency: 0.5 } } },
    },
    {
      name: "all-late",
      options: {
        limits: { mode: "late", shares: { macs: 0.25, latency: 0.5 } },
      },
    },
  ]);
  const [, all] = constraintArms({ compare: ["all-soft"], shares: SHARES });
  assert.deepEqual(all!.options.limits, {
    mode: "soft",
    shares: {
      parameters: 0.1,
      macs: 0.25,
      activationBytes: 0.5,
      latency: 0.5,
      accuracy: 0.95,
    },
  });
  assert.deepEqual(constraintArm("all-late"), { limit: "all", mode: "late" });
  assert.equal(constraintArm("free"), undefined);
  assert.equal(constraintArm("accuracy-late"), undefined);
});

/** Soft and hard limits with so many seeds, soft better by so much. */
function searches(
  seeds: number,
  gains: Readonly<Record<string, number>>,
): readonly MadeUp[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) => [
    { arm: "free", seed, reward: 0.9 },
    ...Object.entries(gains).flatMap(([limit, gain]) => [
      { arm: `${limit}-soft`, seed, reward: 0.5 + gain + seed / 1000 },
      { arm: `${limit}-hard`, seed, reward: 0.5 },
    ]),
  ]);
}

const compared = (given: readonly MadeUp[]) =>
  compareModes(limitedSubjects(results(given)));

Deno.test("scoreOf() is the reward after the final training, -1 without a student", () => {
  assert.equal(
    scoreOf(content({ arm: "macs-soft", seed: 1, reward: 0.4 })),
    0.4,
  );
  assert.equal(scoreOf(content({ arm: "macs-soft", seed: 1 })), -1);
});

Deno.test("outcomeOf() counts what keeps to limits, what it costs, and the price", () => {
  const given = [
    ...searches(2, { macs: 0.1 }),
    { arm: "macs-soft", seed: 3 },
  ];
  const [subject] = limitedSubjects(results(given));
  const outcome = outcomeOf(
    searchesOf(subject!, "macs-soft"),
    searchesOf(subject!, "free"),
  );
  assert.equal(outcome.found, 2);
  assert.equal(outcome.score.n, 3);
  assert(Math.abs(outcome.score.mean! - (0.601 + 0.602 - 1) / 3) < 1e-12);
  // Of the seeds that both have.
  assert.equal(outcome.price.n, 2);
  assert(Math.abs(outcome.price.mean! - (0.6015 - 0.9)) < 1e-12);
  assert.equal(outcome.test.n, 2);
  // One of four proposals, and none where the best one breaks a limit too.
  assert(Math.abs(outcome.feasible.mean! - 0.5 / 3) < 1e-12);
  assert(Math.abs(outcome.wasted.mean! - 4 / 3) < 1e-12);
  assert.equal(outcome.untrained.mean, 1);
  assert.equal(outcome.epochs.mean, 2);
});

Deno.test("compareModes() pairs soft and hard by seed and corrects over limits", () => {
  const found = compared([
    ...searches(8, { macs: 0.1, all: -0.2 }),
    { arm: "macs-soft", seed: 9, reward: 0.1 },
    { arm: "latency-soft", seed: 1, reward: 0.1 },
  ]);
  assert.deepEqual(found.map(({ limit }) => limit), ["macs", "all"]);
  for (const { difference, p, adjusted } of found) {
    assert.equal(difference.n, 8);
    assert.equal(p, 2 ** -7);
    assert.equal(adjusted, 2 ** -6);
  }
  assert(Math.abs(found[0]!.difference.mean! - 0.1045) < 1e-12);
  assert(Math.abs(found[1]!.difference.mean! + 0.1955) < 1e-12);
});

Deno.test("constraintsVerdict() decides by corrected tests, and not from too few seeds", () => {
  const verdict = (given: readonly MadeUp[]) => {
    const subjects = limitedSubjects(results(given));
    const text = constraintsVerdict(subjects, {
      comparisons: compareModes(subjects),
      results: { cells: [], lacking: [] },
    });
    return /\*\*Verdict: ([^.]*)\.\*\* (.*)$/m.exec(text)!.slice(1);
  };
  const [few, why] = verdict(searches(6, { macs: 0.1, all: 0.1 }));
  assert.equal(few, "not decidable at this scale");
  assert.match(
    why!,
    /^6 pairs of search seeds, and 2 tests of them: .* 7 on\.$/,
  );
  assert.equal(
    verdict(searches(6, { macs: 0.1 }))[0],
    "supported",
  );
  assert.deepEqual(verdict(searches(8, { macs: 0.1, all: 0.1 })), [
    "supported",
    "Soft limits lead to better students under: macs, all; to worse ones under none.",
  ]);
  const [mixed, both] = verdict(searches(8, { macs: 0.1, all: -0.1 }));
  assert.equal(mixed, "not supported");
  assert.equal(
    both,
    "Hard limits lead to better students under: all, soft ones under: macs.",
  );
  const even = searches(8, { macs: 0 }).map((each) =>
    each.arm === "macs-soft"
      ? { ...each, reward: 0.5 + (each.seed % 2 ? 0.01 : -0.01) }
      : each
  );
  const [undecided, reason] = verdict(even);
  assert.equal(undecided, "not supported");
  assert.match(reason!, /^None of 1 differences .* told from chance/);
  const none = searches(8, { macs: 0 }).map(({ reward, ...each }) =>
    each.arm === "free" ? { ...each, reward: reward! } : each
  );
  assert.deepEqual(verdict(none), [
    "not decidable at this scale",
    "No search found a student that keeps to its limits.",
  ]);
  assert.match(
    verdict([{ arm: "free", seed: 1, reward: 0.9 }])[1]!,
    /^no limit was searched/,
  );
});

Deno.test("constraintsSummary() decides nothing that searches that are lacking may overturn", () => {
  const verdict = (
    gains: Readonly<Record<string, number>>,
    ...names: readonly string[]
  ) => {
    const lacking = names.map((name) => ({ name, reason: "not run yet" }));
    const made = { ...results(searches(8, gains)), lacking };
    const text = constraintsSummary(made, "RQ4");
    const [, said, why] = /\*\*Verdict: ([^.]*)\.\*\* (.*)$/m.exec(text)!;
    return [said!, why!, text] as const;
  };
  const subject = "mnist-vgg13-w1";
  const undecided = "not decidable at this scale";
  const cases: readonly (readonly [Record<string, number>, string, string])[] =
    [
      // A seed more of what is compared, another limit, another subject.
      [{ macs: 0.1 }, "macs-soft-s9", undecided],
      [{ macs: 0.1 }, "all-hard-s1", undecided],
      [{ macs: 0 }, "all-hard-s1", undecided],
      [{ macs: -0.1 }, "macs-hard-s9", undecided],
      // What is in no comparison, or cannot undo that hard is better somewhere.
      [{ macs: 0.1 }, "macs-late-s9", "supported"],
      [{ macs: 0.1 }, "free-s9", "supported"],
      [{ macs: -0.1 }, "all-soft-s1", "not supported"],
    ];
  for (const [gains, arm, wanted] of cases) {
    const [said] = verdict(gains, `${subject}-${arm}`);
    assert.equal(said, wanted, arm);
  }
  assert.equal(
    verdict({ macs: 0.1 }, "birds-vgg11-w1-macs-soft-s1")[0],
    undecided,
  );
  // Two of one comparison are one more test.
  const [, why, text] = verdict(
    { macs: 0.1, latency: 0.1 },
    ...["all-soft-s1", "all-hard-s1"].map((arm) => `${subject}-${arm}`),
  );
  assert.match(why, /^Of 3 tests of soft beside hard 1 lack searches/);
  assert.match(text, /\| macs +\| +8 \|.* 0\.008 \| +0\.023 \|/);
  assert.match(text, /all tests of this page, and 1 that are lacking, by Holm/);
});

Deno.test("constraintsSummary() opens with the verdict, names limits, machine and what is lacking", () => {
  const given = [
    ...searches(8, { parameters: 0.1 }),
    { arm: "latency-hard", seed: 1, reward: 0.3 },
  ];
  const made = {
    ...results(given),
    lacking: [{ name: "mnist-vgg13-w1-macs-late-s9", reason: "not run yet" }],
  };
  const text = constraintsSummary(made, "RQ4: constraints");
  const lines = text.split("\n");
  assert.equal(lines[0], "# RQ4: constraints (profile `laptop`)");
  assert.match(lines[2]!, /^\*\*Claim\.\*\* /);
  assert.match(lines[4]!, /^\*\*Verdict: supported\.\*\* /);
  assert.match(text, /17 of 17 searches under limits found a student/);
  assert.match(
    text,
    /^- latency: at most 1,234 parameters, at most 1\.000 ms a/m,
  );
  assert.match(text, /2\.000 ms \(1\.500 to 2\.500\), quartiles/);
  assert.match(text, /on 1 thread of A\\\*B \(x86_64\)/);
  assert.match(text, /- mnist-vgg13-w1-macs-late-s9: not run yet/);
  assert.match(lines[4]!, / Of the 26 cells of the profile 1 is lacking\.$/);
  // Of the free search one in four kept to the limit on parameters by chance.
  assert.match(
    text,
    /\| parameters \| +25\.00 ± 0\.00 \\\[25\.00, 25\.00\\\] \| 0\.2500 ±/,
  );
  assert.doesNotMatch(text, /undefined|NaN|\n\n\n/);
  assert.equal(text, constraintsSummary(made, "RQ4: constraints"));

  const figures = [...constraintsFigures(made)];
  assert.deepEqual(figures.map(([path]) => path), [
    "rq4/laptop/mnist-vgg13-w1-feasible.svg",
  ]);
  assert(text.includes(`(${figures[0]![0].replace("rq4/", "")})`));
  assertWellFormed(figures[0]![1]);
  assert.doesNotMatch(figures[0]![1], /NaN|undefined/);
});

Deno.test("constraintsSummary() says so when there is no result, or no search without limits", () => {
  const none = { ...results([]), cells: [] };
  assert.match(constraintsSummary(none, "RQ4"), /There is no result yet/);
  assert.equal(constraintsFigures(none).size, 0);
  const alone = results([{ arm: "macs-soft", seed: 1 }]);
  const text = constraintsSummary(alone, "RQ4");
  assert.match(text, /0 of 1 searches under limits found/);
  assert.doesNotMatch(text, /undefined|NaN/);
  assertWellFormed([...constraintsFigures(alone).values()][0]!);
});

Deno.test("stageLimitsOf() counts as untrained what was rejected, once each, and never trained", () => {
  const made = content({ arm: "macs-soft", seed: 1, reward: 0.5 });
  const { config } = made.identity;
  const plan = searchPlanOf(config, { seed: 1 });
  const base = vgg({ depth: 11, input: [3, 32, 32], classes: 10, width: 0.1 });
  const space = stageSpace(plan, "removal", base);
  const keep = space.decisions.map(() => 1);
  const without = (at: number) => keep.map((each, i) => i === at ? 0 : each);
  const [first, second] = space.decisions.keys().map(without)
    .filter((actions) => space.apply(actions).ok);
  const trained = (actions: readonly number[]) => ({ actions, reward: 0.1 });
  const rejected = (actions: readonly number[]) => ({
    actions,
    reward: -1,
    rejection: { rule: "limit", reason: "too large" },
  });
  const untrainedOf = (proposals: readonly Proposal[]) =>
    stageLimitsOf({
      ...made,
      stages: [{
        ...made.stages[0]!,
        base,
        records: [{ iteration: 0, proposals, tendency: [] }],
      }],
    }, { config, plan })[0]!.untrained;
  // While the limit is soft a student is trained; later it is rejected for it.
  assert.equal(
    untrainedOf([
      trained(first!),
      rejected(first!),
      rejected(second!),
      rejected(second!),
    ]),
    1,
  );
  assert.equal(untrainedOf([rejected(first!), rejected(second!)]), 2);
});
