/**
 * The page of one cell: what the losses did to the same students, or to searches.
 *
 * @module
 */

import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { recordNote } from "../compression/notes.ts";
import { subjectTitle } from "../compression/titles.ts";
import { markdownTable } from "../../report/mod.ts";
import { analyseStudents } from "./analyse.ts";
import type {
  DistillationContent,
  LossSearchesContent,
  LossStudentsContent,
} from "./content.ts";
import type { DecidingTest } from "./decide.ts";
import { searchesFigure, studentsFigure } from "./figures.ts";
import {
  columnsNote,
  decisionSection,
  distillationScaleNote,
  methodNote,
  paperNote,
  searchesAnswer,
  searchesNote,
} from "./notes.ts";
import { settingTitle } from "./settings.ts";
import {
  SEARCH_COLUMNS,
  searchRows,
  settingTable,
  studentTable,
} from "./tables.ts";

/** How pages of the experiment are made. */
export interface DistillationPageOptions {
  /** What the experiment is called. */
  readonly title: string;
  /** The test that decides. */
  readonly test: DecidingTest;
}

/**
 * Page and figure of one cell, by path below results/.
 *
 * @param cell The record with its environment.
 * @param options See {@link DistillationPageOptions}.
 */
export function distillationPage(
  { record, environment }: RecordedCell<DistillationContent>,
  { title, test }: DistillationPageOptions,
): ReadonlyMap<string, string> {
  const { question, profile, cell, deterministic: content } = record;
  const { config, arm, seed } = content.identity;
  const [body, figure] = content.part === "students"
    ? studentsParts(content, { cell: cell!, test })
    : [searchesBody(content, cell!), searchesFigure(content)];
  const text = `# ${title} of ${
    subjectTitle(config)
  }: ${arm}, seed ${seed} (profile \`${profile}\`)

${body}
${cellCostNote(environment)}

${recordNote(record)}`;
  return new Map([
    [`${question}/${profile}/${cell}-losses.svg`, figure],
    [`${question}/${profile}/${cell}.md`, text],
  ]);
}

function studentsParts(
  content: LossStudentsContent,
  { cell, test }: { readonly cell: string; readonly test: DecidingTest },
): readonly [body: string, figure: string] {
  const analysis = analyseStudents(content);
  const body = `${decisionSection(analysis, test)}
${distillationScaleNote(content)}

${settingTable(analysis, test)}
${columnsNote()}

![Difference in accuracy from labels only, student by student](${cell}-losses.svg)

A dot is a student, a band the interval of the mean.

${methodNote(content)}

${paperNote()}

${
    content.settings.map((setting) =>
      `Students, ${settingTitle(setting)}:

${studentTable(content, setting)}`
    ).join("\n")
  }`;
  return [body, studentsFigure(analysis)];
}

function searchesBody(content: LossSearchesContent, cell: string): string {
  return `${searchesAnswer(content)}

${distillationScaleNote(content)}

${markdownTable(SEARCH_COLUMNS, searchRows(content))}
![Difference in final reward from labels only, seed by seed](${cell}-losses.svg)

A dot is a search seed, a band the interval of the mean.

${searchesNote(content)}
`;
}
