/**
 * Tables of one subject: how each strategy searched, and its best students.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatEstimate,
  formatNumber,
  formatP,
  formatReward,
  formatRewardDifference,
  formatShortCount,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import type { ArmAtMark, MarkAnalysis } from "./analyse.ts";
import type { StrategiesContent } from "./content.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Columns of {@link armCells}. */
export const ARM_COLUMNS: readonly Column[] = [
  { title: "strategy" },
  right("seeds"),
  right("distinct students"),
  right("mean reward proposed"),
  right("best reward found"),
  right("% of the best"),
  right("rank"),
  right("found the best %"),
  right("against the first"),
  right("g"),
  right("p"),
  right("p (Holm)"),
];

/**
 * What a strategy had come to, as a row.
 *
 * @param arm The strategy after some students.
 */
export function armCells(
  { name, distinct, meanReward, best, share, rank, optimum, against }:
    ArmAtMark,
): readonly Cell[] {
  return [
    name,
    `${best.n}`,
    formatNumber(distinct.mean, 1),
    formatEstimate(meanReward, formatReward),
    formatEstimate(best, formatReward),
    formatAccuracy(share?.mean),
    formatNumber(rank.mean, 1),
    formatNumber(100 * optimum, 0),
    against === undefined
      ? MISSING
      : formatEstimate(against.difference, formatRewardDifference),
    formatNumber(against?.effect, 2),
    formatP(against?.p),
    formatP(against?.adjusted),
  ];
}

/**
 * All strategies after all marks.
 *
 * @param marks What was found.
 */
export function strategyTable(marks: readonly MarkAnalysis[]): string {
  return markdownTable(
    [right("students proposed"), ...ARM_COLUMNS],
    marks.flatMap(({ proposed, arms }) =>
      arms.map((arm) => [formatCount(proposed), ...armCells(arm)])
    ),
  );
}

/** The best students of a table, so many at most. */
const BEST_STUDENTS = 10;

/**
 * The best students of the table.
 *
 * @param content The record's content.
 */
export function bestStudentTable(
  { table, teacher }: StrategiesContent,
): string {
  return markdownTable(
    [
      right("rank"),
      { title: "student" },
      { title: "actions" },
      right("parameters"),
      right("compression"),
      right("MACs"),
      right("accuracy %"),
      right("reward"),
    ],
    table.slice(0, BEST_STUDENTS).map((row, place) => [
      `${place + 1}`,
      row.networkId.slice(0, 8),
      row.actions.join(" "),
      formatCount(row.parameters),
      formatCompression(teacher.parameters / row.parameters),
      formatShortCount(row.macs),
      formatAccuracy(row.accuracy),
      formatReward(row.reward),
    ]),
  );
}
