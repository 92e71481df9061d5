/**
 * Regenerates every table and figure from the committed records, byte for byte.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import {
  EXIT,
  notify,
  parseOptions,
  runMain,
  warn,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  findStale,
  headlineTable,
  type ListedQuestion,
  overviewPage,
  verdictTable,
} from "../lib/report/mod.ts";
import {
  findOrphans,
  PROJECT,
  recordedTeachers,
  renderQuestion,
  renderTeachers,
} from "../lib/lab/mod.ts";
import { EXPERIMENTS } from "./all.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task results",
  summary: "Regenerate every table and figure from the committed records",
  examples: ["deno task results", "deno task results --check"],
  schema: z.strictObject({
    check: z.boolean().default(false).describe(
      "Write nothing; exit 4 when a file is not what its record gives, or of none",
    ),
  }),
};

/** Where README.md shows the numbers of RQ1, and where all verdicts. */
const README_HEADLINE = /(<!-- headline -->\n)[\s\S]*?(<!-- \/headline -->)/;
const README_VERDICTS = /(<!-- verdicts -->\n)[\s\S]*?(<!-- \/verdicts -->)/;

/** The page that {@link README_HEADLINE} is read off. */
const HEADLINE_PAGE = "rq1/laptop.md";

/** The questions, and what each does. */
const QUESTIONS: readonly ListedQuestion[] = EXPERIMENTS.map(
  ({ report: { question }, command: { summary } }) => ({ question, summary }),
);

/**
 * README.md with the headline and the verdicts of the laptop profile between its
 * markers.
 *
 * @param readme The file's text.
 * @param files What {@link renderResults} gave.
 */
export function renderReadme(
  readme: string,
  files: ReadonlyMap<string, string>,
): string {
  const headline = headlineTable(files.get(HEADLINE_PAGE));
  const verdicts = verdictTable(QUESTIONS, files);
  return readme
    .replace(
      README_HEADLINE,
      (_, begin, end) => `${begin}\n${headline}\n${end}`,
    )
    .replace(
      README_VERDICTS,
      (_, begin, end) => `${begin}\n${verdicts}\n${end}`,
    );
}

/**
 * All files that the records below a folder give.
 *
 * @param folder Results folder; its path ends in "/".
 */
export async function renderResults(
  folder: URL,
): Promise<Map<string, string>> {
  const results = fileURLToPath(folder).replace(/[\\/]$/, "");
  const files = new Map<string, string>();
  for (const { report } of EXPERIMENTS) {
    for (const [path, text] of await renderQuestion(results, report)) {
      files.set(path, text);
    }
  }
  const teachers = await recordedTeachers(results);
  if (teachers.length > 0) {
    files.set("teachers/README.md", renderTeachers(teachers));
  }
  files.set("README.md", overviewPage(QUESTIONS, files));
  return files;
}

/**
 * Runs the command and gives its exit code: 4 where a file is not what the records
 * give, or of none.
 *
 * @param folder Results folder; its path ends in "/".
 */
export async function main(
  args: readonly string[],
  folder: URL = new URL("results/", PROJECT),
): Promise<number> {
  const { check } = parseOptions(command, args);
  const files = await renderResults(folder);
  if (!check) {
    for (const [path, text] of files) {
      await writeFileAtomic(`${fileURLToPath(folder)}${path}`, text);
    }
    const readme = new URL("README.md", PROJECT);
    await writeFileAtomic(
      fileURLToPath(readme),
      renderReadme(await Deno.readTextFile(readme), files),
    );
    notify(`Written: ${files.size} files in results/, and README.md`);
    return EXIT.done;
  }
  const stale = await findStale(folder, files);
  const orphans = (await Promise.all(
    QUESTIONS.map(({ question }) =>
      findOrphans(fileURLToPath(folder), question, files)
    ),
  )).flat();
  for (const { path, reason } of [...stale, ...orphans]) {
    warn(`results/${path} ${reason}`);
  }
  if (stale.length > 0) notify("Run deno task results to write them again");
  if (stale.length + orphans.length > 0) return EXIT.regression;
  notify(`All ${files.size} files in results/ are what their records give`);
  return EXIT.done;
}

if (import.meta.main) await runMain((args) => main(args));
