/**
 * How losses differ on the same students, and on the same search seeds.
 *
 * @module
 */

import { type Random, randomStream } from "../../random/mod.ts";
import {
  bootstrapInterval,
  hedgesGz,
  holm,
  type Interval,
  levelled,
  type PairedDifference,
  pairedDifference,
  rankBiserial,
  spearman,
  summarise,
  type Summary,
  wilcoxonSignedRank,
} from "../../report/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type {
  LossSearchesContent,
  LossStudent,
  LossStudentsContent,
} from "./content.ts";
import type { LossName } from "./losses.ts";
import { type Setting, settingTitle } from "./settings.ts";

/** How a loss differs from the first one, pair by pair. */
export interface AgainstLabels {
  /** This loss less the first; a pair with a failed training is counted as failed. */
  readonly difference: PairedDifference;
  /**
   * 95 % interval of the mean difference, by the bootstrap from ten pairs on, else by
   * Student's t; absent below two pairs.
   */
  readonly interval?: Interval;
  /** Pairs in which this loss is better, as good, worse. */
  readonly counts: {
    readonly better: number;
    readonly equal: number;
    readonly worse: number;
  };
  /** Two-sided p of Wilcoxon's signed rank test; absent where all pairs are equal. */
  readonly p?: number;
  /** The same after Holm's correction over the losses. */
  readonly adjusted?: number;
  /** Hedges' g_z of the differences; absent below three pairs, and where all are equal. */
  readonly hedges?: number;
  /** Matched-pairs rank-biserial correlation, in [-1, 1]; absent where all pairs are equal. */
  readonly rankBiserial?: number;
}

/** A loss in a setting. */
export interface LossInSetting {
  /** Which. */
  readonly loss: LossName;
  /** Its accuracies. */
  readonly accuracy: Summary;
  /** Beside the first; absent for that one. */
  readonly against?: AgainstLabels & {
    /** Rank correlation of the difference with the students' parameters. */
    readonly withSize?: number;
  };
}

/** All losses in a setting. */
export interface SettingAnalysis {
  /** The setting. */
  readonly setting: Setting;
  /** In their order. */
  readonly losses: readonly LossInSetting[];
}

/** A record of students with what was found of it. */
export interface StudentsAnalysis {
  /** The record's content. */
  readonly content: LossStudentsContent;
  /** One a setting, in their order. */
  readonly settings: readonly SettingAnalysis[];
}

/**
 * Accuracy of a student in a setting by a loss.
 *
 * @returns In [0, 1]; NaN for a failed training.
 * @throws {RangeError} If it has none.
 */
export function accuracyOf(
  { scores, networkId }: LossStudent,
  { length, start }: Setting,
  loss: LossName,
): number {
  const score = scores.find((each) =>
    each.length === length && each.start === start && each.loss === loss
  );
  if (score === undefined) {
    throw new RangeError(
      `Cannot analyse losses: student "${networkId}" has no training "${
        settingTitle({ length, start })
      }, ${loss}", expected one of each`,
    );
  }
  return score.accuracy ?? NaN;
}

/**
 * Compares the losses within each setting, student by student.
 *
 * @param content The record's content.
 */
export function analyseStudents(
  content: LossStudentsContent,
): StudentsAnalysis {
  const { settings, students, losses, identity: { seed } } = content;
  const analyseSetting = (setting: Setting): SettingAnalysis => {
    const accuracies = losses.map(({ name }) =>
      students.map((student) => accuracyOf(student, setting, name))
    );
    const against = compareWithFirst(
      accuracies,
      (i) =>
        randomStream(
          seed,
          "bootstrap",
          settingTitle(setting),
          losses[i]!.name,
        ),
    );
    return {
      setting,
      losses: losses.map(({ name }, i) => ({
        loss: name,
        accuracy: summarise(accuracies[i]!),
        ...(i === 0 ? {} : {
          against: {
            ...against[i - 1]!,
            ...sizeCorrelation(students, accuracies[i]!, accuracies[0]!),
          },
        }),
      })),
    };
  };
  return { content, settings: settings.map(analyseSetting) };
}

function sizeCorrelation(
  students: readonly LossStudent[],
  accuracies: readonly number[],
  first: readonly number[],
): { readonly withSize?: number } {
  const pairs = students.map(({ parameters }, i) => ({
    parameters,
    difference: accuracies[i]! - first[i]!,
  })).filter(({ difference }) => Number.isFinite(difference));
  if (pairs.length < 2) return {};
  const withSize = spearman(
    levelled(pairs.map(({ difference }) => difference)),
    pairs.map(({ parameters }) => parameters),
  );
  return withSize === undefined ? {} : { withSize };
}

