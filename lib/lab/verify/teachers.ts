/**
 * The teachers of a results folder: records, weights, and the page on all of them.
 *
 * @module
 */

import { readEnvironment, recordText } from "../../report/mod.ts";
import { readTeacherWeights, teacherNames } from "../teacher/files.ts";
import {
  readTeacher,
  teacherEnvironmentPath,
  teacherPath,
  type TeacherRecord,
  weightsPath,
} from "../teacher/record.ts";
import { renderTeachers } from "../teacher/table.ts";
import { isMet } from "./arithmetic/claim.ts";
import { teacherClaims } from "./arithmetic/teacher.ts";
import { sourceOf } from "./cell.ts";
import { checkClaims } from "./check_claims.ts";
import { comparePages } from "./compare.ts";
import type { Context } from "./context.ts";
import { verifyEnvironment } from "./environment.ts";
import { attempt, checkSpelling, readText } from "./files.ts";

const PAGE = "teachers/README.md";

/**
 * Verifies all teachers, or some, and their page.
 *
 * @param context Where, and where flaws go.
 * @param options Called for each; which, default all.
 * @returns Those whose records are whole.
 */
export async function verifyTeachers(
  context: Context,
  { onTeacher }: { readonly onTeacher?: (name: string) => void } = {},
): Promise<readonly TeacherRecord[]> {
  const { results, known, tally } = context;
  const records: TeacherRecord[] = [];
  let isWhole = true;
  for (const name of await teacherNames(results)) {
    onTeacher?.(name);
    const record = await verifyTeacher(context, name);
    if (record === undefined) isWhole = false;
    else records.push(record);
  }
  if (!isWhole) {
    tally.note("pages", `"${PAGE}" was not compared, as a record is damaged`);
    known.add(PAGE);
    return records;
  }
  if (records.length === 0) return records;
  await comparePages(context, {
    files: new Map([[PAGE, renderTeachers(records)]]),
    records: records.map(sourceOf),
  });
  return records;
}

/**
 * Verifies one teacher.
 *
 * @param context Where, and where flaws go.
 * @param name Of its files.
 */
export async function verifyTeacher(
  context: Context,
  name: string,
): Promise<TeacherRecord | undefined> {
  const { results, known, tally } = context;
  const path = teacherPath(name);
  const environment = teacherEnvironmentPath(name);
  const weights = weightsPath(name);
  for (const file of [path, environment, weights]) known.add(file);
  const about = { check: "records", path } as const;
  const text = await readText(context, about);
  if (text === undefined) return undefined;
  tally.count("records");
  const record = await attempt(context, {
    ...about,
    work: () => readTeacher(text, path),
  });
  if (record === undefined) return undefined;
  checkSpelling(context, { ...about, text, written: recordText(record) });
  checkClaims(context, {
    path,
    claims: () => teacherClaims(record.deterministic),
    isMet,
  });
  await verifyEnvironment(context, {
    record,
    path: environment,
    read: readEnvironment,
  });
  // Its files have its name, even where it was set aside.
  const named = { ...record, profile: name };
  tally.count("teachers");
  await attempt(context, {
    check: "teachers",
    path: weights,
    work: () => readTeacherWeights(results, named),
  });
  return named;
}
