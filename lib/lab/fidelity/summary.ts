/**
 * The table over all subjects of a profile: which proxy each chooses, and how every
 * proxy does on each.
 *
 * @module
 */

import {
  type Column,
  escapeMarkdown,
  formatAccuracy,
  formatSeconds,
  formatShortCount,
  markdownTable,
  mean,
  MISSING,
} from "../../report/mod.ts";
import { cellLinks, lackingNote } from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { dataNote } from "../compression/notes.ts";
import { subjectName } from "../compression/titles.ts";
import type { FidelityAnalysis, ScoreAnalysis } from "./analyse_proxies.ts";
import { LEAST_FIDELITY } from "./choose_proxy.ts";
import { analyseContent, type FidelityContent } from "./content.ts";
import { fidelityScaleNote } from "./notes.ts";
import { formatRank, formatRankInterval } from "./table.ts";

/** A cell with what was found of it. */
interface Subject {
  readonly title: string;
  readonly cell: RecordedCell<FidelityContent>;
  readonly content: FidelityContent;
  readonly analysis: FidelityAnalysis;
}

function subjectOf(
  cell: RecordedCell<FidelityContent>,
  cells: readonly RecordedCell<FidelityContent>[],
): Subject {
  const content = cell.record.deterministic;
  const { config, arm, seed } = content.identity;
  const has = (key: "arm" | "seed") =>
    new Set(
      cells.map(({ record }) => record.deterministic.identity[key]),
    ).size > 1;
  const parts = [
    subjectName(config),
    ...(has("arm") ? [arm] : []),
    ...(has("seed") ? [`seed ${seed}`] : []),
  ];
  return {
    title: parts.join(", "),
    cell,
    content,
    analysis: analyseContent(content),
  };
}

const right = (title: string): Column => ({ title, align: "right" });

function choiceTable(subjects: readonly Subject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      right("students"),
      { title: "chosen proxy" },
      { title: "why" },
      right("image passes"),
      right("seconds"),
      right("Spearman, all students"),
      right("Spearman, better half"),
      right("pairs %, better half"),
    ],
    subjects.map(({ title, content, analysis, cell }) => {
      const { chosen, students } = content;
      const found = chosen.reason === "none"
        ? undefined
        : analysis.proxies.find(({ spec }) => spec.name === chosen.proxy);
      return [
        title,
        `${students.length}`,
        found?.spec.name ?? "none",
        {
          cheapest: `cheapest with ${LEAST_FIDELITY} or more`,
          highest: `highest; none has ${LEAST_FIDELITY}`,
          none: "no proxy ranks the better half",
        }[chosen.reason],
        formatShortCount(found?.imagePasses),
        formatSeconds(cell.environment.details?.[found?.spec.name ?? ""]),
        found === undefined ? MISSING : formatRankInterval(found.all),
        found === undefined ? MISSING : formatRankInterval(found.better),
        formatAccuracy(found?.better.preference),
      ];
    }),
  );
}

/** Spearman within the better half, a row a score, a column a subject. */
function scoreTable(subjects: readonly Subject[]): string {
  const names = new Set(
    subjects.flatMap(({ analysis }) =>
      analysis.proxies.map(({ spec }) => spec.name)
    ),
  );
  const row = (
    label: string,
    of: (analysis: FidelityAnalysis) => ScoreAnalysis | undefined,
  ) => {
    const found = subjects.map(({ analysis }) => of(analysis)?.better.spearman);
    const known = found.filter((each) => each !== undefined);
    return [
      label,
      ...found.map(formatRank),
      // A mean over the subjects that have the score would favour easy ones.
      ...(subjects.length < 2
        ? []
        : [known.length < found.length ? MISSING : formatRank(mean(known))]),
    ];
  };
  return markdownTable(
    [
      { title: "score" },
      ...subjects.map(({ title }) => right(title)),
      ...(subjects.length < 2 ? [] : [right("mean")]),
    ],
    [
      ...[...names].map((name) =>
        row(
          name,
          ({ proxies }) => proxies.find(({ spec }) => spec.name === name),
        )
      ),
      row("parameter count", ({ parameters }) => parameters),
      row("the final training, on the proxies' images", (each) => each.ceiling),
    ],
  );
}

/**
 * The table over all subjects of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "Proxy fidelity".
 */
export function fidelitySummary(
  results: ProfileResults<FidelityContent>,
  title: string,
): string {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const subjects = cells.map((cell) => subjectOf(cell, cells));
  const scales = subjects.map(({ title, content }) =>
    [title, fidelityScaleNote(content)] as const
  );
  const isOneScale = new Set(scales.map(([, note]) => note)).size === 1;
  return `${heading}

${
    isOneScale
      ? scales[0]![1]
      : scales.map(([title, note]) => `- ${escapeMarkdown(title)}: ${note}`)
        .join("\n")
  }

A proxy is a score of a student that costs less than training it to the end. Which
one ranks students as that training does?

${choiceTable(subjects)}
Spearman is the rank correlation with the accuracy after the final training, on
validation images that no proxy saw, with a 95 % percentile bootstrap interval over
students; "pairs" is how often the truly better of two students has the higher
score, half of them by chance. The better half is the half of the students with
the higher truth. Chosen is the cheapest proxy, in image passes, whose Spearman
there is ${LEAST_FIDELITY} or more, else the one with the highest. Of many proxies on few
students the best one looks better than it is: look at the intervals.

Spearman within the better half, of every score:

${scoreTable(subjects)}
${
    [...new Set(subjects.map(({ content }) => dataNote(content)))].join("")
  }${missing}Subject by subject, with figures, all proxies and students:

${cellLinks(results)}
`;
}
