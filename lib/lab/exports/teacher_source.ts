import { suggestion, UsageError } from "../../cli/mod.ts";
import { canonical } from "../../network/mod.ts";
import { decodeWeights } from "../../training/mod.ts";
import {
  readTeacherWeights,
  recordedTeacher,
  teacherNames,
} from "../teacher/files.ts";
import type { ExportSource } from "./source.ts";

/**
 * A recorded teacher by its name.
 *
 * @param results The results folder.
 * @param name Of its files, for example "mnist-vgg13-w0.25".
 * @throws {UsageError} If there is none of this name.
 * @throws {RecordError} If its record is damaged.
 * @throws {DataError} If its weights are missing or not those of the record.
 */
export async function teacherSource(
  results: string,
  name: string,
): Promise<ExportSource> {
  const known = await teacherNames(results);
  const record = known.includes(name)
    ? await recordedTeacher(results, name)
    : undefined;
  if (record === undefined) {
    throw new UsageError(
      `--teacher "${name}": expected one of ${
        known.join(", ") || `those in "${results}/teachers", which has none`
      }${suggestion(name, known)}`,
    );
  }
  const { identity, test } = record.deterministic;
  return {
    name,
    source: `teachers/${name}, record digest ${record.digest.slice(0, 16)}`,
    network: canonical(identity.network),
    weights: decodeWeights(await readTeacherWeights(results, record)),
    data: identity.data,
    test,
  };
}
