/**
 * Test images, and what both networks made of them.
 *
 * @module
 */

import type { Shape } from "../../network/mod.ts";

/** A test image. */
export interface TestImage {
  /** Its number in the split, from 0. */
  readonly index: number;
  /** Its class. */
  readonly label: number;
  /** Its pixels, `[channels, height, width]`, 0 … 255. */
  readonly pixels: Uint8Array;
}

/** Test images, as they are asked for. */
export interface TestImages {
  /** How many there are. */
  readonly count: number;
  /**
   * Some of them, one behind the other.
   *
   * @param from Number of the first.
   * @param most As many as are wanted; fewer come at the end of what is fetched at once.
   */
  some(from: number, most: number): Promise<readonly TestImage[]>;
}

/** Images that are fetched at once, and kept until the next are. */
export const PIECE = 100;

/**
 * Test images from where they are served, as {@link encodeTests} of the server
 * writes them: classes of two bytes each, then pixels.
 *
 * @param count How many there are.
 * @param shape Shape of an image.
 * @param fetchPiece Gives some by the first's number.
 */
export function testImages(
  count: number,
  shape: Shape,
  fetchPiece: (from: number, count: number) => Promise<ArrayBuffer>,
): TestImages {
  const size = shape[0] * shape[1] * shape[2];
  let held: { readonly from: number; readonly images: readonly TestImage[] } = {
    from: -1,
    images: [],
  };
  async function piece(from: number): Promise<readonly TestImage[]> {
    if (held.from === from) return held.images;
    const length = Math.min(PIECE, count - from);
    const bytes = await fetchPiece(from, length);
    const labels = new DataView(bytes, 0, 2 * length);
    const pixels = new Uint8Array(bytes, 2 * length);
    const images = Array.from({ length }, (_, i): TestImage => ({
      index: from + i,
      label: labels.getUint16(2 * i, true),
      pixels: pixels.subarray(i * size, (i + 1) * size),
    }));
    held = { from, images };
    return images;
  }
  return {
    count,
    async some(from, most) {
      const start = from - from % PIECE;
      const images = await piece(start);
      return images.slice(from - start, from - start + most);
    },
  };
}

/** What both networks made of a test image: classes. */
export interface Outcome {
  readonly label: number;
  readonly teacher: number;
  readonly student: number;
}

/** What was counted. */
export interface Tally {
  /** Images that both answered, each counted once. */
  readonly images: number;
  /** Images of which the teacher knew the class. */
  readonly teacher: number;
  /** Images of which the student knew it. */
  readonly student: number;
  /** Images of which they gave other classes. */
  readonly differ: number;
}

/** Counts outcomes. */
export function tallyOf(outcomes: Iterable<Outcome>): Tally {
  let [images, teacher, student, differ] = [0, 0, 0, 0];
  for (const outcome of outcomes) {
    images++;
    if (outcome.teacher === outcome.label) teacher++;
    if (outcome.student === outcome.label) student++;
    if (outcome.teacher !== outcome.student) differ++;
  }
  return { images, teacher, student, differ };
}
