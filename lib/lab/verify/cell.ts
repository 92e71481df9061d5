/**
 * One recorded cell: its record, its environment, its arithmetic, its page and
 * figures, and the files beside it.
 *
 * @module
 */

import {
  asidePath,
  environmentPath,
  readRecord,
  recordPath,
  recordText,
  type ResultRecord,
} from "../../report/mod.ts";
import type { RecordedCell, Report } from "../cells/experiment.ts";
import { parseEnvironment, type ProfilePlace } from "../cells/index_file.ts";
import { renderCell } from "../cells/render.ts";
import { checkContent } from "../records/check_content.ts";
import { isMet } from "./arithmetic/claim.ts";
import { claimsOf } from "./arithmetic/claims.ts";
import { checkArtefacts } from "./artefacts.ts";
import { checkClaims } from "./check_claims.ts";
import { comparePages } from "./compare.ts";
import type { Context } from "./context.ts";
import { verifyEnvironment } from "./environment.ts";
import { attempt, checkSpelling, readText } from "./files.ts";

/** Which cell, and how its page is made. */
export interface CellAsked<Content> extends Omit<ProfilePlace, "results"> {
  /** Its name. */
  readonly cell: string;
  /** Start of its digest in the names of its files, where it was set aside. */
  readonly tag?: string;
  /** How it becomes a page. */
  readonly report: Report<Content>;
}

/**
 * Verifies a cell.
 *
 * @param context Where, and where flaws go.
 * @param asked Which.
 * @returns What is recorded, where that is whole.
 */
export async function verifyCell<Content>(
  context: Context,
  { cell, tag, report, ...place }: CellAsked<Content>,
): Promise<RecordedCell<Content> | undefined> {
  const { known, tally } = context;
  const name = { question: place.question, profile: place.profile, cell };
  const ownPath = recordPath(name);
  const tagged = (file: string) =>
    tag === undefined
      ? file
      : `${base(ownPath)}.${tag}${file.slice(base(ownPath).length)}`;
  const path = tag === undefined ? ownPath : asidePath(ownPath, tag);
  known.add(path);
  const about = { check: "records", path } as const;
  const text = await readText(context, about);
  if (text === undefined) return undefined;
  tally.count("records");
  const record = await attempt(context, {
    ...about,
    work: () =>
      checkContent<Content>(readRecord(text, path), {
        schema: report.schema,
        file: path,
      }),
  });
  if (record === undefined) return undefined;
  checkSpelling(context, { ...about, text, written: recordText(record) });
  const environment = await verifyEnvironment(context, {
    record,
    path: tagged(environmentPath(name)),
    read: parseEnvironment,
  });
  checkClaims(context, {
    path,
    claims: () => claimsOf(record.deterministic),
    isMet,
  });
  if (environment === undefined) return undefined;
  await checkArtefacts(context, {
    base: base(path),
    content: record.deterministic,
    digests: environment.artefacts,
  });
  const recorded = { record, environment };
  const files = await attempt(context, {
    check: "pages",
    path,
    work: () => renderCell(recorded, report),
  });
  if (files === undefined) return recorded;
  await comparePages(context, {
    files,
    records: [sourceOf(record)],
    nameOf: tagged,
  });
  return recorded;
}

/** A record for people: "rq1/smoke/CELL 0123456789abcdef". */
export function sourceOf(
  { question, profile, cell, digest }: ResultRecord,
): string {
  const name = [question, profile, ...(cell === undefined ? [] : [cell])];
  return `${name.join("/")} ${digest.slice(0, 16)}`;
}

function base(path: string): string {
  return path.replace(/\.json$/, "");
}
