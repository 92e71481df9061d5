/**
 * The table over all subjects of a profile: how each strategy did on each.
 *
 * @module
 */

import { escapeMarkdown, markdownTable } from "../../report/mod.ts";
import { cellLinks, lackingNote } from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { dataNote } from "../compression/notes.ts";
import { subjectName } from "../compression/titles.ts";
import { analyseStrategies } from "./analyse.ts";
import type { StrategiesContent } from "./content.ts";
import { columnsNote, strategiesScaleNote } from "./notes.ts";
import { ARM_COLUMNS, armCells } from "./tables.ts";

type Recorded = RecordedCell<StrategiesContent>;

/** "ResNet-18 on CIFAR-10, width 0.25", with the first seed where cells differ in it. */
function titleOf({ record }: Recorded, cells: readonly Recorded[]): string {
  const { config, seed } = record.deterministic.identity;
  const seeds = new Set(
    cells.map(({ record }) => record.deterministic.identity.seed),
  );
  return `${subjectName(config)}${
    seeds.size > 1 ? `, seeds from ${seed}` : ""
  }`;
}

/**
 * The table over all subjects of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "Search strategies".
 */
export function strategiesSummary(
  results: ProfileResults<StrategiesContent>,
  title: string,
): string {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  const [first] = cells;
  if (first === undefined) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const scales = cells.map((cell) =>
    `- ${escapeMarkdown(titleOf(cell, cells))}: ${
      strategiesScaleNote(cell.record.deterministic)
    }`
  );
  const notes = new Set(
    cells.map(({ record }) => dataNote(record.deterministic)),
  );
  return `${heading}

${scales.join("\n")}

Which strategy finds good students? All students of a subject are trained once;
then every strategy searches that table many times. At the end of the searches:

${
    markdownTable(
      [
        { title: "subject" },
        { title: "students proposed", align: "right" },
        ...ARM_COLUMNS,
      ],
      cells.flatMap((cell) => {
        const { proposed, arms } = analyseStrategies(cell.record.deterministic)
          .at(-1)!;
        return arms.map((arm) => [
          titleOf(cell, cells),
          `${proposed}`,
          ...armCells(arm),
        ]);
      }),
    )
  }
${columnsNote(first.record.deterministic)}

${
    [...notes].join("")
  }${missing}Subject by subject, with figures and earlier marks:

${cellLinks(results)}
`;
}
