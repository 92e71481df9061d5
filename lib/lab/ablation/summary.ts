/**
 * The table over all ablations and subjects of a profile.
 *
 * @module
 */

import {
  escapeMarkdown,
  markdownTable,
  type Verdict,
  type VerdictSection,
  verdictSection,
} from "../../report/mod.ts";
import { lackingNote, lackingSentence } from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { dataNote } from "../compression/notes.ts";
import { subjectName } from "../compression/titles.ts";
import { analyseAblation } from "./analyse.ts";
import type { AblationContent } from "./content.ts";
import { ablationScaleNote } from "./notes.ts";
import { type AblationPages, toldOf } from "./page.ts";
import { ARM_COLUMNS, armCells } from "./tables.ts";
import { ablationVerdict } from "./verdict.ts";

type Recorded = RecordedCell<AblationContent>;

const contentOf = ({ record }: Recorded) => record.deterministic;

const nameOf = (cell: Recorded) => contentOf(cell).identity.ablation.name;

function subjectOf(cell: Recorded): string {
  const { config } = contentOf(cell).identity;
  return subjectName(config);
}

/**
 * The table over all cells of a profile.
 *
 * @param results What the profile has come to.
 * @param pages Title and claims.
 */
export function ablationSummary(
  results: ProfileResults<AblationContent>,
  pages: AblationPages,
): string {
  const { profile, cells } = results;
  const heading = `# ${pages.title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const scales = new Set(
    cells.map((cell) =>
      `- ${escapeMarkdown(subjectOf(cell))}: ${
        ablationScaleNote(contentOf(cell))
      }`
    ),
  );
  const notes = new Set(cells.map((cell) => dataNote(contentOf(cell))));
  return `${heading}

${verdictSection(overall(cells, pages))}
${[...scales].join("\n")}

Which parts of a search earn their place, and what do faults of the authors' release
cost? One part is varied at a time, all else equal. What decides is the paper's
reward of the student that a search chose, trained once more with another seed and
scored on images that chose nothing (the columns "again"), paired by search seed;
each cell's page says how it was done.

${
    markdownTable(
      [{ title: "subject" }, { title: "ablation" }, ...ARM_COLUMNS],
      cells.flatMap((cell) =>
        analyseAblation(contentOf(cell)).map((arm) => [
          subjectOf(cell),
          nameOf(cell),
          ...armCells(arm),
        ])
      ),
    )
  }
Faults that are not in the table, and why: [docs/faults.md](../../docs/faults.md).

${[...notes].join("")}${missing}With figures and claims, cell by cell:

${
    cells.map((cell) => {
      const { record: { cell: name, digest } } = cell;
      const { verdict } = verdictOf(cell, pages);
      return `- [${name}](${profile}/${name}.md): ${verdict}; record digest ${
        digest.slice(0, 16)
      }`;
    }).join("\n")
  }
`;
}

function verdictOf(cell: Recorded, pages: AblationPages): VerdictSection {
  const content = contentOf(cell);
  return ablationVerdict(content, toldOf(content, pages).claim);
}

/** Supported where an ablation's claim is on every subject that it was asked of. */
function overall(
  cells: readonly Recorded[],
  pages: AblationPages,
): VerdictSection {
  const byName = [...Map.groupBy(cells, nameOf)].map(([name, group]) => ({
    name,
    verdicts: group.map((cell) => ({
      cell,
      section: verdictOf(cell, pages),
    })),
  }));
  const all = (verdict: Verdict) =>
    byName.filter(({ verdicts }) =>
      verdicts.every(({ section }) => section.verdict === verdict)
    ).map(({ name }) => name);
  const supported = all("supported");
  const undecided = all("not decidable at this scale");
  const verdict: Verdict = supported.length > 0
    ? "supported"
    : undecided.length === byName.length
    ? "not decidable at this scale"
    : "not supported";
  return {
    claim:
      "Parts of the search earn their place, and faults of the authors' release cost reward: varied alone, some of them lead to worse students.",
    verdict,
    because: supported.length > 0
      ? `On every subject it holds for ${supported.join(", ")}.`
      : verdict === "not supported"
      ? "It holds for no ablation on every subject."
      : "No ablation has enough search seeds.",
    numbers: byName.map(({ name, verdicts }) =>
      `${name}: ${
        verdicts.map(({ cell, section: { verdict, because } }) =>
          `**${verdict}** on ${escapeMarkdown(subjectOf(cell))}: ${because}`
        ).join(" ")
      }`
    ),
    wouldChange: undecided.length > 0
      ? `More search seeds decide on ${
        undecided.join(", ")
      }; other data and networks may change the rest.`
      : "Other data sets and networks, on which other parts may matter; longer trainings of the students, which rank them better.",
  };
}
