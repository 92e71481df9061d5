/**
 * The table of a compression: accuracies, parameters, and the paper's numbers.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatPaperCell,
  formatPoints,
  formatShortCount,
  loadPaper,
  markdownTable,
  MISSING,
  type PaperCell,
  paperLegend,
} from "../../report/mod.ts";
import { PAPER } from "../project.ts";
import { stageLabel } from "./titles.ts";
import type { CompressionContent, Measured } from "./content.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { stagesOf } from "../options/stage_plans.ts";

const COLUMNS: readonly Column[] = [
  { title: "network" },
  { title: "test accuracy %", align: "right" },
  { title: "parameters", align: "right" },
  { title: "compression", align: "right" },
  { title: "MACs", align: "right" },
  { title: "delta", align: "right" },
];

/** Columns of {@link paperRows}. */
export const PAPER_COLUMNS: readonly Column[] = [
  { title: "paper: accuracy %", align: "right" },
  { title: "paper: parameters", align: "right" },
  { title: "paper: compression", align: "right" },
  { title: "paper: delta", align: "right" },
];

function networkRow(
  label: string,
  ours: Measured | undefined,
  teacher: Measured,
): readonly Cell[] {
  const isTeacher = ours === teacher;
  return [
    label,
    formatAccuracy(ours?.test),
    formatCount(ours?.parameters),
    ours === undefined || isTeacher
      ? MISSING
      : formatCompression(teacher.parameters / ours.parameters),
    formatShortCount(ours?.macs),
    ours === undefined || isTeacher
      ? MISSING
      : formatPoints(ours.test - teacher.test),
  ];
}

/**
 * The table of teacher and students, beside the paper's where it has that
 * network on that data set.
 *
 * @param content The record's content.
 */
export async function resultTable(
  { identity: { config }, teacher, stages }: CompressionContent,
): Promise<string> {
  const ours = [
    networkRow("teacher", teacher, teacher),
    ...stages.map(({ kind, winner }, index) =>
      networkRow(stageLabel(kind, index), winner, teacher)
    ),
  ];
  const paper = await paperRows(config);
  const used = paper.flat().flatMap((cell) => cell ?? []);
  if (used.length === 0) {
    return `${markdownTable(COLUMNS, ours)}
The paper has no numbers for this network on this data set.`;
  }
  const table = markdownTable(
    [...COLUMNS, ...PAPER_COLUMNS],
    ours.map((row, i) => [
      ...row,
      ...PAPER_COLUMNS.map((_, column) => paper[i]?.[column]).map((cell) =>
        cell === undefined ? MISSING : { markdown: formatPaperCell(cell) }
      ),
    ]),
  );
  return `${table.trimEnd()}\n\n${paperLegend(used)}`;
}

/**
 * The paper's cells for {@link PAPER_COLUMNS}, of the teacher and of each stage of
 * its plan; none for another plan, which it does not have.
 *
 * @param config The options of a compression.
 */
export async function paperRows(
  { dataset, network, stages }: CompressionConfig,
): Promise<readonly (readonly (PaperCell | undefined)[])[]> {
  const paper = await loadPaper(PAPER);
  const models = ["teacher", "stage1", "stage2"];
  const isPapers = "removal,shrinkage".startsWith(stages);
  return models.slice(0, 1 + stagesOf(stages).length).map((model, index) => {
    if (!isPapers && index > 0) return [];
    const [row] = paper.compression({ dataset, network, model });
    return [row?.accuracy, row?.parameters, row?.compression, row?.delta];
  });
}
