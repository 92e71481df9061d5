/**
 * The page of one subject: how each strategy searched it.
 *
 * @module
 */

import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { recordNote } from "../compression/notes.ts";
import { subjectTitle } from "../compression/titles.ts";
import { analyseStrategies } from "./analyse.ts";
import type { StrategiesContent } from "./content.ts";
import { strategiesFigure } from "./figures.ts";
import {
  columnsNote,
  decisionsNote,
  searchesNote,
  strategiesScaleNote,
  tableNote,
} from "./notes.ts";
import { bestStudentTable, strategyTable } from "./tables.ts";

/**
 * Page and figure of one subject, by path below results/.
 *
 * @param cell The record with its environment, whose detail "searches" are the
 * seconds of all searches.
 * @param title What the experiment is called, for example "Search strategies".
 */
export function strategiesPage(
  { record, environment }: RecordedCell<StrategiesContent>,
  title: string,
): ReadonlyMap<string, string> {
  const { question, profile, cell, deterministic: content } = record;
  const { config } = content.identity;
  const text = `# ${title} on ${subjectTitle(config)} (profile \`${profile}\`)

${strategiesScaleNote(content)}

${strategyTable(analyseStrategies(content))}
${columnsNote(content)}

![Best reward found so far against students proposed](${cell}-strategies.svg)

Bands are the intervals of the means.

${tableNote(content)}

The best students of the table:

${bestStudentTable(content)}
${decisionsNote(content)}

${cellCostNote(environment)}${searchesNote(content, environment)}

${recordNote(record)}`;
  return new Map([
    [
      `${question}/${profile}/${cell}-strategies.svg`,
      strategiesFigure(content),
    ],
    [`${question}/${profile}/${cell}.md`, text],
  ]);
}
