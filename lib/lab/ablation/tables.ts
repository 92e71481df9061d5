/**
 * Tables of ablations.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCompression,
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatReward,
  formatRewardDifference,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import type { AblatedAnalysis } from "./analyse.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Columns of {@link armCells}. */
export const ARM_COLUMNS: readonly Column[] = [
  { title: "arm" },
  right("n"),
  right("reward again"),
  right("95 % interval"),
  right("reward chosen by"),
  right("mean reward proposed"),
  right("accuracy again %"),
  right("compression"),
  right("distinct of proposed"),
  right("students chosen"),
  { title: "less" },
  right("difference"),
  right("tied"),
  right("95 % interval"),
  right("g"),
  right("p"),
  right("p (Holm)"),
];

/** An arm as a row. */
export function armCells(
  { name, again, chosen, meanReward, accuracy, compression, ...rest }:
    AblatedAnalysis,
): readonly Cell[] {
  const { distinct, proposed, students, comparison } = rest;
  const difference = comparison?.difference;
  return [
    name,
    accuracy.n === again.n
      ? `${again.n}`
      : `${again.n} (${again.n - accuracy.n} without a student)`,
    formatMean(again, formatReward),
    formatInterval(again.interval, formatReward),
    formatMean(chosen, formatReward),
    formatMean(meanReward, formatReward),
    formatAccuracy(accuracy.mean),
    formatCompression(compression.mean),
    `${formatNumber(distinct.mean, 1)} of ${formatNumber(proposed.mean, 0)}`,
    `${students}`,
    comparison?.against ?? MISSING,
    formatRewardDifference(difference?.mean),
    difference === undefined
      ? MISSING
      : `${difference.differences.filter((each) => each === 0).length}`,
    formatInterval(difference?.interval, formatRewardDifference),
    formatNumber(comparison?.effect, 2),
    formatP(comparison?.p),
    formatP(comparison?.adjusted),
  ];
}

/** All arms of a cell. */
export function armTable(arms: readonly AblatedAnalysis[]): string {
  return markdownTable(ARM_COLUMNS, arms.map(armCells));
}
