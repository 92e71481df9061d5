/**
 * The test that decides between plans of stages, and the verdict on the paper's.
 *
 * @module
 */

import {
  hedgesGz,
  holm,
  LEAST_PAIRS,
  LEVEL,
  type PairedDifference,
  pairedDifference,
  pairsNeeded,
  type Verdict,
  wilcoxonSignedRank,
  type WilcoxonTest,
} from "../../report/mod.ts";
import { originOf } from "../cells/origin.ts";
import type { StagePlanName } from "../options/stage_plans.ts";
import { OTHER_PLANS, PAPER_PLAN } from "./arms.ts";
import { contentOf, ofPlan, type PlanOutcome } from "./content.ts";

/**
 * What the paper says that two stages are better than: all decisions in one stage,
 * as that space is too large, and layer removal alone; shrinkage alone makes the
 * comparison whole. Of the order of the two stages it says nothing.
 */
export const CLAIMED: readonly StagePlanName[] = [
  "joint",
  "removal",
  "shrinkage",
];

/** The paper's plan beside another one. */
export interface PlanTest {
  /** The other plan. */
  readonly plan: StagePlanName;
  /** Final reward of the paper's plan less the other's, a pair a subject and search seed. */
  readonly difference: PairedDifference;
  /** Pairs in which the paper's plan is better. */
  readonly won: number;
  /** Pairs in which both are equal. */
  readonly tied: number;
  /** Pairs of each subject, by its title. */
  readonly subjects: ReadonlyMap<string, number>;
  /** Pairs of two engines, kinds of processor or trainings of the teacher. */
  readonly unlike: number;
  /** Hedges' g_z; absent below three pairs, and where the differences do not vary. */
  readonly effect?: number;
  /** Wilcoxon's signed-rank test; absent below {@link LEAST_PAIRS}. */
  readonly test?: WilcoxonTest;
  /** The same after Holm's correction over the plans that have one. */
  readonly adjusted?: number;
}

/**
 * Compares the paper's plan with each other one of which there are pairs: the same
 * subject and search seed under both plans. Differences are ranked, not added: of
 * CIFAR-10 they are ten times those of MNIST, and one pair would outweigh ten.
 *
 * @param outcomes Of one subject, or of several: then all pairs are in one test.
 */
export function testPlans(
  outcomes: readonly PlanOutcome[],
): readonly PlanTest[] {
  const own = new Map(
    ofPlan(outcomes, PAPER_PLAN).map((outcome) => [pairKey(outcome), outcome]),
  );
  const tests = OTHER_PLANS.flatMap((plan): readonly PlanTest[] => {
    const others = ofPlan(outcomes, plan).filter((each) =>
      own.has(pairKey(each))
    );
    return others.length === 0 ? [] : [testPlan(
      plan,
      others.map((other) => [own.get(pairKey(other))!, other]),
    )];
  });
  const decided = tests.filter(({ test }) => test !== undefined);
  const adjusted = holm(decided.map(({ test }) => test!.p));
  return tests.map((test) => {
    const place = decided.indexOf(test);
    return place < 0 ? test : { ...test, adjusted: adjusted[place]! };
  });
}

function pairKey({ subject, seed }: PlanOutcome): string {
  return JSON.stringify([subject, seed]);
}

function testPlan(
  plan: StagePlanName,
  pairs: readonly (readonly [own: PlanOutcome, other: PlanOutcome])[],
): PlanTest {
  const difference = pairedDifference(
    pairs.map(([own]) => own.reward),
    pairs.map(([, other]) => other.reward),
  );
  const { differences } = difference;
  const effect = differences.length < 3 ? undefined : hedgesGz(differences);
  const bySubject = Map.groupBy(pairs, ([{ title }]) => title);
  return {
    plan,
    difference,
    won: differences.filter((each) => each > 0).length,
    tied: differences.filter((each) => each === 0).length,
    subjects: new Map(
      [...bySubject].map(([title, { length }]) => [title, length]),
    ),
    unlike:
      pairs.filter(([own, other]) =>
        originOf(contentOf(own)) !== originOf(contentOf(other))
      ).length,
    ...(effect === undefined ? {} : { effect }),
    ...(differences.length < LEAST_PAIRS
      ? {}
      : { test: wilcoxonSignedRank(differences) }),
  };
}

/**
 * Pairs of each claimed plan without which no outcome could support the claim.
 *
 * @param tests Over all subjects.
 */
export function planPairsNeeded(tests: readonly PlanTest[]): number {
  return pairsNeeded(Math.max(CLAIMED.length, tests.length));
}

/**
 * Whether the paper's plan is better than every plan that it claims to be better
 * than; not decidable where some has so few pairs that it could not come out.
 *
 * @param tests Over all subjects.
 */
export function planVerdict(tests: readonly PlanTest[]): Verdict {
  const claimed = CLAIMED.map((plan) =>
    tests.find((test) => test.plan === plan)
  );
  const needed = planPairsNeeded(tests);
  if (claimed.some((test) => (test?.difference.n ?? 0) < needed)) {
    return "not decidable at this scale";
  }
  return claimed.every((test) => isBetter(test!))
    ? "supported"
    : "not supported";
}

/** Whether the paper's plan is better than another one, beyond chance. */
export function isBetter(test: PlanTest): boolean {
  return test.adjusted !== undefined && test.adjusted < LEVEL &&
    favoursOwn(test.test!);
}

/** Whether another plan is better than the paper's, beyond chance. */
export function isWorse(test: PlanTest): boolean {
  return test.adjusted !== undefined && test.adjusted < LEVEL &&
    !favoursOwn(test.test!);
}

/** Whether more than half of the rank sum is of positive differences. */
function favoursOwn({ n, statistic }: WilcoxonTest): boolean {
  return statistic > n * (n + 1) / 4;
}
