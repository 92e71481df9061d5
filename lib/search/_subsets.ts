/**
 * Some images of a data set as training data, under an id that says all about
 * them.
 *
 * @module
 */

import type { Augmentation, DataSetHandle, Split } from "../data/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { shareUint32, type TrainingData } from "../training/mod.ts";

/** A trained teacher's answers to its students' images. */
export interface Answers {
  /** Digest of the teacher's weights. */
  readonly weights: string;
  /** By view, tables by row of the split. */
  readonly logits: TrainingData["teacherLogits"];
  /** How the views are made. */
  readonly augmentation: Augmentation;
  /** What they are drawn from; null where there is nothing to draw. */
  readonly seed: number | null;
}

/** Rows of a split. */
export interface Rows {
  /** To train on. */
  readonly train: Uint32Array;
  /** To validate on. */
  readonly validation: Uint32Array;
}

/** Digest of rows of a split, as part of an id. */
export function rowsDigest(
  { buffer, byteOffset, byteLength }: Uint32Array,
): string {
  return sha256Hex(new Uint8Array(buffer, byteOffset, byteLength));
}

/**
 * Training data of some images. How many views the logits are of is no part of
 * the id: a student sees those that its recipe says, whatever others need.
 *
 * @param dataSet What the images are of.
 * @param rows Which.
 * @param content The set's train split, and the teacher's answers where there is one.
 */
export function trainingData(
  { mean, std, digest }: DataSetHandle,
  { train, validation }: Rows,
  { images, teacher }: {
    readonly images: Split;
    readonly teacher?: Answers;
  },
): TrainingData {
  return {
    id: sha256Hex(canonicalJson({
      dataSet: digest.train,
      mean,
      std,
      train: rowsDigest(train),
      validation: rowsDigest(validation),
      teacher: teacher === undefined ? null : {
        weights: teacher.weights,
        augmentation: teacher.augmentation,
        seed: teacher.seed,
      },
    })),
    mean,
    std,
    images,
    train: shareUint32(train),
    validation: shareUint32(validation),
    teacherLogits: teacher?.logits ?? [],
  };
}
