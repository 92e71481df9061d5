/**
 * The search of a profile beside other strategies with its proposals and budget.
 *
 * @module
 */

import {
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatRewardDifference,
  hedgesGz,
  holm,
  LEAST_PAIRS,
  markdownTable,
  type PairedDifference,
  pairedDifference,
  wilcoxonSignedRank,
  type WilcoxonTest,
} from "../../report/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type { CompressionContent } from "../compression/content.ts";
import { subjectName } from "../compression/titles.ts";
import { subjectKey } from "../subject/subject.ts";

/** A search beside another strategy on one subject. */
export interface StrategyComparison {
  /** "VGG-13 on MNIST, width 0.25". */
  readonly title: string;
  /** The other strategy's arm. */
  readonly arm: string;
  /** Final reward less the other's, one a search seed that both have. */
  readonly difference: PairedDifference;
  /** Absent below {@link LEAST_PAIRS}. */
  readonly test?: WilcoxonTest;
  /** p after Holm's correction over those that have one. */
  readonly adjusted?: number;
}

/** R of the last stage's winner after its final training; -1 without a winner. */
function finalReward({ stages }: CompressionContent): number {
  const { winner, finals } = stages.at(-1)!;
  return finals.find(({ networkId }) => networkId === winner?.networkId)
    ?.reward ?? DEGENERATE_REWARD;
}

/**
 * Compares the searches of an arm with those of all others, by subject.
 *
 * @param arm The arm.
 * @param searches Contents of all searches, in the order of their cells.
 */
export function compareStrategies(
  arm: string | undefined,
  searches: readonly CompressionContent[],
): readonly StrategyComparison[] {
  const subjects = Map.groupBy(
    searches,
    ({ identity: { config } }) => subjectKey(config),
  );
  const found = [...subjects.values()].flatMap((contents) => {
    const arms = Map.groupBy(contents, ({ identity }) => identity.arm);
    const own = arms.get(arm ?? "") ?? [];
    return [...arms].flatMap(([name, others]): StrategyComparison[] => {
      const pairs = name === arm ? [] : own.flatMap((content) => {
        const { seed } = content.identity;
        const other = others.find(({ identity }) => identity.seed === seed);
        return other === undefined
          ? []
          : [[finalReward(content), finalReward(other)] as const];
      });
      if (pairs.length === 0) return [];
      const difference = pairedDifference(
        pairs.map(([own]) => own),
        pairs.map(([, other]) => other),
      );
      const { differences } = difference;
      return [{
        title: subjectName(own[0]!.identity.config),
        arm: name,
        difference,
        ...(differences.length < LEAST_PAIRS
          ? {}
          : { test: wilcoxonSignedRank(differences) }),
      }];
    });
  });
  const tested = found.filter(({ test }) => test !== undefined);
  const adjusted = holm(tested.map(({ test }) => test!.p));
  return found.map((each) => {
    const at = tested.indexOf(each);
    return at < 0 ? each : { ...each, adjusted: adjusted[at]! };
  });
}

/**
 * The section on strategies, or "" where there is one alone.
 *
 * @param arm The arm that others are compared with.
 * @param searches Contents of all searches.
 */
export function strategySection(
  arm: string | undefined,
  searches: readonly CompressionContent[],
): string {
  const compared = compareStrategies(arm, searches);
  if (compared.length === 0) return "";
  const right = (title: string) => ({ title, align: "right" as const });
  return `Search (${arm}) beside other strategies, under the same limits on proposals and student-epochs:

${
    markdownTable(
      [
        { title: "subject" },
        { title: "search minus" },
        right("pairs"),
        right("difference of final reward"),
        right("95 % interval"),
        right("g"),
        right("p"),
        right("p (Holm)"),
      ],
      compared.map(({ title, arm, difference, test, adjusted }) => [
        title,
        arm,
        `${difference.n}`,
        formatMean(difference, formatRewardDifference),
        formatInterval(difference.interval, formatRewardDifference),
        formatNumber(
          difference.n < 3 ? undefined : hedgesGz(difference.differences),
          2,
        ),
        formatP(test?.p),
        formatP(adjusted),
      ]),
    )
  }
The final reward is R of section 3.3 of the last stage's winner, with its accuracy on
all validation images after the final training beside the teacher's on those that
score students (one factor for all students of a subject), -1 without a winner; a pair a search
seed, tested as above. What each spent is in the table of costs. This says how much
the policy contributes, and decides nothing on the claim.

`;
}
