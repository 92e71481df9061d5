/**
 * The short trainings of all students, side by side.
 *
 * @module
 */

import {
  type Evaluation,
  studentRequest,
  type StudentTraining,
} from "../../search/mod.ts";
import type { CellLab } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { EnumeratedStudent } from "./enumerate.ts";

/** What the trainings of a table came to. */
export interface EvaluatedStudents {
  /** One a student, in their order. */
  readonly evaluations: readonly Evaluation[];
  /** Seconds of training threads for them, whenever they were spent. */
  readonly workerSeconds: number;
}

/** The students with the most work first: then workers wait least for the last one. */
export function mostWorkFirst(
  students: readonly EnumeratedStudent[],
): readonly EnumeratedStudent[] {
  return students.toSorted((a, b) => b.macs - a.macs);
}

/**
 * Trains and scores all students as a stage of a search would, and shows how far
 * it is. Those that any search has asked for are known.
 *
 * @param lab Where they are trained.
 * @param options The students, at least one, and how they are trained.
 */
export async function evaluateStudents(
  lab: CellLab<CompressionConfig>,
  { students, training }: {
    readonly students: readonly EnumeratedStudent[];
    readonly training: StudentTraining;
  },
): Promise<EvaluatedStudents> {
  const { evaluator } = lab.session;
  const phase = lab.phase("students", {
    total: students.length,
    unit: "students",
  });
  const trainings = mostWorkFirst(students).map((student) => {
    const request = studentRequest(student, training);
    return { student, request, isKnown: evaluator.seconds(request) > 0 };
  });
  let done = trainings.filter(({ isKnown }) => isKnown).length;
  // At once: those of an earlier command say nothing of the speed.
  if (done > 0) phase.reach(done);
  phase.begin();
  const evaluations = new Map<EnumeratedStudent, Evaluation>();
  await Promise.all(trainings.map(async ({ student, request, isKnown }) => {
    evaluations.set(student, await evaluator.evaluate(request));
    if (!isKnown) phase.reach(++done);
  }));
  return {
    evaluations: students.map((student) => evaluations.get(student)!),
    workerSeconds: trainings.reduce(
      (sum, { request }) => sum + evaluator.seconds(request),
      0,
    ),
  };
}
