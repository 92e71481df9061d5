/**
 * From records to the numbers that answer the question: what each limit costs, and
 * whether soft limits find better students than hard ones.
 *
 * @module
 */

import { canonicalJson, randomStream } from "../../random/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import {
  holm,
  type PairedDifference,
  pairedDifference,
  recordSlug,
  signFlipTest,
  summarise,
  type Summary,
} from "../../report/mod.ts";
import type { Proposal } from "../../search/mod.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import type { MeasuredWinner } from "../compression/content.ts";
import { subjectName } from "../compression/titles.ts";
import { dataSlug } from "../subject/data_options.ts";
import { subjectKey } from "../subject/subject.ts";
import { type ConstraintArm, constraintArm, LIMIT_NAMES } from "./arms.ts";
import type { LimitName } from "./arms.ts";
import type { ConstraintsContent } from "./content.ts";
import type { LackingComparison } from "./lacking.ts";

/** The searches of one arm on one subject, in the order of their seeds. */
export interface LimitedSearches {
  /** Name of the arm. */
  readonly name: string;
  /** What it stands for; undefined for the one without limits. */
  readonly arm: ConstraintArm | undefined;
  /** Their records' contents. */
  readonly searches: readonly ConstraintsContent[];
}

/** One subject and all arms on it. */
export interface SubjectSearches {
  /** "VGG-13 on MNIST, width 0.25". */
  readonly title: string;
  /** For names of files. */
  readonly slug: string;
  /** In the order in which they were declared. */
  readonly arms: readonly LimitedSearches[];
}

/** What an arm's searches came to. */
export interface ArmOutcome {
  /** Searches that found a student that keeps to the limits. */
  readonly found: number;
  /** Score of the best such student, -1 without one. */
  readonly score: Summary;
  /** Score less that of the search without limits with the same seed. */
  readonly price: Summary;
  /** Test accuracy of that student, where there is one. */
  readonly test: Summary;
  /** Its trainable parameters. */
  readonly parameters: Summary;
  /** Proposals that keep to the limits, of all. */
  readonly feasible: Summary;
  /** Highest reward after the short training of a student of the last stage that keeps to them. */
  readonly searched: Summary;
  /** Student-epochs of the search. */
  readonly epochs: Summary;
  /** Those of them that were spent on students that break a limit. */
  readonly wasted: Summary;
  /** Distinct students that were not trained, as their size alone breaks a limit. */
  readonly untrained: Summary;
}

/** Soft beside hard under one limit: the test that decides. */
export interface ModeComparison {
  /** On what. */
  readonly subject: string;
  /** Under which limit. */
  readonly limit: LimitName;
  /** Of the searches compared, those that found a student that keeps to the limits. */
  readonly found: number;
  /** Scores under soft limits less those under hard ones, by search seed. */
  readonly difference: PairedDifference;
  /** Two-sided p of the sign-flip test; absent without pairs. */
  readonly p?: number;
  /** The same by Holm's method over all comparisons of the profile. */
  readonly adjusted?: number;
  /** Whether the profile declares further pairs, of which searches are lacking. */
  readonly isOpen: boolean;
}

/**
 * Subjects and arms, each with its searches.
 *
 * @param results What a profile has come to.
 */
export function limitedSubjects(
  { cells }: Pick<ProfileResults<ConstraintsContent>, "cells">,
): readonly SubjectSearches[] {
  const contents = cells.map(({ record }) => record.deterministic);
  const groups = Map.groupBy(
    contents,
    ({ identity: { config } }) => subjectKey(config),
  );
  return [...groups.values()].map((group) => {
    const { config } = group[0]!.identity;
    const arms = Map.groupBy(group, ({ identity: { arm } }) => arm);
    const { network, width } = config;
    return {
      title: subjectName(config),
      slug: recordSlug(`${dataSlug(config)}-${network}-w${width}`),
      arms: [...arms].map(([name, searches]) => ({
        name,
        arm: constraintArm(name),
        searches: searches.toSorted((a, b) =>
          a.identity.seed - b.identity.seed
        ),
      })),
    };
  });
}

/** A winner, and its reward after the final training. */
export interface BestStudent {
  /** The winner of a stage. */
  readonly winner: MeasuredWinner;
  /** By its accuracy on all validation images. */
  readonly reward: number;
}

/**
 * The best student of a search that keeps to its limits: of all stages' winners
 * the one with the highest reward after its final training, by its accuracy on all
 * validation images.
 *
 * @param content What the search came to.
 */
export function bestStudent(
  { stages }: ConstraintsContent,
): BestStudent | undefined {
  const winners = stages.flatMap(({ winner, finals }) => {
    const final = finals.find(({ networkId }) =>
      networkId === winner?.networkId
    );
    return winner === undefined || final === undefined
      ? []
      : { winner, reward: final.reward };
  });
  return winners.toSorted((a, b) => b.reward - a.reward)[0];
}

/** What decides: the best student's reward, or what a search without one earns. */
export function scoreOf(content: ConstraintsContent): number {
  return bestStudent(content)?.reward ?? DEGENERATE_REWARD;
}

/** Whether a proposal is a student that was trained and keeps to all limits. */
export function keepsTo(
  { rejection, violation, failure }: Proposal,
): boolean {
  return rejection === undefined && violation === undefined &&
    failure === undefined;
}

