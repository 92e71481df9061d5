/**
 * All files of a results folder anew, from its records.
 *
 * @module
 */

import { RecordError } from "../../report/mod.ts";
import { type ProfilePlace, readIndex, readProfile } from "./index_file.ts";
import type { Report } from "./experiment.ts";

/**
 * Tables, pages and figures of a question, as texts by path below the results
 * folder.
 *
 * @param results The results folder.
 * @param report How the question's results become files.
 * @throws {RecordError} If an index or a record is damaged.
 */
export async function renderQuestion<Content>(
  results: string,
  report: Report<Content>,
): Promise<ReadonlyMap<string, string>> {
  const { question } = report;
  const files = new Map<string, string>();
  for (const profile of await profilesOf(results, question)) {
    const place: ProfilePlace = { results, question, profile };
    const whole = await readProfile<Content>(place);
    for (const cell of whole.cells) {
      for (const [path, text] of await report.cell(cell)) files.set(path, text);
    }
    for (const [path, svg] of await report.figures?.(whole) ?? []) {
      files.set(path, svg);
    }
    files.set(`${question}/${profile}.md`, await report.profile(whole));
    await checkDeclared(place);
  }
  return files;
}

/** Profiles with an index, sorted. */
async function profilesOf(
  results: string,
  question: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (
      const { name, isFile } of Deno.readDir(`${results}/${question}`)
    ) {
      const isIndex = isFile && name.endsWith(".json") && !name.startsWith(".");
      if (isIndex) names.push(name.slice(0, -".json".length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

/**
 * A record that no index declares would be left out of its table without a word;
 * those that were set aside bear a digest.
 */
async function checkDeclared(place: ProfilePlace): Promise<void> {
  const { results, question, profile } = place;
  const declared = new Set((await readIndex(place)).map(({ name }) => name));
  const folder = `${results}/${question}/${profile}`;
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const isRecord = name.endsWith(".json") &&
        !name.endsWith(".environment.json") && !name.startsWith(".");
      const cell = name.replace(/(\.[0-9a-f]{8})?\.json$/, "");
      if (isRecord && !declared.has(cell)) {
        throw new RecordError(
          `Cannot make the table of "${question}/${profile}": "${folder}/${name}" is a record of a cell that its index does not declare; run that cell again, or move the file away`,
        );
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
