/**
 * What a run leaves on the disk, also while it is under way.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json, Running } from "./_run.ts";

/** Rows of a run store. */
export interface StoreView {
  /** Trainings under way that have a checkpoint. */
  readonly trainings: number;
  /** Trainings that are done: teacher, students, final ones. */
  readonly evaluations: number;
  /** Trained networks that are kept: teacher and final ones. */
  readonly weights: number;
  /** Views whose logits are kept. */
  readonly logits: number;
  /** Search iterations of both stages. */
  readonly iterations: number;
  /** Scores on the test split. */
  readonly tests: number;
}

const NOTHING: StoreView = {
  trainings: 0,
  evaluations: 0,
  weights: 0,
  logits: 0,
  iterations: 0,
  tests: 0,
};

/** Asks the store in a results folder; it may be in use, or not there yet. */
export function query(folder: string, sql: string): readonly Json[] {
  const path = `${folder}/.store/runs.sqlite`;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** What the store in a results folder holds now. */
export function look(folder: string): StoreView {
  try {
    const [row] = query(
      folder,
      `SELECT
        (SELECT count(*) FROM checkpoints
          WHERE run LIKE 'training/%' AND step = 0) AS trainings,
        (SELECT count(*) FROM evaluations
          WHERE key NOT LIKE 'test/%') AS evaluations,
        (SELECT count(*) FROM blobs WHERE key LIKE 'weights/%') AS weights,
        (SELECT count(*) FROM blobs WHERE key LIKE 'logits/%') AS logits,
        (SELECT count(*) FROM history) AS iterations,
        (SELECT count(*) FROM evaluations WHERE key LIKE 'test/%') AS tests`,
    );
    return { ...row };
  } catch {
    // Not there yet, or being made.
    return NOTHING;
  }
}

/** A moment of a run that its store shows. */
export type Moment = (view: StoreView) => boolean;

/** Waits for a moment. False if the command ended before it was seen. */
export async function reach(
  { isOver }: Running,
  folder: string,
  moment: Moment,
): Promise<boolean> {
  while (!isOver()) {
    if (moment(look(folder))) return true;
    await sleep(3);
  }
  return false;
}

/** Every file below a folder with its size and time of change. */
export async function snapshot(folder: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const { size, mtime } = await Deno.stat(path);
    lines.push(`${path} ${size} ${mtime?.toISOString()}`);
    if (isDirectory) lines.push(...await snapshot(path));
  }
  return lines.toSorted();
}

/** Whether there is a file or folder. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
