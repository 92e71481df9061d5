/**
 * All files of a results folder anew, from its records.
 *
 * @module
 */

import { ifThere, warn } from "../../cli/mod.ts";
import { isRecordName, RecordError } from "../../report/mod.ts";
import { type ProfilePlace, readIndex, readProfile } from "./index_file.ts";
import type { ProfileResults, RecordedCell, Report } from "./experiment.ts";

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
    const whole = await readProfile<Content>(place, report);
    for (const cell of whole.cells) {
      for (const [path, text] of await renderCell(cell, report)) {
        files.set(path, text);
      }
    }
    for (const [path, text] of await renderProfile(whole, report)) {
      files.set(path, text);
    }
    await checkDeclared(place);
  }
  return files;
}

/**
 * Page and figures of one cell, as texts by path below the results folder.
 *
 * @param cell Its record and environment.
 * @param report How they become files.
 * @throws {RecordError} If the record's parts contradict each other.
 */
export async function renderCell<Content>(
  cell: RecordedCell<Content>,
  report: Report<Content>,
): Promise<ReadonlyMap<string, string>> {
  const { question, profile, cell: name } = cell.record;
  return await made(
    `${question}/${profile}/${name}`,
    async () => await report.cell(cell),
  );
}

/**
 * Table and figures over all cells of a profile, as texts by path below the results
 * folder.
 *
 * @param whole What the profile has come to.
 * @param report How that becomes files.
 * @throws {RecordError} If the records contradict each other.
 */
export async function renderProfile<Content>(
  whole: ProfileResults<Content>,
  report: Report<Content>,
): Promise<ReadonlyMap<string, string>> {
  const path = `${report.question}/${whole.profile}`;
  return await made(path, async () =>
    new Map([
      ...await report.figures?.(whole) ?? [],
      [`${path}.md`, await report.profile(whole)],
    ]));
}

/**
 * What a page is made of is of the form that it should be; that its parts fit
 * together no form can say.
 */
async function made<Files>(
  path: string,
  make: () => Promise<Files>,
): Promise<Files> {
  try {
    return await make();
  } catch (error) {
    const isFault = error instanceof RangeError || error instanceof TypeError;
    if (!isFault) throw error;
    throw new RecordError(
      `Cannot make the page of "${path}": what is recorded does not fit together (${error.message}); restore the records or run the experiment again`,
      { cause: error },
    );
  }
}

/**
 * Profiles of a question that have an index, sorted.
 *
 * @param results The results folder.
 * @param question The question.
 */
export async function profilesOf(
  results: string,
  question: string,
): Promise<readonly string[]> {
  const entries =
    await ifThere(() =>
      Array.fromAsync(Deno.readDir(`${results}/${question}`))
    ) ?? [];
  const names = new Set(entries.map(({ name }) => name));
  return entries
    .filter(({ name, isFile }) =>
      isFile && name.endsWith(".json") && !name.startsWith(".")
    )
    .map(({ name }) => name.slice(0, -".json".length))
    .filter((profile) => {
      // An index that is damaged still has its table and its cells beside it.
      const isOurs = isRecordName(profile) &&
        (names.has(profile) || names.has(`${profile}.md`));
      if (!isOurs) {
        warn(
          `Passed over "${results}/${question}/${profile}.json", which is no profile: there is neither a table nor a folder of its name`,
        );
      }
      return isOurs;
    })
    .sort();
}

/**
 * A record that no index declares would be left out of its table without a word;
 * those that were set aside bear a digest.
 */
export async function checkDeclared(place: ProfilePlace): Promise<void> {
  const { results, question, profile } = place;
  const declared = new Set((await readIndex(place)).map(({ name }) => name));
  const folder = `${results}/${question}/${profile}`;
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const isRecord = name.endsWith(".json") &&
        !name.endsWith(".environment.json") && !name.startsWith(".");
      const cell = name.replace(/(\.[0-9a-f]{8})?\.json$/, "");
      if (isRecord && !declared.has(cell)) {
        if (!await isRecordOf(place, name)) continue;
        throw new RecordError(
          `Cannot make the table of "${question}/${profile}": "${folder}/${name}" is a record of a cell that its index does not declare; run that cell again, or move the file away`,
        );
      }
    }
  } catch (error) {
    // Nothing was run yet: there is no folder.
    const isNone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!isNone) throw error;
  }
}

/**
 * Whether a file of a profile's folder looks like a record, whosever it is; others
 * are told of.
 */
async function isRecordOf(
  { results, question, profile }: ProfilePlace,
  name: string,
): Promise<boolean> {
  const path = `${results}/${question}/${profile}/${name}`;
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    // A folder, no permission, no JSON.
    const isFault = error instanceof SyntaxError ||
      error instanceof Error && "code" in error;
    if (!isFault) throw error;
  }
  const isRecord = typeof value === "object" && value !== null &&
    "deterministic" in value && "digest" in value;
  if (!isRecord) warn(`Passed over "${path}", which is no record`);
  return isRecord;
}
