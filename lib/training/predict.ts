import { setImmediate } from "node:timers/promises";
import type { Augmentation, Split } from "../data/mod.ts";
import type { Program } from "../engine/mod.ts";
import { batchesOf } from "./_batches.ts";

/** Images normalised and predicted at a time. */
export const PREDICTION_CHUNK = 1000;

/** Random views, as a student's epoch sees them. */
export interface Views {
  /** What may be done to an image. */
  readonly augmentation: Augmentation;
  /** The run's seed, >= 1. */
  readonly seed: number;
  /** Number of the epoch, >= 0. */
  readonly epoch: number;
}

/** What is predicted. */
export interface PredictionSource {
  /** Where the images are. */
  readonly split: Split;
  /** Rows of the split. */
  readonly indices: Uint32Array;
  /** Of each channel, pixels scaled to 0 … 1. */
  readonly mean: readonly number[];
  /** Of each channel, likewise. */
  readonly std: readonly number[];
  /** The images as they are when left out. */
  readonly views?: Views;
}

/** Some predictions, in order. */
export interface PredictedChunk {
  /** `[size, classes]` */
  readonly logits: Float32Array;
  /** `[size]` */
  readonly labels: Int32Array;
  /** Position of the first one in the source's indices. */
  readonly from: number;
}

/**
 * Predicts images chunk by chunk.
 *
 * @param program A program with weights.
 * @param source The images.
 */
export async function* predictChunks(
  program: Pick<Program, "predict">,
  source: PredictionSource,
): AsyncGenerator<PredictedChunk> {
  const chunks = batchesOf(source, PREDICTION_CHUNK);
  for (const { size, images, labels, from } of chunks) {
    const logits = await program.predict(images, size);
    // Some engines compute at once: whatever else this thread has to do, signals,
    // other threads' answers, has its turn after each chunk.
    await setImmediate();
    yield { logits, labels: labels.subarray(0, size), from };
  }
}
