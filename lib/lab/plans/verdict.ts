/**
 * What a page on plans opens with.
 *
 * @module
 */

import {
  formatInterval,
  formatP,
  formatPaperCell,
  formatRewardDifference,
  listed,
  loadPaper,
  type PaperCell,
  paperLegend,
  statedP,
  verdictSection,
} from "../../report/mod.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import { subjectTitle } from "../compression/titles.ts";
import { lackingSentence } from "../cells/page_parts.ts";
import type { StagePlanName } from "../options/stage_plans.ts";
import { PAPER } from "../project.ts";
import {
  CLAIMED,
  isBetter,
  isWorse,
  planPairsNeeded,
  type PlanTest,
  planVerdict,
} from "./decide.ts";
import { planTitle } from "./titles.ts";

/** Subjects that the paper's claim on deep networks rests on (table 1). */
const DEEP = [
  ["VGG-19", { dataset: "cifar10", network: "vgg19" }],
  ["ResNet-34", { dataset: "cifar10", network: "resnet34" }],
] as const;

/** The paper's claim, its numbers with how they are known. */
async function claim(): Promise<string> {
  const paper = await loadPaper(PAPER);
  const used: PaperCell[] = [];
  const show = (cell: PaperCell) => {
    used.push(cell);
    return formatPaperCell(cell);
  };
  const found = DEEP.flatMap(([name, subject]) => {
    const [row] = paper.compression({ ...subject, model: "stage2" });
    const { compression, delta } = row ?? {};
    return compression === undefined || delta === undefined
      ? []
      : [`${name} by ${show(compression)} at ${show(delta)} points`];
  });
  return `Layer removal, then layer shrinkage scales to deep networks: on CIFAR-10 it compresses ${
    found.join(" and ")
  } of accuracy (table 1); in two stages, as one space of both kinds of actions would be too large (section 3). Tested here: at equal budgets removal, then shrinkage gives a higher final reward than one stage. ${
    paperLegend(used)
  }`;
}

/** "joint, removal only and shrinkage only". */
function list(plans: readonly StagePlanName[], before?: string): string {
  return listed(plans.map(planTitle), before);
}

const METHOD = "two-sided signed-rank test, Holm's correction over all plans";

function because(tests: readonly PlanTest[]): string {
  const testOf = (plan: StagePlanName) =>
    tests.find((test) => test.plan === plan);
  const pairs = CLAIMED.map((plan) => testOf(plan)?.difference.n ?? 0);
  switch (planVerdict(tests)) {
    case "not decidable at this scale":
      return `There ${
        Math.min(...pairs) === 1
          ? "is 1 pair"
          : `are ${Math.min(...pairs)} pairs`
      } of subject and search seed, at least ${
        planPairsNeeded(tests)
      } are needed (${METHOD}).`;
    case "supported":
      return `The students of removal, then shrinkage have a higher final reward than those of ${
        list(CLAIMED)
      } at equal budgets (${METHOD}). ${whereFrom(testOf(CLAIMED[0]!)!)}`;
    case "not supported": {
      const beaten = CLAIMED.filter((plan) => isBetter(testOf(plan)!));
      const worse = CLAIMED.filter((plan) => isWorse(testOf(plan)!));
      const equal = CLAIMED.filter((plan) =>
        !beaten.includes(plan) && !worse.includes(plan)
      );
      const parts = [
        ["is worse than", worse, "and"],
        ["cannot be told from", equal, "or"],
        ["is better than", beaten, "and"],
      ] as const;
      return `At equal budgets removal, then shrinkage ${
        parts.filter(([, plans]) => plans.length > 0)
          .map(([verb, plans, word]) => `${verb} ${list(plans, word)}`)
          .join("; it ")
      } by the final reward of its student (${METHOD}).`;
    }
  }
}

/** "Of 8 pairs 6 are of VGG-13 on MNIST, 2 of ...": how far a verdict carries. */
function whereFrom({ subjects, difference: { n } }: PlanTest): string {
  return `Of ${n} pairs ${
    [...subjects].map(([title, count]) => `${count} of ${title}`).join(", ")
  }.${claimedElsewhere([...subjects.keys()])}`;
}

/** What of the paper's claim no pair is of, or "". */
function claimedElsewhere(titles: readonly string[]): string {
  const missing = DEEP.map(([, subject]) => subjectTitle(subject))
    .filter((title) => !titles.some((each) => each.startsWith(title)));
  return missing.length === 0
    ? ""
    : ` None is of ${missing.join(" or ")}, which the paper's claim rests on.`;
}

function numberOf(
  { plan, difference, won, test, adjusted, effect }: PlanTest,
): string {
  const { n, mean, interval } = difference;
  return [
    `against ${planTitle(plan)}: ${formatRewardDifference(mean)}${
      interval === undefined
        ? ""
        : ` ${formatInterval(interval, formatRewardDifference)}`
    } of final reward over ${n} ${n === 1 ? "pair" : "pairs"}, ${won} won`,
    ...(effect === undefined ? [] : [`g = ${effect.toFixed(2)}`]),
    ...(test === undefined
      ? []
      : [`${statedP(test.p)}, with Holm ${formatP(adjusted)}`]),
  ].join(", ");
}

const WOULD_CHANGE = {
  "not decidable at this scale":
    "More pairs: `--seeds 8`, or more subjects; where only some plans were run, the others.",
  "supported":
    "A plan of one stage that catches up with more student-epochs, students trained longer, or wider teachers (`--profile paper`).",
  "not supported":
    "A difference that shows with more student-epochs, more pairs, or at the paper's width (`--profile paper`); where a plan is better, a loss of its lead there.",
} as const;

/**
 * The opening of the page: claim, verdict, what decided, what would change it.
 *
 * @param tests Over all subjects.
 * @param results What the profile has come to.
 */
export async function planVerdictSection(
  tests: readonly PlanTest[],
  results: Pick<ProfileResults<unknown>, "cells" | "lacking">,
): Promise<string> {
  const verdict = planVerdict(tests);
  return verdictSection({
    claim: await claim(),
    verdict,
    because: because(tests) + lackingSentence(results),
    numbers: tests.map(numberOf),
    wouldChange: WOULD_CHANGE[verdict],
  });
}
