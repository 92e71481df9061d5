/**
 * Students as points.
 *
 * @module
 */

import type { RunCourse, RunSummary, StudentKind } from "../model.ts";

/** A proposal of a run that is shown. */
export interface Point {
  /** Its run, by place among those shown. */
  readonly run: number;
  /** The run's id. */
  readonly id: string;
  /** Its stage, from 0. */
  readonly stage: number;
  /** The stage's kind. */
  readonly stageKind: string;
  /** Its place in the stage. */
  readonly student: number;
  /** Iteration of the stage, from 0. */
  readonly iteration: number;
  /** Iterations of the run up to its own, from 1. */
  readonly step: number;
  /** Student-epochs of the run up to it. */
  readonly epochs: number;
  /** R. */
  readonly reward: number;
  /** In [0, 1]. */
  readonly accuracy: number | null;
  /** Trainable parameters. */
  readonly parameters: number | null;
  /** Teacher's parameters by its own. */
  readonly compression: number | null;
  /** Multiply-accumulates. */
  readonly macs: number | null;
  /** Bytes of activations. */
  readonly bytes: number | null;
  /** Measured milliseconds. */
  readonly latency: number | null;
  /** Epochs trained for it. */
  readonly ownEpochs: number | null;
  /** Start of its network's id. */
  readonly name: string | null;
  /** What became of it. */
  readonly kind: StudentKind;
  /** Why. */
  readonly reason: string | null;
  /** Whether it is its stage's winner. */
  readonly isWinner: boolean;
}

/** What is counted along a course. */
export type Along = "step" | "epochs";

/** A run that is shown. */
export interface ShownRun {
  /** Its place among those shown. */
  readonly index: number;
  /** The cell. */
  readonly summary: RunSummary;
  /** Its course. */
  readonly course: RunCourse;
  /** What it is called beside the others. */
  readonly label: string;
  /** Number of its colour. */
  readonly colour: number;
  /** Its proposals in order. */
  readonly points: readonly Point[];
}

/** Whether a point has a network that was scored. */
export function isScored({ accuracy, kind }: Point): boolean {
  return accuracy !== null && kind !== "rejected" && kind !== "failed";
}

/** Runs with their points, names and colours. */
export function shownRuns(
  chosen: readonly {
    readonly summary: RunSummary;
    readonly course: RunCourse;
  }[],
): readonly ShownRun[] {
  const labels = labelsOf(chosen.map(({ summary }) => summary));
  const arms = [...new Set(chosen.map(({ summary }) => armKey(summary)))];
  const byArm = arms.length > 1;
  return chosen.map(({ summary, course }, index) => ({
    index,
    summary,
    course,
    label: labels[index]!,
    colour: byArm ? arms.indexOf(armKey(summary)) : index,
    points: pointsOf(course, { index, id: summary.id }),
  }));
}

/** What runs have in common that differ in their seed alone. */
export function armKey(
  { question, profile, cell, arm }: RunSummary,
): string {
  return `${question}/${profile}/${cell.replace(/-s\d+$/, "")}/${arm}`;
}

function pointsOf(
  { teacher, stages }: RunCourse,
  { index, id }: { readonly index: number; readonly id: string },
): readonly Point[] {
  const points: Point[] = [];
  let before = 0;
  let spent = 0;
  for (
    const [stage, { kind, students, iterations, winner }] of stages.entries()
  ) {
    for (let i = 0; i < students.iteration.length; i++) {
      spent += students.epochs[i] ?? 0;
      const parameters = students.parameters[i] ?? null;
      points.push({
        run: index,
        id,
        stage,
        stageKind: kind,
        student: i,
        iteration: students.iteration[i]!,
        step: before + students.iteration[i]! + 1,
        epochs: spent,
        reward: students.reward[i]!,
        accuracy: students.accuracy[i] ?? null,
        parameters,
        compression: parameters === null || teacher === undefined
          ? null
          : teacher.parameters / parameters,
        macs: students.macs[i] ?? null,
        bytes: students.bytes[i] ?? null,
        latency: students.latency[i] ?? null,
        ownEpochs: students.epochs[i] ?? null,
        name: students.name[i] ?? null,
        kind: students.kind[i]!,
        reason: students.reason[i] ?? null,
        isWinner: winner === i,
      });
    }
    before += iterations.length;
  }
  return points;
}

/** The shortest names that tell the runs apart. */
function labelsOf(runs: readonly RunSummary[]): readonly string[] {
  const parts = runs.map(({ question, profile, cell, arm, seed }) => {
    const end = arm === undefined ? cell : `${arm} s${seed}`;
    const subject = arm === undefined
      ? ""
      : cell.replace(new RegExp(`-${RegExp.escape(arm)}-s\\d+$`), "");
    return [`${question}/${profile}`, subject, end];
  });
  const differs = [0, 1].map((at) =>
    new Set(parts.map((part) => part[at])).size > 1
  );
  return parts.map((part) =>
    part.filter((text, at) => at === 2 || (differs[at] && text !== ""))
      .join(" ")
  );
}
