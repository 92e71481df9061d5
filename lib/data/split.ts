import type { Shape } from "../network/mod.ts";

/** Class numbers: one byte each up to 256 classes, two beyond. */
export type Labels<B extends ArrayBufferLike = ArrayBufferLike> =
  | Uint8Array<B>
  | Uint16Array<B>;

/**
 * The images of one split in canonical order (see {@link canonicalise}). Both
 * arrays lie on shared memory, so a split that is posted to a worker is not
 * copied.
 */
export interface Split {
  /**
   * Pixels 0 … 255, `[count, channels, height + 2 margin, width + 2 margin]`.
   */
  readonly images: Uint8Array<SharedArrayBuffer>;
  /** Class numbers 0 … classCount - 1, `[count]`. */
  readonly labels: Labels<SharedArrayBuffer>;
  /** Number of images. */
  readonly count: number;
  /** Shape of one image as a network sees it: the middle of what is stored. */
  readonly shape: Shape;
  /** Pixels stored around an image on each side, for random crops; 0 if left out. */
  readonly margin?: number;
  /** Number of classes. */
  readonly classCount: number;
}

/** The part of a data set that a split is: the test split is for final scores only. */
export type SplitName = "train" | "test";

/** Both splits, in the order in which everything goes through them. */
export const SPLIT_NAMES: readonly SplitName[] = ["train", "test"];

/** Number of values in one image. */
export function imageSize(shape: Shape): number {
  return shape[0] * shape[1] * shape[2];
}

/** Shape of one image as it is stored, margin included. */
export function storedShape(
  { shape: [channels, height, width], margin = 0 }: {
    readonly shape: Shape;
    readonly margin?: number | undefined;
  },
): Shape {
  return [channels, height + 2 * margin, width + 2 * margin];
}
