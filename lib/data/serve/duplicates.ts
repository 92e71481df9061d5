import { hash } from "node:crypto";
import { imageSize, type Split, storedShape } from "../split.ts";

/** Images that occur more than once, by their pixels. */
export interface Duplicates {
  /** Train images whose pixels an earlier train image has. */
  readonly withinTrain: number;
  /** Test images whose pixels an earlier test image has. */
  readonly withinTest: number;
  /** Test images whose pixels some train image has: they leak. */
  readonly across: number;
  /** Those of `across` that no train image has under the same label. */
  readonly conflicting: number;
}

/**
 * Counts exact duplicates in and between the splits of a set. Images are
 * compared by the SHA-256 of their stored pixels; labels only tell leaks from
 * contradictions.
 *
 * @param train The train split.
 * @param test The test split, of the same stored shape.
 * @throws {RangeError} If the stored shapes differ.
 */
export function countDuplicates(train: Split, test: Split): Duplicates {
  if (`${storedShape(train)}` !== `${storedShape(test)}`) {
    throw new RangeError(
      `Cannot compare splits: test images are ${
        storedShape(test).join("x")
      }, expected ${storedShape(train).join("x")} as in train`,
    );
  }
  const trainLabels = labelsByPixels(train);
  const testLabels = labelsByPixels(test);
  let across = 0;
  let conflicting = 0;
  for (const [key, labels] of testLabels) {
    const known = trainLabels.get(key);
    if (known === undefined) continue;
    across += labels.length;
    conflicting += labels.filter((label) => !known.includes(label)).length;
  }
  return {
    withinTrain: train.count - trainLabels.size,
    withinTest: test.count - testLabels.size,
    across,
    conflicting,
  };
}

/** Labels of the images that have the same pixels. */
function labelsByPixels(split: Split): Map<string, number[]> {
  const size = imageSize(storedShape(split));
  const found = new Map<string, number[]>();
  for (let i = 0; i < split.count; i++) {
    const pixels = split.images.subarray(i * size, (i + 1) * size);
    const key = hash("sha256", pixels, "base64");
    const labels = found.get(key);
    if (labels === undefined) found.set(key, [split.labels[i]!]);
    else labels.push(split.labels[i]!);
  }
  return found;
}
