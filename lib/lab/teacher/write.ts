/**
 * Puts a trained teacher among the others.
 *
 * @module
 */

import { ifThere, setAside, warn, writeFileAtomic } from "../../cli/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import { environmentText, RecordError, recordText } from "../../report/mod.ts";
import { setRecordAside } from "../records/set_aside.ts";
import { recordedTeacher } from "./files.ts";
import {
  identityKey,
  type TeacherContent,
  teacherEnvironmentPath,
  teacherPath,
  type TeacherRecord,
  weightsPath,
} from "./record.ts";

/** What is written of a teacher. */
export interface TrainedTeacherFiles {
  /** Its record; the profile names the files. */
  readonly record: TeacherRecord;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
  /** What the training took and where it ran, as JSON can hold it. */
  readonly environment: unknown;
}

/** Digits of its record's digest in the name of a teacher that was set aside. */
const TAG_DIGITS = 8;

/**
 * Writes weights, environment and record, the record last: it vouches for the
 * weights beside it. A teacher of the same name that is another one, by data,
 * network, recipe, seed or engine, is set aside first, which one line tells; it
 * is found as before. So are files whose record cannot be read.
 *
 * @param results The results folder.
 * @param files What is written.
 * @throws {FileError} If a file cannot be written.
 */
export async function writeTeacher(
  results: string,
  { record, weights, environment }: TrainedTeacherFiles,
): Promise<void> {
  const { profile: name } = record;
  const paths: TeacherPaths = {
    record: `${results}/${teacherPath(name)}`,
    weights: `${results}/${weightsPath(name)}`,
    environment: `${results}/${teacherEnvironmentPath(name)}`,
  };
  await makeRoom(results, record, paths);
  await writeFileAtomic(paths.weights, weights);
  await writeFileAtomic(
    paths.environment,
    environmentText(record, environment),
  );
  await writeFileAtomic(paths.record, recordText(record));
}

/** A teacher's files. */
interface TeacherPaths {
  readonly record: string;
  readonly weights: string;
  readonly environment: string;
}

/** Sets aside what has the name now, unless it is the same teacher. */
async function makeRoom(
  results: string,
  { profile: name, deterministic: now }: TeacherRecord,
  { record, weights, environment }: TeacherPaths,
): Promise<void> {
  try {
    const before = await recordedTeacher(results, name);
    if (before === undefined) return;
    const { deterministic, digest } = before;
    if (bitsKey(deterministic) === bitsKey(now)) return;
    const tag = digest.slice(0, TAG_DIGITS);
    await setRecordAside([record, weights, environment], tag);
    warn(
      `Set aside: the ${name} that was there, of ${
        differences(deterministic, now)
      }, is now ${name}.${tag}`,
    );
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    // Whose weights these are is not known: they are kept all the same.
    for (const path of [weights, environment, record]) {
      const isThere = await ifThere(() => Deno.lstat(path)) !== undefined;
      if (isThere) await setAside(path);
    }
    warn(`Set aside: ${name} as .corrupt-<n>. ${error.message}`);
  }
}

/** Equal for two trainings that give the same bits. */
function bitsKey({ identity, engine }: TeacherContent): string {
  return canonicalJson({ identity: identityKey(identity), engine });
}

/** In which way two teachers differ, for people: "another recipe and seed". */
function differences(a: TeacherContent, b: TeacherContent): string {
  const parts = (["data", "network", "recipe", "seed"] as const).filter(
    (part) =>
      identityKey({ ...a.identity, [part]: b.identity[part] }) !==
        identityKey(a.identity),
  );
  const isOther = canonicalJson(a.engine) !== canonicalJson(b.engine);
  return `another ${[...parts, ...isOther ? ["engine"] : []].join(" and ")}`;
}
