/**
 * What a profile has come to: which cells it declares, and why some have no
 * record. Kept beside the profile's table, which is made from it.
 *
 * @module
 */

import { z } from "zod";
import { ifThere, writeFileAtomic } from "../../cli/mod.ts";
import {
  environmentPath,
  faultsText,
  isRecordName,
  readEnvironment,
  readRecord,
  RecordError,
  recordPath,
  type ResultRecord,
} from "../../report/mod.ts";
import { checkContent, type ContentSchema } from "../records/check_content.ts";
import { digest } from "../records/fields.ts";
import type {
  CellEnvironment,
  LackingCell,
  ProfileResults,
  RecordedCell,
  Report,
} from "./experiment.ts";

/** What is known of a declared cell. */
export interface IndexEntry {
  /** Its name. */
  readonly name: string;
  /** Why it has no record; left out where it has one. */
  readonly lacking?: string;
}

/** A profile's place. */
export interface ProfilePlace {
  /** Results folder. */
  readonly results: string;
  /** Folder below it. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
}

/** Why a cell that nothing was done for has no record. */
export const NOT_RUN = "not run yet";

const indexSchema = z.strictObject({
  format: z.literal(1),
  cells: z.array(z.strictObject({
    // Its files are named after it.
    name: z.string().refine(isRecordName, "expected the name of a record"),
    lacking: z.string().optional(),
  })),
});

const number = z.number();
/** What is read of an environment: all else in it is for people. */
const environmentSchema = z.looseObject({
  cpu: z.string(),
  cores: number,
  wallSeconds: number,
  commands: number,
  workerSeconds: number,
  workers: number,
  evaluations: z.looseObject({
    asked: number,
    remembered: number,
    trained: number,
    workerSeconds: number,
  }),
  details: z.record(z.string(), number).optional(),
  artefacts: z.record(z.string(), digest).optional(),
});

/** Where a profile's index is kept below the results folder. */
export function indexPath(
  { question, profile }: Omit<ProfilePlace, "results">,
): string {
  return recordPath({ question, profile });
}

/**
 * Reads an index; without one there are no cells.
 *
 * @throws {RecordError} If the file is no index.
 */
export async function readIndex(
  place: ProfilePlace,
): Promise<readonly IndexEntry[]> {
  const path = `${place.results}/${indexPath(place)}`;
  const text = await ifThere(() => Deno.readTextFile(path));
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const result = indexSchema.safeParse(value);
  if (!result.success) {
    throw new RecordError(
      `Cannot read the index of a profile: "${path}" is not of the expected form (${
        faultsText(result.error)
      }); remove it and run the experiment again`,
    );
  }
  return result.data.cells.map(({ name, lacking }) =>
    lacking === undefined ? { name } : { name, lacking }
  );
}

/**
 * Notes what became of some cells. Those that were declared before stay. The order
 * is that of the entries, as the first arm or source of a profile may be the one
 * that is decided on; a cell that is not among them stays behind the one that it was
 * behind.
 *
 * @param place Where.
 * @param entries What is known now, in the order in which they are declared.
 */
export async function updateIndex(
  place: ProfilePlace,
  entries: readonly IndexEntry[],
): Promise<void> {
  const known = await readIndex(place);
  const news = new Set(entries.map(({ name }) => name));
  const merged = entries.map((entry) =>
    // A cell that was lacking and is only not run this time stays as it was told.
    entry.lacking === NOT_RUN
      ? known.find(({ name }) => name === entry.name) ?? entry
      : entry
  );
  for (const [place, entry] of known.entries()) {
    if (news.has(entry.name)) continue;
    const before = known[place - 1]?.name;
    merged.splice(
      merged.findIndex(({ name }) => name === before) + 1,
      0,
      entry,
    );
  }
  const text = JSON.stringify({ format: 1, cells: merged }, undefined, 2);
  await writeFileAtomic(`${place.results}/${indexPath(place)}`, `${text}\n`);
}

/**
 * Everything a profile's table is made from.
 *
 * @param place Where.
 * @param report Says what the question's records must be.
 * @throws {RecordError} If the index or a record is damaged.
 */
export async function readProfile<Content>(
  place: ProfilePlace,
  { schema }: Pick<Report<Content>, "schema">,
): Promise<ProfileResults<Content>> {
  const { question, profile } = place;
  const cells: RecordedCell<Content>[] = [];
  const lacking: LackingCell[] = [];
  for (const { name, lacking: reason } of await readIndex(place)) {
    const cell = await readCell<Content>(place, { cell: name, schema });
    if (cell !== undefined) cells.push(cell);
    else lacking.push({ name, reason: reason ?? NOT_RUN });
  }
  return { question, profile, cells, lacking };
}

/**
 * A cell's record with its environment, or undefined if there is none.
 *
 * @param place Where.
 * @param options The cell, and what its record must be.
 * @throws {RecordError} If it is damaged.
 */
export async function readCell<Content>(
  { results, question, profile }: ProfilePlace,
  { cell, schema }: { readonly cell: string; readonly schema: ContentSchema },
): Promise<RecordedCell<Content> | undefined> {
  const name = { question, profile, cell };
  const path = recordPath(name);
  const text = await ifThere(() => Deno.readTextFile(`${results}/${path}`));
  if (text === undefined) return undefined;
  const record = checkContent<Content>(readRecord(text, path), {
    schema,
    file: path,
  });
  const file = environmentPath(name);
  const written =
    await ifThere(() => Deno.readTextFile(`${results}/${file}`)) ?? "";
  return { record, environment: parseEnvironment(written, { file, record }) };
}

/**
 * Reads the environment of a cell's record.
 *
 * @param text The file's content.
 * @param options The file's name, for messages, and the record.
 * @throws {RecordError} If it is damaged, or belongs to another record.
 */
export function parseEnvironment(
  text: string,
  { file, record }: { readonly file: string; readonly record: ResultRecord },
): CellEnvironment {
  const environment = environmentSchema.safeParse(
    readEnvironment(text, { file, record }),
  );
  if (environment.success) return environment.data as CellEnvironment;
  throw new RecordError(
    `Cannot read an environment: "${file}" is not of the expected form (${
      faultsText(environment.error)
    }); run the experiment again`,
  );
}
