import {
  type DifferenceDot,
  differenceFigure,
  type DifferencePanel,
  formatInterval,
  formatNumber,
  formatPoints,
  statedP,
} from "../../report/mod.ts";
import { subjectName } from "../compression/titles.ts";
import {
  type AgainstLabels,
  analyseSearches,
  type StudentsAnalysis,
} from "./analyse.ts";
import type { LossSearchesContent } from "./content.ts";
import { lossTitle, type NamedLoss } from "./losses.ts";
import { settingTitle } from "./settings.ts";

/** One loss beside the first, as a panel. */
function panelOf(
  loss: NamedLoss,
  { difference: { mean }, interval, adjusted }: AgainstLabels,
  { dots, scale, format }: {
    readonly dots: readonly DifferenceDot[];
    /** Units of the figure in one of the values. */
    readonly scale: number;
    readonly format: (value: number | undefined) => string;
  },
): DifferencePanel {
  return {
    title: lossTitle(loss),
    note: `mean ${format(mean)} ${formatInterval(interval, format)}, ${
      statedP(adjusted)
    } (Holm)`,
    dots,
    ...(mean === undefined ? {} : { mean: scale * mean }),
    ...(interval === undefined ? {} : {
      interval: { low: scale * interval.low, high: scale * interval.high },
    }),
  };
}

/**
 * Differences in accuracy from labels alone, student by student, against how small
 * the student is: a row a setting, a panel a loss, as SVG.
 *
 * @param analysis What was found of the subject.
 */
export function studentsFigure(
  { content, settings }: StudentsAnalysis,
): string {
  const { identity: { config }, students, losses, teacher } = content;
  return differenceFigure({
    title: `Losses on the same students: ${subjectName(config)}`,
    x: "compression (teacher's parameters / student's)",
    y: "accuracy less labels only (points)",
    zero: "labels",
    least: 0.01,
    rows: settings.map(({ setting, losses: found }) => ({
      title: settingTitle(setting),
      panels: found.flatMap(({ against }, i) =>
        against === undefined ? [] : [
          panelOf(losses[i]!, against, {
            scale: 100,
            format: formatPoints,
            dots: students.map((student, k) => ({
              x: teacher.parameters / student.parameters,
              y: 100 * against.difference.differences[k]!,
            })),
          }),
        ]
      ),
    })),
  });
}

/**
 * Differences in the reward of what searches found, seed by seed, against how small
 * it is: a panel a loss, as SVG.
 *
 * @param content The record's content.
 */
export function searchesFigure(content: LossSearchesContent): string {
  const { identity: { config }, losses, searches, teacher } = content;
  return differenceFigure({
    title: `Searches under each loss: ${subjectName(config)}`,
    x: "compression of the student that was chosen",
    y: "final reward less labels only",
    zero: "labels",
    least: 0.001,
    rows: [{
      title: "same search seeds, same final training",
      panels: analyseSearches(content).flatMap(({ loss, against }, i) => {
        if (against === undefined) return [];
        const own = searches.filter((search) => search.loss === loss);
        return [
          panelOf(losses[i]!, against, {
            scale: 1,
            format: (value) => formatNumber(value, 4),
            dots: own.map(({ winner }, k) => ({
              x: winner === undefined
                ? NaN
                : teacher.parameters / winner.parameters,
              y: against.difference.differences[k]!,
            })),
          }),
        ];
      }),
    }],
  });
}
