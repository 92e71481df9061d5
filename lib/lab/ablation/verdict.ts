/**
 * What an ablation's numbers make of its claim.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatInterval,
  formatNumber,
  formatP,
  formatRewardDifference,
  LEVEL,
  pairsNeeded,
  statedP,
  type Verdict,
  type VerdictSection,
} from "../../report/mod.ts";
import type { Ablation, ClaimRule } from "./ablation.ts";
import { type AblatedAnalysis, analyseAblation } from "./analyse.ts";
import type { AblationContent } from "./content.ts";

/** One arm beside what it is compared with, as a claim looks at it. */
export interface Compared {
  /** The arm. */
  readonly name: string;
  /** Mean difference of reward, below 0 where the arm is worse. */
  readonly mean: number;
  /** p after the correction. */
  readonly adjusted: number;
}

/** What supports a claim that says nothing else. */
const ANY_WORSE: ClaimRule = { takes: "one", side: "worse" };

/**
 * Whether comparisons support a claim.
 *
 * @param rule What it takes.
 * @param compared All arms that are compared.
 */
export function isSupported(
  rule: ClaimRule = ANY_WORSE,
  compared: readonly Compared[],
): boolean {
  const meant = compared.filter(({ name }) =>
    rule.arms?.includes(name) ?? true
  );
  const isSo = ({ mean, adjusted }: Compared) =>
    adjusted < LEVEL && (rule.side === "worse" ? mean < 0 : mean !== 0);
  return meant.length > 0 &&
    (rule.takes === "each" ? meant.every(isSo) : meant.some(isSo));
}

/** What a claim takes, where that is not any arm that is worse, or "". */
function ruleSentence(rule: ClaimRule = ANY_WORSE): string {
  const { arms, takes, side } = rule;
  if (arms === undefined && takes === "one" && side === "worse") return "";
  const names = arms === undefined
    ? takes === "each" ? "every arm" : "any arm"
    : `${takes === "each" || arms.length === 1 ? "" : "one of "}${
      arms.map(quoted).join(", ")
    }`;
  return ` The claim takes ${names} to be ${
    side === "worse" ? "worse" : "worse or better"
  }.`;
}

/** An arm's name, which may hold commas itself. */
function quoted(name: string): string {
  return `"${escapeMarkdown(name)}"`;
}

/**
 * The verdict on an ablation's claim.
 *
 * @param content The record's content.
 * @param told The ablation's claim, and what supports it.
 */
export function ablationVerdict(
  content: AblationContent,
  { claim, rule }: Pick<Ablation, "claim" | "rule">,
): VerdictSection {
  const arms = analyseAblation(content).filter(({ comparison }) =>
    comparison !== undefined
  );
  const pairs = content.arms[0]!.searches.length;
  const needed = pairsNeeded(arms.length);
  const numbers = arms.map(comparisonLine);
  if (pairs < needed) {
    return {
      claim,
      verdict: "not decidable at this scale",
      because: `There are ${pairs} ${
        pairs === 1 ? "pair" : "pairs"
      } of search seeds; for ${arms.length} ${
        arms.length === 1 ? "comparison" : "comparisons"
      } at least ${needed} are needed.`,
      numbers,
      wouldChange: `At least ${needed} search seeds.`,
    };
  }
  const decided = (sign: number) =>
    arms.filter(({ comparison }) =>
      comparison!.adjusted < LEVEL &&
      Math.sign(comparison!.difference.mean!) === sign
    ).map(({ name }) => quoted(name));
  const [worse, better] = [decided(-1), decided(1)];
  const verdict: Verdict = isSupported(rule, arms.map(comparedOf))
    ? "supported"
    : "not supported";
  const told = [
    worse.length === 0
      ? `No arm chooses worse${
        better.length === 0 && rule?.side === "different" ? " or better" : ""
      } students than what it is compared with`
      : `Worse students are chosen by ${worse.join(", ")}`,
    better.length === 0 ? "" : `; better ones by ${better.join(", ")}`,
    ` (paired sign-flip tests over ${pairs} search seeds, p < ${LEVEL} after Holm's correction over ${arms.length} ${
      arms.length === 1 ? "comparison" : "comparisons"
    }).${ruleSentence(rule)}`,
  ];
  return {
    claim,
    verdict,
    because: told.join(""),
    numbers,
    wouldChange: verdict === "supported"
      ? "Other students: these are of one network on one data set, trained with one seed and scored twice; longer searches may make up for what is lost."
      : "More search seeds, if the intervals below still hold a difference that matters; harder data, on which good students are rarer.",
  };
}

function comparedOf({ name, comparison }: AblatedAnalysis): Compared {
  const { difference, adjusted } = comparison!;
  return { name, mean: difference.mean!, adjusted };
}

/** "a less b: -0.0123 [-0.0200, -0.0046], n = 20, p = 0.002 (Holm 0.006), g -1.20". */
function comparisonLine({ name, comparison }: AblatedAnalysis): string {
  const { against, difference: { n, mean, interval }, p, adjusted, effect } =
    comparison!;
  return `${escapeMarkdown(name)} less ${escapeMarkdown(against)}: ${
    formatRewardDifference(mean)
  }${
    interval === undefined
      ? ""
      : ` ${formatInterval(interval, formatRewardDifference)}`
  }, n = ${n}, ${statedP(p)} (Holm ${formatP(adjusted)})${
    effect === undefined ? "" : `, g ${formatNumber(effect, 2)}`
  }`;
}
