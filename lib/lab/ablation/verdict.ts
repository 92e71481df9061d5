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
import { type AblatedAnalysis, analyseAblation } from "./analyse.ts";
import type { AblationContent } from "./content.ts";

/**
 * The verdict on an ablation: its claim is that some arm is worse than what it is
 * compared with.
 *
 * @param content The record's content.
 * @param claim The ablation's.
 */
export function ablationVerdict(
  content: AblationContent,
  claim: string,
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
    ).map(({ name }) => escapeMarkdown(name));
  const [worse, better] = [decided(-1), decided(1)];
  const verdict: Verdict = worse.length > 0 ? "supported" : "not supported";
  const told = [
    worse.length === 0
      ? "No arm chooses worse students than what it is compared with"
      : `Worse students are chosen by ${worse.join(", ")}`,
    better.length === 0 ? "" : `; better ones by ${better.join(", ")}`,
    ` (paired sign-flip tests over ${pairs} search seeds, p < ${LEVEL} after Holm's correction over ${arms.length} ${
      arms.length === 1 ? "comparison" : "comparisons"
    }).`,
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
