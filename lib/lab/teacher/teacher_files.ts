/**
 * The teachers of a results folder.
 *
 * @module
 */

import { DataError } from "../../data/mod.ts";
import { networkId } from "../../network/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import { recordPath } from "../../report/mod.ts";
import {
  readTeacher,
  type TeacherIdentity,
  type TeacherRecord,
  weightsPath,
} from "./teacher_record.ts";

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

/**
 * The recorded teacher that an experiment asks for, with its weights, or
 * undefined if there is none of the same data, network, recipe and seed. The
 * engine may be another: what trained it stands in its record.
 *
 * @param results The results folder.
 * @param identity What is asked for.
 * @throws {DataError} If its weights are missing or not those of the record.
 */
export async function findTeacher(
  results: string,
  identity: TeacherIdentity,
): Promise<
  { readonly record: TeacherRecord; readonly weights: Uint8Array } | undefined
> {
  const wanted = identityKey(identity);
  const record = (await recordedTeachers(results)).find(({ deterministic }) =>
    identityKey(deterministic.identity) === wanted
  );
  if (record === undefined) return undefined;
  const path = `${results}/${weightsPath(record.profile)}`;
  const weights = await Deno.readFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  const { weights: expected } = record.deterministic;
  const found = weights === undefined ? "missing" : sha256Hex(weights);
  if (weights === undefined || found !== expected) {
    throw new DataError(
      `Cannot use the teacher ${record.profile}: the SHA-256 of "${path}" is ${found}, expected ${expected}; restore the file, or train it anew with --teacher.retrain`,
    );
  }
  return { record, weights };
}

/** The same for two networks that compute the same, and data of one content. */
function identityKey(
  { network, name: _, data: { name: __, ...data }, ...rest }: TeacherIdentity,
): string {
  return canonicalJson({ ...rest, data, network: networkId(network) });
}
