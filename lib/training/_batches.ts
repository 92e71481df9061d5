import { fillBatch } from "../data/mod.ts";
import type { PredictionSource } from "./predict.ts";

/** Some images, in arrays that the next ones overwrite. */
export interface FilledBatch {
  /** How many. */
  readonly size: number;
  /** Normalised, `[size, channels, height, width]` and maybe more. */
  readonly images: Float32Array;
  /** `[size]` and maybe more. */
  readonly labels: Int32Array;
  /** Position of the first one in the source's indices. */
  readonly from: number;
}

/** Images of a source in its order, so many at a time; the last ones are what is left. */
export function* batchesOf(
  { split, indices, mean, std, views }: PredictionSource,
  most: number,
): Generator<FilledBatch> {
  const [channels, height, width] = split.shape;
  const length = Math.min(most, indices.length);
  const images = new Float32Array(length * channels * height * width);
  const labels = new Int32Array(length);
  // Seed and epoch are not read without an augmentation.
  const { augmentation, seed = 1, epoch = 0 } = views ?? {};
  for (let from = 0; from < indices.length; from += length) {
    const size = Math.min(length, indices.length - from);
    fillBatch({
      split,
      indices,
      from,
      size,
      images,
      labels,
      mean,
      std,
      augmentation,
      seed,
      epoch,
    });
    yield { size, images, labels, from };
  }
}
