/**
 * How the arms of an ablation did over seeds, beside what they are compared with.
 *
 * @module
 */

import { randomStream } from "../../random/mod.ts";
import {
  hedgesGz,
  holm,
  type PairedDifference,
  pairedDifference,
  signFlipTest,
  summarise,
  type Summary,
} from "../../report/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type { AblatedArm, AblationContent, AblationSearch } from "./content.ts";

/** How the students that an arm chooses differ from those of another. */
export interface ArmComparison {
  /** The other. */
  readonly against: string;
  /** This arm's reward less the other's, seed by seed. */
  readonly difference: PairedDifference;
  /** Hedges' g_z; absent below three pairs and where all differences are equal. */
  readonly effect?: number;
  /** Two-sided p of the sign-flip test of no difference. */
  readonly p: number;
  /** The same after Holm's correction over the ablation's comparisons. */
  readonly adjusted: number;
}

/** What an arm came to. */
export interface AblatedAnalysis {
  /** Its name. */
  readonly name: string;
  /** What decides: R of the chosen student looked at again, -1 where there is none. */
  readonly again: Summary;
  /** R of the chosen student as it was chosen, -1 where there is none. */
  readonly chosen: Summary;
  /** Mean R of all students proposed. */
  readonly meanReward: Summary;
  /** Accuracy of the chosen student looked at again. */
  readonly accuracy: Summary;
  /** Its compression as a ratio of parameters. */
  readonly compression: Summary;
  /** Students proposed. */
  readonly proposed: Summary;
  /** Distinct ones that were evaluated. */
  readonly distinct: Summary;
  /** Distinct students that its searches chose. */
  readonly students: number;
  /** Share of late proposals that broke a limit; absent without one. */
  readonly violating?: Summary;
  /** Beside the arm that it is compared with; absent for the first. */
  readonly comparison?: ArmComparison;
}

/** R of what a search chose, looked at again: the number that decides. */
export function decisiveReward({ chosen }: AblationSearch): number {
  return chosen?.again.reward ?? DEGENERATE_REWARD;
}

/**
 * Compares the arms.
 *
 * @param content The record's content.
 */
export function analyseAblation(
  content: AblationContent,
): readonly AblatedAnalysis[] {
  const { arms, identity: { seed, ablation } } = content;
  const rewards = new Map(
    arms.map(({ name, searches }) => [name, searches.map(decisiveReward)]),
  );
  const comparisons = arms.slice(1).map(({ name, against }) => {
    const difference = pairedDifference(
      rewards.get(name)!,
      rewards.get(against!)!,
    );
    const random = randomStream(seed, "sign flips", ablation.name, name);
    const { p } = signFlipTest(difference.differences, { random });
    const { differences } = difference;
    const effect = differences.length < 3 ? undefined : hedgesGz(differences);
    return {
      against: against!,
      difference,
      ...(effect === undefined ? {} : { effect }),
      p,
    };
  });
  const adjusted = holm(comparisons.map(({ p }) => p));
  return arms.map((arm, i) => ({
    ...summariseArm(content, arm),
    ...(i === 0 ? {} : {
      comparison: { ...comparisons[i - 1]!, adjusted: adjusted[i - 1]! },
    }),
  }));
}

function summariseArm(
  { teacher }: AblationContent,
  { name, searches }: AblatedArm,
): Omit<AblatedAnalysis, "comparison"> {
  const of = (value: (search: AblationSearch) => number) =>
    summarise(searches.map(value));
  const ofChosen = (
    value: (chosen: NonNullable<AblationSearch["chosen"]>) => number,
  ) =>
    summarise(
      searches.flatMap(({ chosen }) =>
        chosen === undefined ? [] : [value(chosen)]
      ),
    );
  const violating = searches.flatMap(({ violating }) => violating ?? []);
  return {
    name,
    again: of(decisiveReward),
    chosen: of(({ chosen }) => chosen?.reward ?? DEGENERATE_REWARD),
    meanReward: of(({ meanReward }) => meanReward),
    // A failed training has no accuracy; any other student's reward is above -1.
    accuracy: summarise(
      searches.flatMap(({ chosen }) =>
        chosen === undefined || chosen.again.reward === DEGENERATE_REWARD
          ? []
          : [chosen.again.accuracy]
      ),
    ),
    compression: ofChosen(({ parameters }) => teacher.parameters / parameters),
    proposed: of(({ proposed }) => proposed),
    distinct: of(({ distinct }) => distinct),
    students: new Set(
      searches.flatMap(({ chosen }) => chosen?.networkId ?? []),
    ).size,
    ...(violating.length === 0 ? {} : { violating: summarise(violating) }),
  };
}