/** A loss in the searches. */
export interface LossInSearches {
  /** Which. */
  readonly loss: LossName;
  /** Reward of what was chosen after its final training, -1 where nothing was. */
  readonly reward: Summary;
  /** Its accuracy then. */
  readonly accuracy: Summary;
  /** Teacher's parameters / its. */
  readonly compression: Summary;
  /** Distinct students that a search trained. */
  readonly distinct: Summary;
  /** Beside the first loss, of the rewards; absent for that one. */
  readonly against?: AgainstLabels & {
    /** Seeds with which both chose the same network. */
    readonly same: number;
  };
}

/**
 * Compares what searches under the losses found, seed by seed.
 *
 * @param content The record's content.
 * @throws {RangeError} If losses were not searched under with the same seeds.
 */
export function analyseSearches(
  { searches, losses, teacher, identity: { seed } }: LossSearchesContent,
): readonly LossInSearches[] {
  // By seed, whatever the order of the record.
  const by = losses.map(({ name }) =>
    searches.filter(({ loss }) => loss === name)
      .toSorted((a, b) => a.seed - b.seed)
  );
  const seedsOf = (own: typeof searches) => own.map(({ seed }) => seed).join();
  if (by.some((own) => seedsOf(own) !== seedsOf(by[0]!))) {
    throw new RangeError(
      "Cannot pair searches: losses differ in their seeds, expected the same of each",
    );
  }
  const rewards = by.map((own) =>
    own.map(({ winner }) => winner?.reward ?? DEGENERATE_REWARD)
  );
  const against = compareWithFirst(
    rewards,
    (i) => randomStream(seed, "bootstrap", "searches", losses[i]!.name),
  );
  return losses.map(({ name }, i) => {
    const winners = by[i]!.flatMap(({ winner }) => winner ?? []);
    return {
      loss: name,
      reward: summarise(rewards[i]!),
      accuracy: summarise(winners.map(({ accuracy }) => accuracy)),
      compression: summarise(
        winners.map(({ parameters }) => teacher.parameters / parameters),
      ),
      distinct: summarise(by[i]!.map(({ distinct }) => distinct)),
      ...(i === 0 ? {} : {
        against: {
          ...against[i - 1]!,
          same: by[i]!.filter(({ winner }, k) =>
            winner !== undefined &&
            winner.networkId === by[0]![k]?.winner?.networkId
          ).length,
        },
      }),
    };
  });
}

/** Of more, the second digit of an interval's ends hardly changes. */
const RESAMPLES = 2_000;

/** Of fewer pairs a bootstrap interval is too narrow. */
const LEAST_BOOTSTRAP = 10;

/** Where the mean difference lies. */
function intervalOf(
  { differences, interval }: PairedDifference,
  random: Random,
): { readonly interval?: Interval } {
  const finite = differences.filter(Number.isFinite);
  if (finite.length >= LEAST_BOOTSTRAP) {
    return {
      interval: bootstrapInterval(finite, { random, resamples: RESAMPLES }),
    };
  }
  return interval === undefined ? {} : { interval };
}

/** All but the first beside the first, p corrected over them. */
function compareWithFirst(
  values: readonly (readonly number[])[],
  randomOf: (index: number) => Random,
): readonly AgainstLabels[] {
  const [first = [], ...others] = values;
  const compared = others.map((own, i) => {
    const difference = pairedDifference(own, first);
    const finite = difference.differences.filter(Number.isFinite);
    const isMixed = finite.some((each) => each !== 0);
    const hedges = finite.length < 3 ? undefined : hedgesGz(finite);
    const rank = isMixed ? rankBiserial(finite) : undefined;
    return {
      difference,
      ...intervalOf(difference, randomOf(i + 1)),
      counts: {
        better: finite.filter((each) => each > 0).length,
        equal: finite.filter((each) => each === 0).length,
        worse: finite.filter((each) => each < 0).length,
      },
      ...(isMixed ? { p: wilcoxonSignedRank(finite).p } : {}),
      ...(rank === undefined ? {} : { rankBiserial: rank }),
      ...(hedges === undefined ? {} : { hedges }),
    };
  });
  // A loss whose pairs are all equal stays one of those that are tried.
  const adjusted = holm(compared.map(({ p = 1 }) => p));
  return compared.map((each, i) => ({
    ...each,
    ...(each.p === undefined ? {} : { adjusted: adjusted[i]! }),
  }));
}
