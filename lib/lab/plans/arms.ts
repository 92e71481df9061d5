/**
 * Plans of stages as arms of one experiment, at equal budget.
 *
 * @module
 */

import type { Arm } from "../cells/experiment.ts";
import type { GivenConfig } from "../options/compression.ts";
import { USUAL_FINAL } from "../options/final.ts";
import { studentEpochsOf } from "../options/recipes.ts";
import {
  STAGE_PLAN_NAMES,
  type StagePlanName,
  stagesOf,
} from "../options/stage_plans.ts";

/** The paper's plan: what others are compared with. */
export const PAPER_PLAN: StagePlanName = "removal,shrinkage";

/** The others. */
export const OTHER_PLANS: readonly StagePlanName[] = STAGE_PLAN_NAMES.filter(
  (plan) => plan !== PAPER_PLAN,
);

/** Options of a compression that budgets are made of. */
export type Budgeted = Pick<
  GivenConfig,
  "removal" | "shrinkage" | "joint" | "student" | "final" | "finalists"
>;

/** Plans by the names of their arms, for example "removal-shrinkage". */
const PLANS: ReadonlyMap<string, StagePlanName> = new Map(
  STAGE_PLAN_NAMES.map((plan) => [plan.replace(",", "-"), plan]),
);

/** Names of all arms, the paper's plan first. */
export const PLAN_ARM_NAMES = [...PLANS.keys()] as [string, ...string[]];

/**
 * The paper's plan and others, an arm each. A plan of one stage gets what another
 * has for both of its stages together:
 *
 * - their student-epochs and as many proposals: where a stage has a `budget`, the
 *   other one's is what its proposals take if none is repeated;
 * - in each rung before the final training the students of both stages' rungs;
 * - where weights are inherited, longer final trainings: the student of a second
 *   stage starts from one that was trained before.
 *
 * @param given The options of one subject; they say how the two stages go.
 * @param others Arms that the paper's plan is compared with, of
 * {@link PLAN_ARM_NAMES}.
 */
export function planArms(
  given: Budgeted,
  others: readonly string[] = PLAN_ARM_NAMES,
): readonly Arm[] {
  const names = new Set([PLAN_ARM_NAMES[0], ...others]);
  return [...names].map((name) => {
    const stages = PLANS.get(name)!;
    return {
      name,
      options: stagesOf(stages).length > 1
        ? { stages }
        : { stages, ...wholeSearch(given, stages), ...wholeFinal(given) },
    };
  });
}

/** The one stage of a plan with the length of both of the paper's. */
function wholeSearch(
  given: Budgeted,
  plan: StagePlanName,
): Arm["options"] {
  const { removal, shrinkage, joint } = given;
  const proposals = [removal, shrinkage].reduce(
    (sum, { iterations, rollouts }) => sum + iterations * rollouts,
    0,
  );
  // A joint stage is searched as shrinkage is, unless it has options of its own.
  const key = plan === "removal"
    ? "removal"
    : plan === "joint" && joint !== undefined
    ? "joint"
    : "shrinkage";
  const own = { removal, shrinkage, joint }[key]!;
  const hasBudget = (removal.budget ?? shrinkage.budget) !== undefined;
  const spent = mostSpent(given, "removal") + mostSpent(given, "shrinkage");
  return {
    [key]: {
      iterations: Math.ceil(proposals / own.rollouts),
      // Untrained students spend nothing, but a budget is at least 1.
      ...(hasBudget ? { budget: Math.max(1, spent) } : {}),
    },
  };
}

/** Student-epochs that a stage of the paper's plan can spend. */
function mostSpent(
  given: Budgeted,
  kind: "removal" | "shrinkage",
): number {
  const { iterations, rollouts, budget = Infinity } = given[kind];
  return Math.min(budget, iterations * rollouts * studentEpochsOf(given, kind));
}

/** The final trainings of a plan's only stage. */
function wholeFinal(
  { final, student, finalists }: Budgeted,
): Arm["options"] {
  const { epochs, start = USUAL_FINAL.start, halving = [] } = final;
  const isInherited = student.start === "inherited" && start === "inherited";
  // What a second stage's students start from: a training of the last rung, or to
  // the end where there is no rung or finalists are compared.
  const before = finalists > 1 ? epochs : halving.at(-1)?.epochs ?? epochs;
  return {
    final: {
      epochs: epochs + (isInherited ? before : 0),
      halving: halving.map(({ students, epochs }) => ({
        students: 2 * students,
        epochs,
      })),
    },
    // A single one is not chosen among others.
    ...(finalists > 1 ? { finalists: 2 * finalists } : {}),
  };
}
