/**
 * The teachers of a results folder.
 *
 * @module
 */

import { recordPath } from "../../lib/report/mod.ts";
import { readTeacher, type TeacherRecord } from "./teacher_record.ts";

/**
 * A recorded teacher, or undefined if there is none of this name.
 *
 * @param results The results folder.
 * @param name As {@link teacherName} gives it.
 */
export async function recordedTeacher(
  results: string,
  name: string,
): Promise<TeacherRecord | undefined> {
  const place = { question: "teachers", profile: name };
  const path = `${results}/${recordPath(place)}`;
  try {
    return readTeacher(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * All recorded teachers, by name.
 *
 * @param results The results folder.
 */
export async function recordedTeachers(
  results: string,
): Promise<readonly TeacherRecord[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`${results}/teachers`)) {
      if (name.endsWith(".json") && !name.endsWith(".environment.json")) {
        names.push(name.slice(0, -".json".length));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const records = await Promise.all(
    names.sort().map((name) => recordedTeacher(results, name)),
  );
  return records.flatMap((record) => record ?? []);
}
