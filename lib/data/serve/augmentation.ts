import { randomStream } from "../../random/mod.ts";
import { checkEpoch } from "./epoch_order.ts";

/** Random views of images. Labels stay as they are. */
export interface Augmentation {
  /**
   * Pixels of border on each side of the image, of which a window of the image's
   * own size is cut out at random; 0 leaves the image where it is. The border is
   * the split's stored margin as far as that goes, and black beyond.
   */
  readonly cropPadding: number;
  /** Whether half of the images are mirrored left to right. */
  readonly flip: boolean;
}

/** Which view of an image to take. */
export interface View {
  /** Rows by which the window lies below the image's top, may be negative. */
  readonly down: number;
  /** Columns by which the window lies right of the image's left edge. */
  readonly right: number;
  /** Whether the window is mirrored. */
  readonly mirrored: boolean;
}

/** The image as it is. */
export const PLAIN_VIEW: View = { down: 0, right: 0, mirrored: false };

/**
 * Draws the view of one image in one epoch. It depends on nothing but these
 * arguments: all students see the same view, and a teacher's answer to it is
 * computed once.
 *
 * @param augmentation What may be done to the image.
 * @param draw Seed (>= 1), epoch (>= 0), and the image's number in its split.
 * @returns The view.
 * @throws {RangeError} If the padding or the epoch is not an integer >= 0.
 */
export function drawView(
  augmentation: Augmentation,
  draw: {
    readonly seed: number;
    readonly epoch: number;
    readonly index: number;
  },
): View {
  const { cropPadding, flip } = augmentation;
  if (!Number.isSafeInteger(cropPadding) || cropPadding < 0) {
    throw new RangeError(
      `Cannot augment: cropPadding is ${cropPadding}, expected an integer >= 0`,
    );
  }
  checkEpoch(draw.epoch);
  const random = randomStream(draw.seed, "view", draw.epoch, draw.index);
  // Always all three draws, so that flipping does not move the window.
  const down = random.integer(2 * cropPadding + 1) - cropPadding;
  const right = random.integer(2 * cropPadding + 1) - cropPadding;
  const mirrored = random.uniform() < 0.5;
  return { down, right, mirrored: flip && mirrored };
}
