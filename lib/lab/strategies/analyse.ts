/**
 * How well strategies search a table, over seeds, beside the first of them.
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
import type { ArmSearches, StrategiesContent } from "./content.ts";
import type { SearchSummary } from "./search_table.ts";
import { canBeChosen } from "./student_table.ts";

/** How the best students that an arm finds differ from those of the first arm. */
export interface Against {
  /** This arm's reward less the first's, seed by seed. */
  readonly difference: PairedDifference;
  /** Hedges' g_z; absent below three pairs, and where all differences are equal. */
  readonly effect?: number;
  /** Two-sided p of the sign-flip test of no difference. */
  readonly p: number;
  /** The same after Holm's correction over all arms but the first. */
  readonly adjusted: number;
}

/** What an arm had come to after some students. */
export interface ArmAtMark {
  /** Its name. */
  readonly name: string;
  /** Distinct students evaluated. */
  readonly distinct: Summary;
  /** Mean reward of all students proposed. */
  readonly meanReward: Summary;
  /** Reward of the best student found, -1 where there is none. */
  readonly best: Summary;
  /** The same as a part of the table's best; absent where that is not above 0. */
  readonly share?: Summary;
  /**
   * Rank of the best student found among all of the table, from 1; equal rewards
   * share the best rank, and a search that found none is behind all.
   */
  readonly rank: Summary;
  /** Share of seeds that found a student with the table's best reward. */
  readonly optimum: number;
  /** Beside the first arm; absent for that one. */
  readonly against?: Against;
}

/** All arms after some students. */
export interface MarkAnalysis {
  /** Students proposed. */
  readonly proposed: number;
  /** In the order of the content. */
  readonly arms: readonly ArmAtMark[];
}

/** The best reward found so far over seeds, after each iteration. */
export interface ArmCourse {
  /** The arm's name. */
  readonly name: string;
  /** One an iteration from the first after which every seed has found a student. */
  readonly points: readonly {
    /** Students proposed. */
    readonly proposed: number;
    /** Best reward found so far. */
    readonly best: Summary;
  }[];
}

/**
 * Compares the arms after each mark.
 *
 * @param content The record's content; the first arm is what others are compared
 * with.
 */
export function analyseStrategies(
  content: StrategiesContent,
): readonly MarkAnalysis[] {
  return content.marks.map((proposed) => ({
    proposed,
    arms: armsAt(content, proposed),
  }));
}

function armsAt(
  content: StrategiesContent,
  proposed: number,
): readonly ArmAtMark[] {
  const { arms, identity: { seed } } = content;
  const rewards = arms.map(({ searches }) =>
    searches.map((search) => bestReward(content, search, proposed))
  );
  const comparisons = arms.slice(1).map(({ name }, i) => {
    const difference = pairedDifference(rewards[i + 1]!, rewards[0]!);
    const random = randomStream(seed, "sign flips", name, proposed);
    const { differences } = difference;
    const { p } = signFlipTest(differences, { random });
    const effect = differences.length < 3 ? undefined : hedgesGz(differences);
    return { difference, ...(effect === undefined ? {} : { effect }), p };
  });
  const adjusted = holm(comparisons.map(({ p }) => p));
  return arms.map((arm, i) => ({
    ...summariseArm(content, { arm, rewards: rewards[i]!, proposed }),
    ...(i === 0
      ? {}
      : { against: { ...comparisons[i - 1]!, adjusted: adjusted[i - 1]! } }),
  }));
}

function summariseArm(
  { table, marks }: StrategiesContent,
  { arm: { name, searches }, rewards, proposed }: {
    readonly arm: ArmSearches;
    readonly rewards: readonly number[];
    readonly proposed: number;
  },
): Omit<ArmAtMark, "against"> {
  const choices = table.filter(canBeChosen);
  const optimum = choices[0]?.reward ?? 0;
  const at = marks.indexOf(proposed);
  const ofMark = (value: (mark: SearchSummary["marks"][number]) => number) =>
    summarise(searches.map(({ marks }) => value(marks[at]!)));
  const better = (reward: number) =>
    choices.filter((row) => row.reward > reward).length;
  return {
    name,
    distinct: ofMark(({ distinct }) => distinct),
    meanReward: ofMark(({ meanReward }) => meanReward),
    best: summarise(rewards),
    ...(optimum > 0
      ? { share: summarise(rewards.map((reward) => reward / optimum)) }
      : {}),
    rank: summarise(rewards.map((reward) => 1 + better(reward))),
    optimum: choices.length === 0
      ? 0
      : rewards.filter((reward) => reward === optimum).length / rewards.length,
  };
}

/**
 * The best reward found so far, iteration by iteration.
 *
 * @param content The record's content.
 */
export function coursesOf(content: StrategiesContent): readonly ArmCourse[] {
  const { iterations, rollouts } = content.identity.config.removal;
  return content.arms.map(({ name, searches }) => {
    const since = Math.max(
      ...searches.map(({ improvements }) =>
        improvements[0]?.proposed ?? Infinity
      ),
    );
    const ends = Array.from(
      { length: iterations },
      (_, iteration) => (iteration + 1) * rollouts,
    );
    return {
      name,
      points: ends.filter((proposed) => proposed >= since).map((proposed) => ({
        proposed,
        best: summarise(
          searches.map((search) => bestReward(content, search, proposed)),
        ),
      })),
    };
  });
}

/** What a search without a student has to show is what its proposals earned. */
function bestReward(
  { table }: StrategiesContent,
  { improvements }: SearchSummary,
  proposed: number,
): number {
  const last = improvements.findLast((each) => each.proposed <= proposed);
  return last === undefined ? DEGENERATE_REWARD : table[last.row]!.reward;
}
