import type { Program } from "../engine/mod.ts";
import { predictChunks, type PredictionSource } from "./predict.ts";

/** Outcome of comparing predictions with labels. */
export interface Accuracy {
  /** Images whose highest logit is their label's. */
  readonly correct: number;
  /** Images compared. */
  readonly count: number;
  /** correct / count, in [0, 1]. */
  readonly accuracy: number;
}

/** Position of the largest value of a row; NaN never wins. -1 if all are NaN. */
export function argMax(
  values: Float32Array,
  from: number,
  length: number,
): number {
  let best = -1;
  let highest = -Infinity;
  for (let i = 0; i < length; i++) {
    const value = values[from + i]!;
    if (value > highest || (best < 0 && value === highest)) {
      highest = value;
      best = i;
    }
  }
  return best;
}

/**
 * Share of images whose highest logit is their label's.
 *
 * @throws {RangeError} If there are no images, of which no share is right or wrong.
 */
export async function measureAccuracy(
  program: Pick<Program, "predict">,
  source: PredictionSource,
): Promise<Accuracy> {
  return (await accuracyUnlessStopped(program, source, () => false))!;
}

/**
 * The same, or undefined where it was asked to stop.
 *
 * @param program A program with weights.
 * @param source The images.
 * @param shouldStop Asked after each thousand images but the last.
 * @throws {RangeError} If there are no images.
 */
export async function accuracyUnlessStopped(
  program: Pick<Program, "predict">,
  source: PredictionSource,
  shouldStop: () => boolean,
): Promise<Accuracy | undefined> {
  const count = source.indices.length;
  if (count === 0) {
    throw new RangeError(
      "Cannot measure the accuracy: there are 0 images, expected at least 1",
    );
  }
  let correct = 0;
  for await (const { logits, labels, from } of predictChunks(program, source)) {
    const classes = logits.length / labels.length;
    labels.forEach((label, row) => {
      if (argMax(logits, row * classes, classes) === label) correct++;
    });
    const isLast = from + labels.length === count;
    if (!isLast && shouldStop()) return undefined;
  }
  return { correct, count, accuracy: correct / count };
}
