/**
 * The page of one subject and ablation.
 *
 * @module
 */

import { verdictSection } from "../../report/mod.ts";
import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { recordNote } from "../compression/notes.ts";
import { subjectTitle } from "../compression/titles.ts";
import type { Ablation } from "./ablation.ts";
import { analyseAblation } from "./analyse.ts";
import type { AblationContent } from "./content.ts";
import { ablationFigure } from "./figures.ts";
import {
  ablationScaleNote,
  limitNote,
  methodNote,
  searchesNote,
} from "./notes.ts";
import { armTable } from "./tables.ts";
import { ablationVerdict } from "./verdict.ts";

/** What pages are made with. */
export interface AblationPages {
  /** What the experiment is called, for example "Ablations". */
  readonly title: string;
  /** All there are: their claims and summaries. */
  readonly ablations: readonly Ablation[];
}

/**
 * The ablation that a record is of; one that is no longer there is told by its name.
 *
 * @param content The record's content.
 * @param ablations All there are.
 */
export function toldOf(
  { identity: { ablation } }: AblationContent,
  { ablations }: AblationPages,
): Pick<Ablation, "claim" | "rule" | "summary"> {
  return ablations.find(({ name }) => name === ablation.name) ??
    { claim: `What ${ablation.name} varies matters.`, summary: ablation.name };
}

/**
 * Page and figure of one cell, by path below results/.
 *
 * @param cell The record with its environment, whose detail "searches" are the
 * seconds of all searches.
 * @param pages Title and claims.
 */
export function ablationPage(
  { record, environment }: RecordedCell<AblationContent>,
  pages: AblationPages,
): ReadonlyMap<string, string> {
  const { question, profile, cell, deterministic: content } = record;
  const { config, ablation } = content.identity;
  const arms = analyseAblation(content);
  const told = toldOf(content, pages);
  const text = `# ${pages.title}: ${ablation.name} on ${
    subjectTitle(config)
  } (profile \`${profile}\`)

${verdictSection(ablationVerdict(content, told))}
${ablationScaleNote(content)}

What is varied: ${told.summary}.

${armTable(arms)}
${
    limitNote(arms)
  }![Differences of the chosen students' reward, arm by arm](${cell}.svg)

A dot is a pair of searches with one seed, the line is the interval of the mean.

${methodNote(content)}

${cellCostNote(environment)}${searchesNote(content, environment)}

${recordNote(record)}`;
  return new Map([
    [`${question}/${profile}/${cell}.svg`, ablationFigure(content)],
    [`${question}/${profile}/${cell}.md`, text],
  ]);
}
