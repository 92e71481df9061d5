/**
 * The page of one source and target: what became of the policies carried over.
 *
 * @module
 */

import {
  markdownTable,
  paperLegend,
  verdictSection,
} from "../../report/mod.ts";
import { engineText } from "../../search/mod.ts";
import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { dataNote, teacherNote } from "../compression/notes.ts";
import { analyseTransfer } from "./analyse.ts";
import type { TransferContent } from "./content.ts";
import { transferFigures } from "./figures.ts";
import { transferTitle } from "./names.ts";
import {
  claimNote,
  policyColumnsNote,
  policyNote,
  reachedNote,
  transferScaleNote,
} from "./notes.ts";
import {
  cellsOfPaper,
  PAPER_TRANSFER_COLUMNS,
  paperCells,
  paperTransferRow,
  POLICY_COLUMNS,
  policyCells,
  reachedTable,
} from "./tables.ts";
import { transferVerdict, WOULD_CHANGE } from "./verdict.ts";

/** What each figure shows, for those who do not see it. */
const FIGURES: Readonly<Record<string, string>> = {
  "-transfer": "Mean reward against students proposed",
  "-reached": "Searches that got there against students proposed",
};

/**
 * Page and figures of one source and target, by path below results/.
 *
 * @param cell The record with its environment.
 * @param title What the experiment is called, for example "RQ3: transfer of policies".
 */
export async function transferPage(
  { record, environment }: RecordedCell<TransferContent>,
  title: string,
): Promise<ReadonlyMap<string, string>> {
  const { question, profile, cell, deterministic: content, digest } = record;
  const { engine, data, source } = content.identity;
  const figures = [...transferFigures(content)];
  const text = `# ${title}, ${transferTitle(content)} (profile \`${profile}\`)

${transferScaleNote(content)}

${
    verdictSection({
      claim: await claimNote(),
      ...transferVerdict(content),
      wouldChange: WOULD_CHANGE,
    })
  }
${await policyTable(content)}
${policyColumnsNote(content)}

${
    figures.map(([name]) => `![${FIGURES[name]}](${cell}${name}.svg)\n`).join(
      "\n",
    )
  }
Bands are the 95 % intervals of the means over seeds.

${reachedTable(content)}
${reachedNote(content)}

${policyNote(content)}

${cellCostNote(environment)}

${
    [
      ...new Set([
        dataNote(content),
        dataNote({ identity: source }),
        teacherNote(content),
        teacherNote({ identity: source }),
      ]),
    ].join("")
  }Engine ${engineText(engine)}; data
${data.name}, train digest ${data.digest.train.slice(0, 16)}${
    source.data.name === data.name
      ? ""
      : `, and ${source.data.name}, ${source.data.digest.train.slice(0, 16)}`
  }; record digest
${digest.slice(0, 16)}. Generated from [${cell}.json](${cell}.json).
`;
  return new Map([
    ...figures.map(([name, svg]) =>
      [`${question}/${profile}/${cell}${name}.svg`, svg] as const
    ),
    [`${question}/${profile}/${cell}.md`, text],
  ]);
}

/** All kinds of searches on the target, beside the paper's where it has them. */
async function policyTable(content: TransferContent): Promise<string> {
  const { arms } = analyseTransfer(content);
  const paper = await Promise.all(
    arms.map(({ name }) => paperTransferRow(content, name)),
  );
  const used = paper.flatMap(cellsOfPaper);
  const hasPaper = used.length > 0;
  const table = markdownTable(
    [...POLICY_COLUMNS, ...(hasPaper ? PAPER_TRANSFER_COLUMNS : [])],
    arms.map((arm, i) => [
      ...policyCells(arm),
      ...(hasPaper ? paperCells(paper[i]) : []),
    ]),
  );
  return hasPaper ? `${table}\n${paperLegend(used)} ${DATA_UNKNOWN}\n` : table;
}

/** What is not known of the paper's table. */
export const DATA_UNKNOWN = "The data set of the paper's numbers is not known.";
