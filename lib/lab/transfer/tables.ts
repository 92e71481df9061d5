/**
 * Tables of one source and target.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCount,
  formatEstimate,
  formatMean,
  formatNumber,
  formatP,
  formatPaperCell,
  loadPaper,
  markdownTable,
  MISSING,
  type PaperCell,
  type TransferRow,
} from "../../report/mod.ts";
import { PAPER } from "../project.ts";
import {
  analyseTransfer,
  type ArmAnalysis,
  type Difference,
} from "./analyse.ts";
import type { TransferArm, TransferContent } from "./content.ts";
import { ARM_TITLES } from "./names.ts";
import { signed } from "./verdict.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Columns of {@link policyCells}. */
export const POLICY_COLUMNS: readonly Column[] = [
  { title: "policy" },
  right("seeds"),
  right("mean reward"),
  right("C %"),
  right("accuracy %"),
  right("rejected %"),
  right("mean reward at the end"),
  right("pre-trained less this"),
  right("g"),
  right("p"),
  right("p (Holm)"),
];

/** Columns of {@link paperCells}. */
export const PAPER_TRANSFER_COLUMNS: readonly Column[] = [
  right("paper: reward"),
  right("paper: C"),
  right("paper: accuracy"),
];

/** A difference with its tests, as four cells; dashes for none. */
export function differenceCells(
  difference: Difference | undefined,
): readonly Cell[] {
  if (difference === undefined) return [MISSING, MISSING, MISSING, MISSING];
  const { effect, signFlip, adjusted } = difference;
  return [
    formatEstimate(difference, signed),
    formatNumber(effect, 2),
    formatP(signFlip),
    formatP(adjusted),
  ];
}

/** How the searches of one kind went, as a row. */
export function policyCells(
  { name, reward, compression, accuracy, rejected, final, less }: ArmAnalysis,
): readonly Cell[] {
  return [
    ARM_TITLES[name],
    `${reward.n}`,
    formatEstimate(reward, formatNumber),
    formatEstimate(compression, formatAccuracy),
    formatEstimate(accuracy, formatAccuracy),
    formatNumber(100 * rejected, 1),
    formatMean(final, formatNumber),
    ...differenceCells(less),
  ];
}

/** The paper's row for a kind of search; none for another source, target or arm. */
export async function paperTransferRow(
  { source, target }: TransferContent,
  arm: TransferArm,
): Promise<TransferRow | undefined> {
  const paper = await loadPaper(PAPER);
  if (arm === "biased" || source.dataset !== target.dataset) return undefined;
  return paper.transfer({
    source: source.network,
    target: target.network,
    policy: arm,
  })[0];
}

/** The paper's numbers, as cells. */
export function paperCells(row: TransferRow | undefined): readonly Cell[] {
  return [row?.reward, row?.compression, row?.accuracy].map((cell) => ({
    markdown: formatPaperCell(cell),
  }));
}

/** All numbers of the paper's row. */
export function cellsOfPaper(
  row: TransferRow | undefined,
): readonly PaperCell[] {
  return row === undefined ? [] : [row.reward, row.compression, row.accuracy];
}

/** Columns of {@link reachedCells}. */
export const REACHED_COLUMNS: readonly Column[] = [
  { title: "policy" },
  right("reward asked for"),
  right("searches that got there"),
  right("students, median"),
  right("students, restricted mean"),
  right("pre-trained less this"),
];

/**
 * How soon the searches of one kind were as good as asked, as a row.
 *
 * @param arm Which.
 * @param options.asked The reward; undefined where there is none.
 * @param options.proposed Students that a search proposes.
 */
export function reachedCells(
  { name, reached, lessStudents }: ArmAnalysis,
  { asked, proposed }: {
    readonly asked: number | undefined;
    readonly proposed: number;
  },
): readonly Cell[] {
  const whole = (value: number | undefined) => formatNumber(value, 0);
  return [
    ARM_TITLES[name],
    formatNumber(asked),
    reached === undefined
      ? MISSING
      : `${reached.count} of ${reached.restricted.n}`,
    reached === undefined
      ? MISSING
      : reached.median === undefined
      ? `> ${formatCount(proposed)}`
      : formatCount(reached.median),
    reached === undefined ? MISSING : formatEstimate(reached.restricted, whole),
    lessStudents === undefined ? MISSING : formatEstimate(lessStudents, whole),
  ];
}

/** How soon searches were as good as asked. */
export function reachedTable(content: TransferContent): string {
  const { arms, asked } = analyseTransfer(content);
  const { iterations, rollouts } = content.identity.config.removal;
  return markdownTable(
    REACHED_COLUMNS,
    arms.map((arm) =>
      reachedCells(arm, { asked, proposed: iterations * rollouts })
    ),
  );
}
