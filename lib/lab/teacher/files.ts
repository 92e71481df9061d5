/**
 * The teachers of a results folder.
 *
 * @module
 */

import { ifThere, warn } from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import { RecordError } from "../../report/mod.ts";
import { type EngineIdentity, engineIdentity } from "../../search/mod.ts";
import { weightsFault } from "../records/weights_fault.ts";
import {
  identityKey,
  readTeacher,
  type TeacherIdentity,
  teacherPath,
  type TeacherRecord,
  weightsPath,
} from "./record.ts";

/**
 * A recorded teacher, or undefined if there is none of this name.
 *
 * @param results The results folder.
 * @param name As {@link teacherName} gives it, or that of one that was set aside.
 * @returns Its record; the profile in it is the name, which is another one than
 * it was written with where it was set aside.
 * @throws {RecordError} If the file is no whole record of a teacher.
 */
export async function recordedTeacher(
  results: string,
  name: string,
): Promise<TeacherRecord | undefined> {
  const path = teacherPath(name);
  const text = await ifThere(() => Deno.readTextFile(`${results}/${path}`));
  if (text === undefined) return undefined;
  return { ...readTeacher(text, path), profile: name };
}

/**
 * All recorded teachers, by name. Files that are none are passed over: hidden
 * ones silently, others with a word.
 *
 * @param results The results folder.
 */
export async function recordedTeachers(
  results: string,
): Promise<readonly TeacherRecord[]> {
  const records: TeacherRecord[] = [];
  for (const name of await teacherNames(results)) {
    try {
      const record = await recordedTeacher(results, name);
      if (record !== undefined) records.push(record);
    } catch (error) {
      const isFault = error instanceof RecordError ||
        error instanceof Error && "code" in error;
      if (!isFault) throw error;
      passOver(`${results}/${teacherPath(name)}`, error.message);
    }
  }
  return records;
}

/**
 * Names of the files that look like records of teachers, sorted.
 *
 * @param results The results folder.
 */
export async function teacherNames(
  results: string,
): Promise<readonly string[]> {
  const entries = await ifThere(() =>
    Array.fromAsync(Deno.readDir(`${results}/teachers`))
  );
  return (entries ?? [])
    .filter(({ name, isDirectory }) => !isDirectory && !name.startsWith("."))
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".json"))
    .filter((name) => !name.endsWith(".environment.json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

const passedOver = new Set<string>();

/** Says once what is passed over, however often the folder is read. */
function passOver(path: string, reason: string): void {
  if (passedOver.has(path)) return;
  passedOver.add(path);
  warn(`Passed over "${path}", which is no teacher: ${reason}`);
}

/** A recorded teacher with its weights. */
export interface FoundTeacher {
  /** Its record. */
  readonly record: TeacherRecord;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
}

/**
 * The recorded teacher that an experiment asks for, with its weights, or
 * undefined if there is none of the same data, network, recipe and seed, under
 * whatever name. The engine may be another: what trained it stands in its record.
 *
 * @param results The results folder.
 * @param identity What is asked for.
 * @throws {DataError} If its weights are missing or not those of the record.
 */
export async function findTeacher(
  results: string,
  identity: TeacherIdentity,
): Promise<FoundTeacher | undefined> {
  // One that was set aside comes after the one that has its name now.
  const [record] = await teachersOf(results, identity);
  if (record === undefined) return undefined;
  return { record, weights: await readTeacherWeights(results, record) };
}

/**
 * The weights of a recorded teacher, as a safetensors file.
 *
 * @param results The results folder.
 * @param record Its record.
 * @throws {DataError} If they are missing, not those of the record, not those of
 * its network, or not finite.
 */
export async function readTeacherWeights(
  results: string,
  record: TeacherRecord,
): Promise<Uint8Array> {
  const { weights, digest } = await readWeights(results, record);
  const { weights: expected } = record.deterministic;
  if (weights === undefined || digest !== expected) {
    throw new DataError(
      `Cannot use the teacher ${record.profile}: the SHA-256 of "${results}/${
        weightsPath(record.profile)
      }" is ${digest}, expected ${expected}; restore the file, or train it anew with --teacher.retrain`,
    );
  }
  const fault = weightsFault(weights, record.deterministic.identity.network);
  if (fault === undefined) return weights;
  throw new DataError(
    `Cannot use the teacher ${record.profile}: ${fault} in "${results}/${
      weightsPath(record.profile)
    }"; train it anew with --teacher.retrain`,
  );
}

/**
 * The record of a teacher that was trained by the engine of this machine, so
 * that training it anew would give the same bits; undefined if there is none
 * whose weights are whole.
 *
 * @param results The results folder.
 * @param identity What is asked for.
 * @param engine What would train it.
 */
export async function findTrained(
  results: string,
  identity: TeacherIdentity,
  engine: EngineIdentity,
): Promise<TeacherRecord | undefined> {
  const wanted = canonicalJson(engineIdentity(engine));
  for (const record of await teachersOf(results, identity)) {
    const { engine: trainer, weights } = record.deterministic;
    if (canonicalJson(trainer) !== wanted) continue;
    const { digest } = await readWeights(results, record);
    if (digest === weights) return record;
  }
  return undefined;
}

async function teachersOf(
  results: string,
  identity: TeacherIdentity,
): Promise<readonly TeacherRecord[]> {
  const wanted = identityKey(identity);
  return (await recordedTeachers(results)).filter(({ deterministic }) =>
    identityKey(deterministic.identity) === wanted
  );
}

async function readWeights(
  results: string,
  { profile }: TeacherRecord,
): Promise<{ readonly weights?: Uint8Array; readonly digest: string }> {
  const path = `${results}/${weightsPath(profile)}`;
  const weights = await ifThere(() => Deno.readFile(path));
  return weights === undefined
    ? { digest: "missing" }
    : { weights, digest: sha256Hex(weights) };
}
