/**
 * Tables: the losses in each setting, the students one by one, and what searches
 * found.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  escapeMarkdown,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatPoints,
  formatReward,
  formatRewardDifference,
  formatRuns,
  formatShortCount,
  type Interval,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import {
  accuracyOf,
  type AgainstLabels,
  analyseSearches,
  type LossInSearches,
  type LossInSetting,
  type StudentsAnalysis,
} from "./analyse.ts";
import type { LossSearchesContent, LossStudentsContent } from "./content.ts";
import type { DecidingTest } from "./decide.ts";
import { lossTitle, type NamedLoss } from "./losses.ts";
import { type Setting, settingTitle } from "./settings.ts";

const right = (title: string): Column => ({ title, align: "right" });

type Format = (value: number | undefined) => string;

const AGAINST_COLUMNS = [
  right("better / equal / worse"),
  right("g"),
  right("rank-biserial"),
  right("p"),
  right("p (Holm)"),
];

function againstCells(against: AgainstLabels | undefined): readonly Cell[] {
  if (against === undefined) return AGAINST_COLUMNS.map(() => MISSING);
  const { counts, hedges, rankBiserial, p, adjusted } = against;
  return [
    `${counts.better} / ${counts.equal} / ${counts.worse}`,
    formatNumber(hedges, 2),
    formatNumber(rankBiserial, 2),
    formatP(p),
    formatP(adjusted),
  ];
}

/** A value with its interval: "+0.31 [+0.10, +0.52]". */
function withInterval(
  value: number | undefined,
  interval: Interval | undefined,
  format: Format,
): string {
  return interval === undefined
    ? format(value)
    : `${format(value)} ${formatInterval(interval, format)}`;
}

/** Columns of {@link settingRows}. */
export const SETTING_COLUMNS: readonly Column[] = [
  { title: "training" },
  { title: "loss" },
  right("students"),
  right("accuracy %"),
  right("95 % interval"),
  right("less labels only, points"),
  ...AGAINST_COLUMNS,
  right("with size"),
];

/**
 * A row a setting and loss, the one that decides in bold.
 *
 * @param analysis What was found of the subject.
 * @param test The test that decides.
 */
export function settingRows(
  { content, settings }: StudentsAnalysis,
  test: DecidingTest,
): readonly (readonly Cell[])[] {
  return settings.flatMap(({ setting, losses }) =>
    losses.map((found, i) => {
      const title = settingTitle(setting);
      const isDeciding = title === test.setting && found.loss === test.loss;
      return settingRow(found, {
        setting: title,
        loss: content.losses[i]!,
        isDeciding,
      });
    })
  );
}

function settingRow(
  { accuracy, against }: LossInSetting,
  { setting, loss, isDeciding }: {
    readonly setting: string;
    readonly loss: NamedLoss;
    readonly isDeciding: boolean;
  },
): readonly Cell[] {
  const title = escapeMarkdown(lossTitle(loss));
  return [
    setting,
    { markdown: isDeciding ? `**${title}** (decides)` : title },
    formatRuns(against?.difference ?? accuracy),
    formatMean(accuracy, formatAccuracy),
    formatInterval(accuracy.interval, formatAccuracy),
    withInterval(against?.difference.mean, against?.interval, formatPoints),
    ...againstCells(against),
    formatNumber(against?.withSize, 2),
  ];
}

/**
 * All losses in all settings.
 *
 * @param analysis What was found of the subject.
 * @param test The test that decides.
 */
export function settingTable(
  analysis: StudentsAnalysis,
  test: DecidingTest,
): string {
  return markdownTable(SETTING_COLUMNS, settingRows(analysis, test));
}

/**
 * The students in a setting, by rising parameters.
 *
 * @param content The record's content.
 * @param setting The setting.
 */
export function studentTable(
  { students, losses, teacher }: LossStudentsContent,
  setting: Setting,
): string {
  return markdownTable(
    [
      { title: "student" },
      { title: "by" },
      ...["parameters", "compression", "MACs"].map(right),
      ...losses.map((loss) => right(`${lossTitle(loss)} %`)),
    ],
    students.map((student) => [
      student.networkId.slice(0, 8),
      student.kind,
      formatCount(student.parameters),
      formatCompression(teacher.parameters / student.parameters),
      formatShortCount(student.macs),
      ...losses.map(({ name }) => {
        const accuracy = accuracyOf(student, setting, name);
        return Number.isNaN(accuracy) ? "failed" : formatAccuracy(accuracy);
      }),
    ]),
  );
}

/** Columns of {@link searchRows}. */
export const SEARCH_COLUMNS: readonly Column[] = [
  { title: "loss of the search" },
  right("searches"),
  right("distinct students"),
  right("final reward"),
  right("95 % interval"),
  right("final accuracy %"),
  right("compression"),
  right("reward less labels only"),
  ...AGAINST_COLUMNS,
  right("same choice as labels"),
];

/**
 * A row a loss: what its searches chose.
 *
 * @param content The record's content.
 */
export function searchRows(
  content: LossSearchesContent,
): readonly (readonly Cell[])[] {
  return analyseSearches(content).map((found, i) =>
    searchRow(found, content.losses[i]!)
  );
}

function searchRow(
  { reward, accuracy, compression, distinct, against }: LossInSearches,
  loss: NamedLoss,
): readonly Cell[] {
  return [
    lossTitle(loss),
    accuracy.n === reward.n
      ? formatRuns(reward)
      : `${formatRuns(reward)} (${reward.n - accuracy.n} found none)`,
    formatNumber(distinct.mean, 1),
    formatMean(reward, formatReward),
    formatInterval(reward.interval, formatReward),
    formatMean(accuracy, formatAccuracy),
    formatMean(compression, formatCompression),
    withInterval(
      against?.difference.mean,
      against?.interval,
      formatRewardDifference,
    ),
    ...againstCells(against),
    against === undefined ? MISSING : `${against.same}`,
  ];
}
