/**
 * What an executor adds to a training: from the asking to the answer, less the time
 * that a thread trained.
 *
 * @module
 */

import { stopwatch } from "../../lib/cli/mod.ts";
import { quantile } from "../../lib/report/mod.ts";
import type { EvaluationRequest, Executor } from "../../lib/search/mod.ts";
import { shareUint32, type TrainingData } from "../../lib/training/mod.ts";

/** Trainings of a turn. */
export const TRAININGS = 50;
/** Images: a few steps. */
const IMAGES = 128;

/** Milliseconds that an executor adds to a training. */
export interface AddedTime {
  /** A tenth of the trainings have less: what is left on a busy machine. */
  readonly p10: number;
  /** Half of the trainings have less. */
  readonly p50: number;
  /** All but one in a hundred have less. */
  readonly p99: number;
}

/** The same images and teacher, of which few are used: what is timed is not training. */
export function fewOf(data: TrainingData): TrainingData {
  return {
    ...data,
    id: `${data.id}, few`,
    train: shareUint32(data.train.subarray(0, IMAGES)),
    validation: shareUint32(data.validation.subarray(0, IMAGES)),
  };
}

/**
 * Trains one student after the other.
 *
 * @param executor Who trains; nothing else runs on it.
 * @param fresh Makes a request that was never made before.
 */
export async function measureAdded(
  executor: Executor,
  fresh: () => EvaluationRequest,
): Promise<AddedTime> {
  const added: number[] = [];
  for (let i = 0; i < TRAININGS; i++) {
    const elapsed = stopwatch();
    const { seconds } = await executor.submit(fresh());
    added.push(1000 * (elapsed() - seconds));
  }
  return {
    p10: quantile(added, 0.1),
    p50: quantile(added, 0.5),
    p99: quantile(added, 0.99),
  };
}
