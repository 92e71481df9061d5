import { hash } from "node:crypto";
import { imageSize, type Split } from "./split.ts";

/** Images that a set holds more than once, labels left aside. */
export interface Duplicates {
  /** Images of the train split that another one before them equals. */
  readonly withinTrain: number;
  /** Images of the test split that another one before them equals. */
  readonly withinTest: number;
  /**
   * Images of the test split that the train split holds too: what a network has
   * learned by heart it may know of these.
   */
  readonly across: number;
  /** Of these, images that bear another label in the train split. */
  readonly contradicting: number;
}

/** Labels of the first image with each content, and how many equal an earlier one. */
function contents(
  { images, labels, count, shape }: Split,
): { readonly first: ReadonlyMap<string, number>; readonly repeated: number } {
  const size = imageSize(shape);
  const first = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const key = hash(
      "sha256",
      images.subarray(i * size, (i + 1) * size),
      "hex",
    );
    if (!first.has(key)) first.set(key, labels[i]!);
  }
  return { first, repeated: count - first.size };
}

/**
 * Counts exact duplicates within the splits and across them: a guard against
 * test images that were trained on.
 *
 * @param train The train split.
 * @param test The test split.
 */
export function countDuplicates(train: Split, test: Split): Duplicates {
  const trained = contents(train);
  const tested = contents(test);
  let [across, contradicting] = [0, 0];
  for (const [key, label] of tested.first) {
    const known = trained.first.get(key);
    if (known === undefined) continue;
    across++;
    if (known !== label) contradicting++;
  }
  return {
    withinTrain: trained.repeated,
    withinTest: tested.repeated,
    across,
    contradicting,
  };
}
