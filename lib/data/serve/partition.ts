import { stratifiedDraw } from "./_stratify.ts";
import type { Labels, Split } from "../split.ts";

/** How {@link splitTrainValidation} divides. */
export interface ValidationOptions {
  /** Images held out for validation, 0 … count; 5,000 in follow-up work (ESNAC). */
  readonly validation: number;
  /** The run's seed, >= 1. */
  readonly seed: number;
}

/** Two sets of image numbers without an image in common. */
export interface Partition {
  /** Images to train on, ascending. */
  readonly train: Uint32Array;
  /** Images to score candidates on, ascending. */
  readonly validation: Uint32Array;
}

/**
 * Holds images of the train split out for validation, at random and so that both
 * parts have the same share of every class, up to rounding. The same set and seed
 * give the same parts. The paper speaks of validation accuracy without naming a
 * split, and the authors' code scores candidates on the test set; we never do.
 *
 * @param train The train split.
 * @param options How many, and the seed.
 * @returns Numbers of images of `train`; every image is in exactly one part.
 * @throws {RangeError} If `validation` is not an integer in 0 … count.
 */
export function splitTrainValidation(
  train: Split,
  options: ValidationOptions,
): Partition {
  checkSize("hold out validation images", options.validation, train.count);
  const { chosen, rest } = stratifiedDraw({
    indices: Uint32Array.from({ length: train.count }, (_, i) => i),
    labels: train.labels,
    size: options.validation,
    seed: options.seed,
    stream: "split",
  });
  return { train: rest, validation: chosen };
}

/**
 * Draws some of the given images at random, so that every class keeps its share
 * up to rounding. The same arguments give the same images, in whatever order
 * `indices` holds them.
 *
 * @param indices Numbers of images to draw from, each once.
 * @param labels Class numbers of the whole split.
 * @param size How many to draw.
 * @param seed The run's seed, >= 1.
 * @returns The numbers drawn, ascending.
 * @throws {RangeError} If `size` is not an integer in 0 … indices.length, or an
 * index is not below labels.length.
 */
export function subset(
  indices: Uint32Array,
  labels: Labels,
  size: number,
  seed: number,
): Uint32Array {
  checkSize("draw a subset", size, indices.length);
  return stratifiedDraw({ indices, labels, size, seed, stream: "subset" })
    .chosen;
}

function checkSize(action: string, size: number, count: number): void {
  if (!Number.isInteger(size) || size < 0 || size > count) {
    throw new RangeError(
      `Cannot ${action}: size is ${size}, expected an integer in 0 … ${count}`,
    );
  }
}
