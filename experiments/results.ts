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
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import { findStale } from "../lib/report/mod.ts";
import {
  PROJECT,
  recordedTeachers,
  renderQuestion,
  renderTeachers,
  type Report,
} from "../lib/lab/mod.ts";
import { report as ablation } from "./ablation.ts";
import { report as proxy } from "./proxy_fidelity.ts";
import { report as rq1 } from "./rq1_compression.ts";
import { report as strategies } from "./search_strategies.ts";

/** How the results of each question become files. */
const REPORTS: readonly Report<unknown>[] = [
  rq1,
  proxy,
  strategies,
  ablation,
];

const source = {
  name: "deno task results",
  summary: "Regenerate every table and figure from the committed records",
  examples: ["deno task results", "deno task results --check"],
  schema: z.strictObject({
    check: z.boolean().default(false).describe(
      "Write nothing; exit 4 when a file is not what its record gives",
    ),
  }),
};

/** Where README.md shows a table. */
const README_BLOCK = /(<!-- results: (\S+) -->\n)[\s\S]*?(<!-- \/results -->)/g;

/**
 * README.md with the tables of the laptop profile between its markers.
 *
 * @param readme The file's text.
 * @param files What {@link renderResults} gave.
 */
export function renderReadme(
  readme: string,
  files: ReadonlyMap<string, string>,
): string {
  return readme.replace(README_BLOCK, (_, begin, question, end) => {
    const table = files.get(`${question}/laptop.md`);
    if (table === undefined) return `${begin}${end}`;
    // Headings one level down; links and pictures from the project's folder.
    const text = table
      .replace(/^# /, "### ")
      .replaceAll(/\]\((?=laptop[./])/g, `](results/${question}/`);
    return `${begin}\n${text}\n${end}`;
  });
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
  for (const report of REPORTS) {
    for (const [path, text] of await renderQuestion(results, report)) {
      files.set(path, text);
    }
  }
  const teachers = await recordedTeachers(results);
  if (teachers.length > 0) {
    files.set("teachers/README.md", renderTeachers(teachers));
  }
  return files;
}

async function main(args: readonly string[]): Promise<number> {
  const { check } = parseOptions(source, args);
  const folder = new URL("results/", PROJECT);
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
  for (const { path, reason } of stale) notify(`results/${path} ${reason}`);
  if (stale.length > 0) {
    notify("Run deno task results to write them again");
    return EXIT.regression;
  }
  notify(`All ${files.size} files in results/ are what their records give`);
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
