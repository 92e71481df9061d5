/**
 * The room "serve": what training takes from an open split: training and
 * validation images (partition.ts), the order of an epoch, random views, batches;
 * and a count of duplicates. It works on splits in memory and knows no files.
 *
 * @module
 */

import { type Augmentation, drawView, PLAIN_VIEW } from "./augmentation.ts";
import { imageSize, type Split, storedShape } from "../split.ts";
import { LEVELS, normalisedLevels } from "./levels.ts";

/** Which images {@link fillBatch} takes, and where it puts them. */
export interface BatchRequest {
  /** Where the images are. */
  readonly split: Split;
  /** Numbers of images of the split, in the order of visit. */
  readonly indices: Uint32Array;
  /** Position in `indices` of the batch's first image. */
  readonly from: number;
  /** Number of images; `from + size` is at most the length of `indices`. */
  readonly size: number;
  /**
   * Written: normalised pixels, `[size, channels, height, width]`. May be longer,
   * the rest is left alone.
   */
  readonly images: Float32Array;
  /** Written: class numbers, `[size]`. May be longer, too. */
  readonly labels: Int32Array;
  /** Mean of each channel, of pixels scaled to 0 … 1. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, likewise. */
  readonly std: readonly number[];
  /** Random views; the images as they are when left out. */
  readonly augmentation?: Augmentation | undefined;
  /** The run's seed, >= 1; only read with an augmentation. */
  readonly seed: number;
  /** Number of the epoch, >= 0; only read with an augmentation. */
  readonly epoch: number;
}

/**
 * Writes a batch of images, each value `(pixel / 255 - mean) / std`, and their
 * labels into arrays that can be used again. An image is the middle of what is
 * stored; a window that is moved shows the stored margin, and beyond it black
 * (before normalisation), as in the authors' input pipeline.
 *
 * @param request The images and the arrays.
 * @throws {RangeError} If the batch reaches beyond `indices`, an array is too
 * short, an index is not in the split, or the channels disagree.
 */
export function fillBatch(request: BatchRequest): void {
  checkRequest(request);
  const { split, indices, from, size, labels, augmentation, seed, epoch } =
    request;
  const table = normalisedLevels(request);
  const whole = (split.margin ?? 0) === 0;
  // A draw costs more than writing a small image.
  const varies = augmentation !== undefined &&
    (augmentation.cropPadding !== 0 || augmentation.flip);
  for (let i = 0; i < size; i++) {
    const index = indices[from + i]!;
    if (index >= split.count) {
      throw new RangeError(
        `Cannot fill a batch: index is ${index}, expected less than ${split.count}`,
      );
    }
    labels[i] = split.labels[index]!;
    const view = varies
      ? drawView(augmentation, { seed, epoch, index })
      : PLAIN_VIEW;
    if (
      view.down === 0 && view.right === 0 && !view.mirrored && whole
    ) {
      writePlain(request, table, { index, row: i });
    } else {
      writeView(request, table, { index, row: i, ...view });
    }
  }
}

function writePlain(
  { split, images }: BatchRequest,
  table: Float32Array,
  { index, row }: { readonly index: number; readonly row: number },
): void {
  const [channels, height, width] = split.shape;
  const pixels = split.images;
  const plane = height * width;
  let source = index * channels * plane;
  let target = row * channels * plane;
  for (let channel = 0; channel < channels; channel++) {
    const levels = channel * LEVELS;
    for (let i = 0; i < plane; i++) {
      images[target++] = table[levels + pixels[source++]!]!;
    }
  }
}

function writeView(
  { split, images }: BatchRequest,
  table: Float32Array,
  place: {
    readonly index: number;
    readonly row: number;
    readonly down: number;
    readonly right: number;
    readonly mirrored: boolean;
  },
): void {
  const [channels, height, width] = split.shape;
  const [, storedHeight, storedWidth] = storedShape(split);
  const { margin = 0, images: pixels } = split;
  const { index, row, down, right, mirrored } = place;
  const step = mirrored ? -1 : 1;
  // Stored column of the view's first pixel, and the view's columns that are stored.
  const left = margin + right + (mirrored ? width - 1 : 0);
  const before = mirrored ? left - storedWidth + 1 : -left;
  const first = Math.min(width, Math.max(0, before));
  const end = Math.max(
    first,
    Math.min(width, mirrored ? left + 1 : storedWidth - left),
  );
  let target = row * channels * height * width;
  for (let channel = 0; channel < channels; channel++) {
    const levels = channel * LEVELS;
    const black = table[levels]!;
    const plane = (index * channels + channel) * storedHeight * storedWidth;
    for (let y = 0; y < height; y++, target += width) {
      const sourceY = y + margin + down;
      if (sourceY < 0 || sourceY >= storedHeight) {
        images.fill(black, target, target + width);
        continue;
      }
      for (let x = 0; x < first; x++) images[target + x] = black;
      let source = plane + sourceY * storedWidth + left + step * first;
      for (let x = first; x < end; x++, source += step) {
        images[target + x] = table[levels + pixels[source]!]!;
      }
      for (let x = end; x < width; x++) images[target + x] = black;
    }
  }
}

function checkRequest(request: BatchRequest): void {
  const { split, indices, from, size, images, labels, mean, std } = request;
  const fail = (what: string, value: unknown, expected: string) => {
    throw new RangeError(
      `Cannot fill a batch: ${what} is ${value}, expected ${expected}`,
    );
  };
  if (!Number.isInteger(from) || from < 0) fail("from", from, "0 or more");
  if (
    !Number.isInteger(size) || size < 0 || from + size > indices.length
  ) fail("size", size, `an integer in 0 … ${indices.length - from}`);
  const needed = size * imageSize(split.shape);
  if (images.length < needed) {
    fail("the images' length", images.length, `at least ${needed}`);
  }
  if (labels.length < size) {
    fail("the labels' length", labels.length, `at least ${size}`);
  }
  const [channels] = split.shape;
  if (mean.length !== channels || std.length !== channels) {
    fail(
      "the length of mean and std",
      `${mean.length} and ${std.length}`,
      `${channels}`,
    );
  }
}
