/**
 * Students that searches chose, looked at once more: what was chosen as the best of
 * many is worth less than it seemed, the more so the more differ.
 *
 * @module
 */

import {
  type Evaluation,
  type Student,
  studentIdentity,
  studentRequest,
  type StudentTraining,
} from "../../search/mod.ts";
import type { CellLab } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";

/** Images that are looked at again: the validation images that chose nothing. */
export function otherImages(
  { searchData, finalData }: CellLab<CompressionConfig>["prepared"],
): Uint32Array {
  const chose = new Set(searchData.validation);
  return finalData.validation.filter((row) => !chose.has(row));
}

/** What the trainings came to. */
export interface LookedAgain {
  /** By what tells students apart. */
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  /** Seconds of training threads for them, whenever they were spent. */
  readonly workerSeconds: number;
}

/**
 * Trains students as they were, but with the next training seed, and scores them on
 * {@link otherImages}.
 *
 * @param lab Where they are trained.
 * @param options The students, some of them often, and how they were trained.
 */
export async function lookAgain(
  lab: CellLab<CompressionConfig>,
  { students, training }: {
    readonly students: readonly Student[];
    readonly training: StudentTraining;
  },
): Promise<LookedAgain> {
  const { cell: { config }, session: { evaluator }, prepared } = lab;
  const seed = training.seed + 1;
  const data = await prepared.deriveForSeed(seed, {
    trainImages: config.student.images,
    validation: otherImages(prepared),
  });
  const other = { ...training, data: data.id, seed };
  const distinct = new Map(
    students.map((student) => [
      studentIdentity(student, training.start),
      studentRequest(student, other),
    ]),
  );
  const phase = lab.phase("again", {
    total: Math.max(1, distinct.size),
    unit: "students",
  });
  phase.begin();
  const evaluations = new Map<string, Evaluation>();
  await Promise.all([...distinct].map(async ([identity, request]) => {
    evaluations.set(identity, await evaluator.evaluate(request));
    phase.reach(evaluations.size);
  }));
  return {
    evaluations,
    workerSeconds: [...distinct.values()].reduce(
      (sum, request) => sum + evaluator.seconds(request),
      0,
    ),
  };
}
