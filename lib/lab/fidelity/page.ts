/**
 * The page of one subject: its proxies, which is chosen, how that was found.
 *
 * @module
 */

import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { recordNote } from "../compression/notes.ts";
import { subjectTitle } from "../compression/titles.ts";
import { analyseContent, type FidelityContent } from "./content.ts";
import { fidelityFigure } from "./figures.ts";
import {
  choiceNote,
  fidelityScaleNote,
  methodNote,
  resampleNote,
} from "./notes.ts";
import { proxyTable, studentTable } from "./table.ts";

/**
 * Page and figure of one subject, by path below results/.
 *
 * @param cell The record with its environment, whose details are mean seconds of a
 * student by the proxy's name.
 * @param title What the experiment is called, for example "Proxy fidelity".
 */
export function fidelityPage(
  { record, environment }: RecordedCell<FidelityContent>,
  title: string,
): ReadonlyMap<string, string> {
  const { question, profile, cell, deterministic: content } = record;
  const { config, arm, seed } = content.identity;
  const analysis = analyseContent(content);
  const { details } = environment;
  const text = `# ${title} of ${
    subjectTitle(config)
  }: ${arm}, seed ${seed} (profile \`${profile}\`)

${fidelityScaleNote(content)}

${proxyTable(content, { analysis, details })}
${choiceNote(content.chosen, analysis)}

![Accuracy of each proxy against the true one](${cell}-fidelity.svg)

${methodNote(content)}

${resampleNote(analysis)}${cellCostNote(environment)}

Students and what each proxy says of them, accuracies in %:

${studentTable(content)}
${recordNote(record)}`;
  return new Map([
    [
      `${question}/${profile}/${cell}-fidelity.svg`,
      fidelityFigure(content, analysis),
    ],
    [`${question}/${profile}/${cell}.md`, text],
  ]);
}
