/**
 * Training data as threads share it: one copy of images, labels and teacher
 * logits in shared memory.
 *
 * @module
 */

import type { Split } from "../data/mod.ts";

/**
 * The images that a search may see. There is no test split in it, and none can
 * be reached from it. Structured cloning passes it to a worker without copying.
 */
export interface TrainingData {
  /** Digest of everything in it: data set, splits, teacher. */
  readonly id: string;
  /** Per channel, in units of pixel value / 255. */
  readonly mean: readonly number[];
  /** Per channel, in units of pixel value / 255. */
  readonly std: readonly number[];
  /** All images, in shared memory. */
  readonly images: Split;
  /** Rows of `images` to train on, shared. */
  readonly train: Uint32Array;
  /** Rows of `images` to validate on, shared; disjoint from `train`. */
  readonly validation: Uint32Array;
  /**
   * Teacher logits `[images, classes]` by row of `images`, shared: a table for
   * each view of the images, one without augmentation. Empty for training without
   * a teacher.
   */
  readonly teacherLogits: readonly Float32Array[];
}

/** Copies numbers to shared memory. */
export function shareUint32(
  values: Uint32Array,
): Uint32Array<SharedArrayBuffer> {
  const shared = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