/**
 * What an arm's searches came to.
 *
 * @param searches The arm's.
 * @param free Those without limits.
 */
export function outcomeOf(
  searches: readonly ConstraintsContent[],
  free: readonly ConstraintsContent[],
): ArmOutcome {
  const over = (value: (content: ConstraintsContent) => number) =>
    summarise(searches.map(value));
  const best = searches.flatMap((content) => bestStudent(content) ?? []);
  const proposals = (content: ConstraintsContent) =>
    content.stages.flatMap(({ records }) =>
      records.flatMap((record) => record.proposals)
    );
  const { first, second } = pairs(searches, free);
  return {
    found: best.length,
    score: over(scoreOf),
    price: pairedDifference(first.map(scoreOf), second.map(scoreOf)),
    test: summarise(best.map(({ winner }) => winner.test)),
    parameters: summarise(best.map(({ winner }) => winner.parameters)),
    feasible: over((content) => {
      const all = proposals(content);
      return all.length === 0 ? 0 : all.filter(keepsTo).length / all.length;
    }),
    searched: summarise(
      searches.flatMap((content) => bestReward(content) ?? []),
    ),
    epochs: over(({ stages }) =>
      stages.reduce((sum, { ledger }) => sum + ledger.studentEpochs, 0)
    ),
    wasted: over((content) =>
      proposals(content).filter(({ violation }) => violation !== undefined)
        .reduce((sum, { epochs = 0 }) => sum + epochs, 0)
    ),
    untrained: over(({ stageLimits }) =>
      stageLimits.reduce((sum, { untrained }) => sum + untrained, 0)
    ),
  };
}

/** Highest reward of a student of the last stage that keeps to all limits. */
function bestReward({ stages }: ConstraintsContent): number | undefined {
  const rewards =
    stages.at(-1)?.records.flatMap(({ proposals }) =>
      proposals.filter(keepsTo).map(({ reward }) => reward)
    ) ?? [];
  return rewards.length === 0 ? undefined : Math.max(...rewards);
}

/** Searches of two arms that have the same seed. */
function pairs(
  first: readonly ConstraintsContent[],
  second: readonly ConstraintsContent[],
) {
  const bySeed = new Map(
    second.map((content) => [content.identity.seed, content]),
  );
  const paired = first.filter(({ identity }) => bySeed.has(identity.seed));
  return {
    first: paired,
    second: paired.map(({ identity }) => bySeed.get(identity.seed)!),
  };
}

/** Searches of an arm of a subject. */
export function searchesOf(
  { arms }: SubjectSearches,
  name: string,
): readonly ConstraintsContent[] {
  return arms.find((arm) => arm.name === name)?.searches ?? [];
}

function isOf({ arms }: SubjectSearches, content: ConstraintsContent): boolean {
  return arms.some(({ searches }) => searches.includes(content));
}

/** Equal for searches under the same limits, in whichever form. */
function limitsKey(
  { identity: { config: { limits } } }: ConstraintsContent,
): string {
  // How a limit is told to the search is what differs.
  const { mode: _, iterations: __, ...others } = limits;
  return canonicalJson(others);
}

/** How many comparisons are lacking altogether, without a pair. */
export function furtherTests(
  comparisons: readonly Pick<ModeComparison, "isOpen">[],
  lacking: readonly LackingComparison[],
): number {
  return lacking.length - comparisons.filter(({ isOpen }) => isOpen).length;
}

/**
 * Soft beside hard, under each limit of each subject that has both.
 *
 * @param subjects All of a profile.
 * @param lacking Of what searches are lacking. Where no pair is there yet, it counts
 * as one more test that shows nothing, which asks most of the others.
 */
export function compareModes(
  subjects: readonly SubjectSearches[],
  lacking: readonly LackingComparison[] = [],
): readonly ModeComparison[] {
  const found = subjects.flatMap((subject) =>
    LIMIT_NAMES.flatMap((limit) => {
      // What all limits are depends on which of them are compared.
      const hard = searchesOf(subject, `${limit}-hard`);
      const soft = searchesOf(subject, `${limit}-soft`).filter((each) =>
        hard.every((other) =>
          other.identity.seed !== each.identity.seed ||
          limitsKey(other) === limitsKey(each)
        )
      );
      const { first, second } = pairs(soft, hard);
      if (first.length === 0) return [];
      const difference = pairedDifference(
        first.map(scoreOf),
        second.map(scoreOf),
      );
      const { p } = signFlipTest(difference.differences, {
        random: randomStream(1, "report", "constraints", subject.slug, limit),
      });
      return {
        subject: subject.title,
        limit,
        found: [...first, ...second].flatMap((each) => bestStudent(each) ?? [])
          .length,
        difference,
        p,
        isOpen: lacking.some((each) =>
          each.limit === limit && each.of !== undefined &&
          isOf(subject, each.of)
        ),
      };
    })
  );
  const adjusted = holm([
    ...found.map(({ p }) => p),
    ...new Array<number>(furtherTests(found, lacking)).fill(1),
  ]);
  return found.map((comparison, i) => ({
    ...comparison,
    adjusted: adjusted[i]!,
  }));
}
