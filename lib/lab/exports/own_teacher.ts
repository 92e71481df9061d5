import { notify } from "../../cli/mod.ts";
import { canonical, networkId } from "../../network/mod.ts";
import { openStore } from "../../store/mod.ts";
import { decodeWeights } from "../../training/mod.ts";
import { noteKey, type TeacherNote } from "../notes/note.ts";
import { PROJECT_RESULTS } from "../project.ts";
import { storePath } from "../session/session.ts";
import { recordedTeachers } from "../teacher/files.ts";
import type { TeacherRecord } from "../teacher/record.ts";
import type { ExportSource } from "./source.ts";
import { teacherSource } from "./teacher_source.ts";

/**
 * The teacher that a student was made from, with its weights: one of the recorded
 * teachers of the results folder or of the project, or one that the run trained
 * itself and its store still has.
 *
 * @param results The results folder that the student is recorded in.
 * @param student The student.
 * @returns The teacher; undefined where its weights are nowhere there.
 * @throws {DataError} If its weights are damaged.
 * @throws {StoreError} If the run store cannot be read.
 */
export async function ownTeacher(
  results: string,
  student: ExportSource,
): Promise<ExportSource | undefined> {
  const { teacher } = student;
  if (teacher === undefined) return undefined;
  const { weights } = teacher;
  return weights === undefined
    ? trainedTeacher(results, student)
    : await foundTeacher(
      results,
      ({ deterministic }) => deterministic.weights === weights,
    );
}

/**
 * The recorded teacher of the best test accuracy that takes the same images as a
 * student: the same data, prepared alike.
 *
 * @param results The results folder; the project's own is looked in too.
 * @param student The student.
 * @returns The teacher; undefined where there is none.
 * @throws {DataError} If its weights are missing or damaged.
 */
export async function likeTeacher(
  results: string,
  { data: { digest }, preprocessing }: ExportSource,
): Promise<ExportSource | undefined> {
  // A recorded teacher takes its images as the data set is prepared.
  if (preprocessing !== undefined) return undefined;
  return await foundTeacher(
    results,
    ({ deterministic: { identity } }) =>
      identity.data.digest.train === digest.train &&
      identity.data.digest.test === digest.test,
  );
}

/** The best of the recorded teachers that are meant. */
async function foundTeacher(
  results: string,
  isMeant: (record: TeacherRecord) => boolean,
): Promise<ExportSource | undefined> {
  for (const folder of new Set([results, PROJECT_RESULTS])) {
    const [best] = (await recordedTeachers(folder)).filter(isMeant)
      .toSorted((a, b) => b.deterministic.test - a.deterministic.test);
    if (best !== undefined) return await teacherSource(folder, best.profile);
  }
  return undefined;
}

/** The teacher that the student's own run trained. */
function trainedTeacher(
  results: string,
  { name, source, data, teacher }: ExportSource,
): ExportSource | undefined {
  const { network, test, runId } = teacher!;
  const store = openStore(storePath(results), {
    readonly: true,
    onLoss: notify,
  });
  try {
    const noted = store.getCheckpoint(noteKey.teacher(runId));
    if (noted === undefined) return undefined;
    const note = JSON.parse(noted.json) as TeacherNote;
    if (networkId(note.network) !== networkId(network)) return undefined;
    const kept = note.weights === undefined
      ? undefined
      : store.getBlob(note.weights);
    return kept === undefined ? undefined : {
      name: `${name}-teacher`,
      source: `the run store, of ${source}`,
      network: canonical(network),
      weights: decodeWeights(kept.bytes),
      data,
      test,
    };
  } finally {
    store.close();
  }
}
