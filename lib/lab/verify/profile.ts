/**
 * One profile of a question: its index, its cells, its table and figures.
 *
 * @module
 */

import { recordPath } from "../../report/mod.ts";
import type {
  ProfileResults,
  RecordedCell,
  Report,
} from "../cells/experiment.ts";
import {
  type IndexEntry,
  indexPath,
  NOT_RUN,
  type ProfilePlace,
  readIndex,
} from "../cells/index_file.ts";
import { checkDeclared, renderProfile } from "../cells/render.ts";
import { sourceOf, verifyCell } from "./cell.ts";
import { comparePages } from "./compare.ts";
import type { Context } from "./context.ts";
import { attempt, checkSpelling, readText } from "./files.ts";

/** Which profile, and how its pages are made. */
export interface ProfileAsked<Content> {
  /** The profile. */
  readonly profile: string;
  /** How records become pages. */
  readonly report: Report<Content>;
  /** Called for each cell. */
  readonly onCell?: (cell: string) => void;
}

/**
 * Verifies a profile with all of its cells.
 *
 * @param context Where, and where flaws go.
 * @param asked Which.
 */
export async function verifyProfile<Content>(
  context: Context,
  { profile, report, onCell }: ProfileAsked<Content>,
): Promise<void> {
  const { results, tally, known } = context;
  const place: ProfilePlace = { results, question: report.question, profile };
  const entries = await verifyIndex(context, place);
  if (entries === undefined) return;
  const before = tally.flaws.length;
  const cells: RecordedCell<Content>[] = [];
  const lacking: { name: string; reason: string }[] = [];
  for (const { name, lacking: reason } of entries) {
    const asked = { question: report.question, profile, cell: name, report };
    const cell = await verifyCell(context, asked);
    if (reason === undefined) onCell?.(name);
    if (cell !== undefined) cells.push(cell);
    else lacking.push({ name, reason: reason ?? NOT_RUN });
  }
  await verifyAside(context, { place, report });
  const isDamaged = tally.flaws.slice(before)
    .some(({ kind }) => kind === "damaged");
  // Without a record that is damaged it would be another table.
  if (isDamaged) {
    const table = `${report.question}/${profile}.md`;
    tally.note("pages", `"${table}" was not compared, as a record is damaged`);
    known.add(table);
    return;
  }
  await verifyTable(context, {
    whole: { question: report.question, profile, cells, lacking },
    report,
  });
}

/**
 * Verifies the table and the figures over all cells of a profile.
 *
 * @param context Where, and where flaws go.
 * @param asked What the profile has come to, and how that becomes pages.
 */
export async function verifyTable<Content>(
  context: Context,
  { whole, report }: {
    readonly whole: ProfileResults<Content>;
    readonly report: Report<Content>;
  },
): Promise<void> {
  const files = await attempt(context, {
    check: "pages",
    path: `${report.question}/${whole.profile}.md`,
    work: () => renderProfile(whole, report),
  });
  if (files === undefined) return;
  await comparePages(context, {
    files,
    records: whole.cells.map(({ record }) => sourceOf(record)),
  });
}

/**
 * Verifies a profile's index: every record is declared, and none twice.
 *
 * @param context Where, and where flaws go.
 * @param place Which.
 * @returns What it declares, where it is whole.
 */
export async function verifyIndex(
  context: Context,
  place: ProfilePlace,
): Promise<readonly IndexEntry[] | undefined> {
  const { known, tally } = context;
  const path = indexPath(place);
  known.add(path);
  tally.count("indexes");
  const about = { check: "indexes", path } as const;
  const entries = await attempt(context, {
    ...about,
    work: () => readIndex(place),
  });
  if (entries === undefined) return undefined;
  const text = await readText(context, about) ?? "";
  const index = { format: 1, cells: entries };
  const written = `${JSON.stringify(index, undefined, 2)}\n`;
  checkSpelling(context, { ...about, text, written });
  checkNames(context, { path, entries: entries.map(({ name }) => name) });
  await attempt(context, { ...about, work: () => checkDeclared(place) });
  return entries;
}

/** No cell counts twice. */
function checkNames(
  { tally }: Context,
  { path, entries }: {
    readonly path: string;
    readonly entries: readonly string[];
  },
): void {
  const twice = entries.find((name, i) => entries.indexOf(name) !== i);
  if (twice === undefined) return;
  tally.find({
    check: "indexes",
    path,
    kind: "damaged",
    message: `"${path}" declares "${twice}" twice, expected once`,
  });
}

/** Verifies the records that others took the names of. */
async function verifyAside<Content>(
  context: Context,
  { place, report }: {
    readonly place: ProfilePlace;
    readonly report: Report<Content>;
  },
): Promise<void> {
  const { results, question, profile } = place;
  const folder = recordPath({ question, profile, cell: "x" })
    .replace(/\/x\.json$/, "");
  for (const name of await namesIn(`${results}/${folder}`)) {
    const [, cell, tag] = /^(.+)\.([0-9a-f]{8})\.json$/.exec(name) ?? [];
    if (cell === undefined || tag === undefined) continue;
    await verifyCell(context, { question, profile, cell, tag, report });
  }
}

/** Names of the files in a folder, sorted; none where it is not there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).sort();
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isNone) return [];
    throw error;
  }
}
