/**
 * The table over all ablations and subjects of a profile.
 *
 * @module
 */

import {
  escapeMarkdown,
  holm,
  LEVEL,
  listed,
  markdownTable,
  pairsNeeded,
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
import { lackingAblations } from "./lacking.ts";
import { ablationScaleNote } from "./notes.ts";
import { type AblationPages, toldOf } from "./page.ts";
import { ARM_COLUMNS, armCells } from "./tables.ts";
import { ablationVerdict, isSupported } from "./verdict.ts";

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

${verdictSection(overall(results, pages))}
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
"Tied" are search seeds for which both arms chose students of one reward, mostly the
same one: they show nothing either way, and p of n seeds with t of them tied is at
least 2^(1 - n + t). A student is looked at again once, whoever chose it: where many
seeds choose few students, n is larger than what there is to compare.

Here p (Holm) is corrected over the comparisons of an ablation on a subject, as on its
page; the verdict above over all of them.

Arms of equal options are the same searches, in whichever ablation they stand: so are
the first arms of several. In "faults" all arms have the paper's policy at ten times
its learning rate, with which it learns in so few iterations: their rewards compare
with each other, not with those of other ablations. Faults that cannot be repeated,
and why: [docs/faults.md](../../docs/faults.md).

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
  return ablationVerdict(content, toldOf(content, pages));
}

/** An ablation on one subject. */
interface Judged {
  readonly cell: Recorded;
  /** What its own page says. */
  readonly section: VerdictSection;
  /** Whether its claim holds after the correction over all comparisons there are. */
  readonly holds: boolean;
  /** Whether there are pairs enough for that. */
  readonly isDecidable: boolean;
}

/**
 * All ablations in one family of tests: that some part matters is claimed of all of
 * them at once, so each is one more chance of a false alarm. So are those that are
 * lacking, taken to show nothing, which asks most of the others.
 */
function judgeAll(
  cells: readonly Recorded[],
  { pages, lackingTests }: {
    readonly pages: AblationPages;
    readonly lackingTests: number;
  },
): { readonly judged: readonly Judged[]; readonly tests: number } {
  const compared = cells.flatMap((cell) =>
    analyseAblation(contentOf(cell)).flatMap(({ name, comparison }) =>
      comparison === undefined ? [] : [{ cell, name, ...comparison }]
    )
  );
  const corrected = holm([
    ...compared.map(({ p }) => p),
    ...new Array<number>(lackingTests).fill(1),
  ]);
  const corrections = compared.map(({ cell, name, difference }, i) => ({
    cell,
    name,
    mean: difference.mean!,
    adjusted: corrected[i]!,
  }));
  const tests = compared.length + lackingTests;
  const decidable = compared.filter(({ difference }) =>
    difference.n >= pairsNeeded(tests)
  );
  const ofCell = <Each extends { readonly cell: Recorded }>(
    cell: Recorded,
    some: readonly Each[],
  ) => some.filter((each) => each.cell === cell);
  return {
    tests,
    judged: cells.map((cell) => ({
      cell,
      section: verdictOf(cell, pages),
      holds: isSupported(
        toldOf(contentOf(cell), pages).rule,
        ofCell(cell, corrections),
      ),
      isDecidable: ofCell(cell, decidable).length > 0,
    })),
  };
}

/** Supported where an ablation's claim is on every subject that it was asked of. */
function overall(
  results: ProfileResults<AblationContent>,
  pages: AblationPages,
): VerdictSection {
  const lacking = lackingAblations(results, pages.ablations);
  const lackingTests = lacking.reduce((sum, { tests }) => sum + tests, 0);
  const { judged, tests } = judgeAll(results.cells, { pages, lackingTests });
  const byName = [...Map.groupBy(judged, ({ cell }) => nameOf(cell))];
  const having = (key: "holds" | "isDecidable") =>
    byName.filter(([, group]) => group.every((each) => each[key]))
      .map(([name]) => name);
  const [holding, decidable] = [having("holds"), having("isDecidable")];
  // Another subject may overturn what holds on those that have a record.
  const pending = holding.filter((own) =>
    lacking.some(({ name = own }) => name === own)
  );
  const supported = holding.filter((name) => !pending.includes(name));
  const refuted = decidable.filter((name) => !holding.includes(name));
  const undecided = byName.map(([name]) => name)
    .filter((name) => !decidable.includes(name) && !pending.includes(name));
  // One that is not decided yet may be the one for which the claim holds.
  const isOpen = undecided.length > 0 || results.lacking.length > 0;
  const verdict: Verdict = supported.length > 0
    ? "supported"
    : isOpen
    ? "not decidable at this scale"
    : "not supported";
  const told = {
    "supported": `On every subject it holds for ${supported.join(", ")}`,
    "not supported": "It holds for no ablation on every subject",
    "not decidable at this scale": [
      ...(decidable.length === 0 && pending.length === 0
        ? ["No ablation has enough search seeds"]
        : []),
      ...(refuted.length === 0
        ? []
        : [`It holds for none of ${refuted.join(", ")} on every subject`]),
      ...(pending.length === 0 ? [] : [
        `It holds for ${
          pending.join(", ")
        } where there is a record, which those that are lacking may overturn`,
      ]),
      ...(undecided.length === 0 || decidable.length === 0 ? [] : [
        `${
          undecided.join(", ")
        } cannot be decided from so few seeds, with which all of them together can be supported, but never not supported`,
      ]),
    ].join("; "),
  };
  return {
    claim:
      "Parts of the search earn their place, and faults of the authors' release cost reward: varied alone, some of them lead to worse students.",
    verdict,
    because: `${
      told[verdict]
    } (p < ${LEVEL} after Holm's correction over all ${tests} comparisons of this page${
      lackingTests === 0 ? "" : `, ${lackingTests} lacking ones among them`
    }).${lackingSentence(results)}`,
    numbers: byName.map(([name, group]) =>
      `${name}, by itself: ${
        // What its pages say in the same words is said once.
        [
          ...Map.groupBy(group, ({ section: { verdict, because } }) =>
            `${verdict}: ${because}`),
        ].map(([, [first, ...others]]) => {
          const { section: { verdict, because } } = first!;
          const subjects = [first!, ...others].map(({ cell }) =>
            escapeMarkdown(subjectOf(cell))
          );
          return `**${verdict}** on ${listed(subjects)}: ${because}`;
        }).join(" ")}`
    ),
    wouldChange: undecided.length > 0
      ? `At least ${pairsNeeded(Math.max(1, tests))} search seeds for ${
        undecided.join(", ")
      }; other data and networks may change the rest.`
      : pending.length > 0
      ? "The ablations that are lacking."
      : "Other data sets and networks, on which other parts may matter; longer trainings of the students, which rank them better.",
  };
}
