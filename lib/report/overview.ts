/**
 * What all questions have come to, read off their pages: the index of the results
 * and the verdicts in README.md.
 *
 * @module
 */

import { formatCount, MISSING } from "./format.ts";
import type { Files } from "./stale.ts";
import { type Cell, escapeMarkdown, markdownTable } from "./table.ts";
import { verdictsOf } from "./verdict.ts";

/** A question as it is listed. */
export interface ListedQuestion {
  /** Folder below results/, for example "rq1". */
  readonly question: string;
  /** What it asks, in one line. */
  readonly summary: string;
}

/** The profile whose verdicts count, in README.md too. */
const HEADLINE = "laptop";

/**
 * The index of a results folder in markdown: every question with its profiles and
 * what each page says of its claim.
 *
 * @param questions In the order in which they are shown.
 * @param files All generated files, by path below the results folder.
 */
export function overviewPage(
  questions: readonly ListedQuestion[],
  files: Files,
): string {
  const rows = questions.flatMap(({ question }) =>
    profilesOf(question, files).map((profile): readonly Cell[] => [
      question,
      { markdown: `[${profile}](${question}/${profile}.md)` },
      formatCount(cellsOf(`${question}/${profile}/`, files)),
      { markdown: verdictText(files.get(`${question}/${profile}.md`)!) },
    ])
  );
  const others = [
    ["teachers/README.md", "the trained teachers that are committed"],
    ["bench.md", "training speed and search throughput"],
  ] as const;
  return `# Results

Generated from the records by \`deno task results\`; \`deno task regress\` runs them
once more and compares. Profiles: \`smoke\` runs everything once, in a minute, and
shows that it works; claims are made at the size of \`${HEADLINE}\`.

${
    questions.map(({ question, summary }) => {
      const claims = claimsOf(question, files);
      return [`- **${question}**: ${summary}`, ...claims].join("\n  ");
    }).join("\n")
  }

${
    markdownTable(
      [
        { title: "question" },
        { title: "profile" },
        { title: "cells", align: "right" },
        { title: "what the evidence says of the claim" },
      ],
      rows,
    )
  }
Beside the questions: ${
    others.map(([path, what]) => `[${what}](${path})`).join(", ")
  }.
`;
}

/**
 * One line a question with its verdict, in markdown: a table for README.md.
 *
 * @param questions In the order in which they are shown.
 * @param files All generated files, by path below the results folder.
 */
export function verdictTable(
  questions: readonly ListedQuestion[],
  files: Files,
): string {
  return markdownTable(
    [
      { title: "question" },
      { title: "what is done" },
      { title: "what the evidence says of the claim tested" },
    ],
    questions.map(({ question, summary }): readonly Cell[] => {
      const path = `${question}/${HEADLINE}.md`;
      const page = files.get(path);
      return [
        {
          markdown: page === undefined
            ? question
            : `[${question}](results/${path})`,
        },
        summary,
        {
          markdown: page === undefined
            ? `nothing yet: profile ${HEADLINE} was not run`
            : verdictText(page),
        },
      ];
    }),
  );
}

/** Profiles that have a page, the smallest that are usual first. */
function profilesOf(question: string, files: Files): readonly string[] {
  const usual = ["smoke", HEADLINE, "night", "paper"];
  const rank = (profile: string) => {
    const place = usual.indexOf(profile);
    return place < 0 ? usual.length : place;
  };
  return [...files.keys()]
    .flatMap((path) => {
      const [folder, file = "", ...more] = path.split("/");
      return folder === question && more.length === 0 && file.endsWith(".md")
        ? [file.replace(/\.md$/, "")]
        : [];
    })
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** What the paper claims, as the pages of a question say it, each once. */
function claimsOf(question: string, files: Files): readonly string[] {
  const pages = profilesOf(question, files).map((profile) =>
    files.get(`${question}/${profile}.md`)!
  );
  const claims = pages.flatMap((page) =>
    verdictsOf(page).map(({ claim }) => `Claim: ${withoutLinks(claim)}`)
  );
  return [...new Set(claims)];
}

/** Pages of cells in a folder. */
function cellsOf(folder: string, files: Files): number {
  return [...files.keys()].filter((path) =>
    path.startsWith(folder) && path.endsWith(".md")
  ).length;
}

/** Each verdict of a page with its reason. */
function verdictText(page: string): string {
  const verdicts = verdictsOf(page);
  if (verdicts.length === 0) return `${MISSING} (the page tests no claim)`;
  return verdicts.map(({ verdict, because }) =>
    `**${escapeMarkdown(verdict)}**: ${withoutLinks(because)}`
  ).join(" ");
}

/** Links lead from the page's own folder. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1");
}
