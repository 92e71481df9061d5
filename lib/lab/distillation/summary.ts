/**
 * The table over all subjects of a profile: what the losses did on each.
 *
 * @module
 */

import {
  escapeMarkdown,
  markdownTable,
  type Verdict,
  verdictSection,
} from "../../report/mod.ts";
import {
  cellLinks,
  lackingNote,
  lackingSentence,
} from "../cells/page_parts.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import { dataNote } from "../compression/notes.ts";
import { subjectName } from "../compression/titles.ts";
import { analyseStudents } from "./analyse.ts";
import type {
  DistillationContent,
  LossSearchesContent,
  LossStudentsContent,
} from "./content.ts";
import { decide, type DecidingTest, type Decision } from "./decide.ts";
import {
  columnsNote,
  decisiveNumbers,
  distillationScaleNote,
  searchesAnswer,
  teacherImages,
  wouldChange,
} from "./notes.ts";
import type { DistillationPageOptions } from "./page.ts";
import {
  SEARCH_COLUMNS,
  searchRows,
  SETTING_COLUMNS,
  settingRows,
} from "./tables.ts";

/** A cell's content under its title. */
interface Titled<Content> {
  readonly title: string;
  readonly content: Content;
}

function titled<Content extends DistillationContent>(
  contents: readonly Content[],
): readonly Titled<Content>[] {
  const seeds = new Set(contents.map(({ identity }) => identity.seed));
  return contents.map((content) => {
    const { config, seed } = content.identity;
    const title = `${subjectName(config)}${
      seeds.size > 1 ? `, seed ${seed}` : ""
    }`;
    return { title, content };
  });
}

/**
 * The table over all subjects of a profile.
 *
 * @param results What the profile has come to.
 * @param options See {@link DistillationPageOptions}.
 */
export function distillationSummary(
  results: ProfileResults<DistillationContent>,
  { title, test }: DistillationPageOptions,
): string {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const contents = cells.map(({ record }) => record.deterministic);
  const students = titled(
    contents.filter((each) => each.part === "students"),
  );
  const searches = titled(
    contents.filter((each) => each.part === "searches"),
  );
  return `${heading}

${studentsSection(students, { test, results })}${searchesSection(searches)}${
    [...new Set(contents.map(dataNote))].join("")
  }${missing}Cell by cell, with figures and students:

${cellLinks(results)}
`;
}

function studentsSection(
  subjects: readonly Titled<LossStudentsContent>[],
  { test, results }: {
    readonly test: DecidingTest;
    readonly results: ProfileResults<DistillationContent>;
  },
): string {
  const [first] = subjects;
  if (first === undefined) return "";
  const analysed = subjects.map(({ title, content }) => ({
    title,
    analysis: analyseStudents(content),
  }));
  const decisions = analysed.map(({ title, analysis }) => ({
    title,
    ...decide(analysis, test),
  }));
  const { verdict, because } = overall(decisions);
  return `${
    verdictSection({
      claim: test.claim,
      verdict,
      because: because + lackingSentence(results),
      numbers: analysed.flatMap(({ title, analysis }) =>
        decisiveNumbers(analysis, test).map((line) =>
          `${escapeMarkdown(title)}: ${line}`
        )
      ),
      wouldChange: wouldChange(first.content),
    })
  }
${scaleNotes(subjects)}

${
    subjects.map(({ title, content }) =>
      `- ${escapeMarkdown(title)}: ${teacherImages(content)}`
    ).join("\n")
  }

${
    markdownTable(
      [{ title: "subject" }, ...SETTING_COLUMNS],
      analysed.flatMap(({ title, analysis }) =>
        settingRows(analysis, test).map((row) => [title, ...row])
      ),
    )
  }
${columnsNote()}

`;
}

/**
 * The verdict that all subjects have, else none. Those with too few students leave
 * the decision to the others.
 */
function overall(
  decisions: readonly (Decision & { readonly title: string })[],
): Pick<Decision, "verdict" | "because"> {
  const [first, ...others] = decisions;
  if (others.length === 0) return first!;
  const able = decisions.filter(({ isFew }) => !isFew);
  const [verdict = "not decidable at this scale", ...differing] = new Set<
    Verdict
  >(able.map(({ verdict }) => verdict));
  const each = `${
    decisions.map(({ title, verdict, because }) =>
      `${escapeMarkdown(title)}: ${verdict}, as ${because}`
    ).join(" ")
  } Each subject is tested alone.`;
  return differing.length === 0 ? { verdict, because: each } : {
    verdict: "not decidable at this scale",
    because: `Subjects differ. ${each}`,
  };
}

function searchesSection(
  subjects: readonly Titled<LossSearchesContent>[],
): string {
  if (subjects.length === 0) return "";
  return `Does the loss change what a search finds?

${
    subjects.map(({ title, content }) =>
      `- ${escapeMarkdown(title)}: ${searchesAnswer(content)}`
    ).join("\n")
  }

${
    markdownTable(
      [{ title: "subject" }, ...SEARCH_COLUMNS],
      subjects.flatMap(({ title, content }) =>
        searchRows(content).map((row) => [title, ...row])
      ),
    )
  }
`;
}

function scaleNotes(
  subjects: readonly Titled<DistillationContent>[],
): string {
  const notes = subjects.map(({ title, content }) =>
    [title, distillationScaleNote(content)] as const
  );
  return new Set(notes.map(([, note]) => note)).size === 1
    ? notes[0]![1]
    : notes.map(([title, note]) => `- ${escapeMarkdown(title)}: ${note}`)
      .join("\n");
}
