import type { Shape } from "../network/mod.ts";

/**
 * The images of one split in canonical order (see {@link canonicalise}). Both
 * arrays lie on shared memory, so a split that is posted to a worker is not
 * copied.
 */
export interface Split {
  /** Pixels 0 … 255, `[count, channels, height, width]`. */
  readonly images: Uint8Array<SharedArrayBuffer>;
  /** Class numbers 0 … classCount - 1, `[count]`. */
  readonly labels: Uint8Array<SharedArrayBuffer>;
  /** Number of images. */
  readonly count: number;
  /** Shape of one image. */
  readonly shape: Shape;
  /** Number of classes. */
  readonly classCount: number;
}

/** The part of a data set that a split is: the test split is for final scores only. */
export type SplitName = "train" | "test";

/** Number of values in one image. */
export function imageSize(shape: Shape): number {
  return shape[0] * shape[1] * shape[2];
}
