import { imageSize, type Split, storedShape } from "../data/mod.ts";

/** Which images of a split are meant. */
export interface Piece {
  /** Number of the first. */
  readonly from: number;
  /** How many. */
  readonly count: number;
}

/**
 * Some images of a split for the page: classes, of two bytes each (the lower one
 * first), then pixels, `[count, channels, height, width]`, of the middle that networks
 * see.
 *
 * @param split The split.
 * @param piece Which images, all of them in it.
 */
export function encodeTests(
  split: Split,
  { from, count }: Piece,
): Uint8Array<ArrayBuffer> {
  const [channels, height, width] = split.shape;
  const [, storedHeight, storedWidth] = storedShape(split);
  const { margin = 0 } = split;
  const bytes = new Uint8Array(count * (2 + imageSize(split.shape)));
  const labels = new DataView(bytes.buffer);
  let target = 2 * count;
  for (let i = 0; i < count; i++) {
    labels.setUint16(2 * i, split.labels[from + i]!, true);
    for (let channel = 0; channel < channels; channel++) {
      const plane = (from + i) * channels + channel;
      for (let y = 0; y < height; y++, target += width) {
        const source = (plane * storedHeight + margin + y) * storedWidth +
          margin;
        bytes.set(split.images.subarray(source, source + width), target);
      }
    }
  }
  return bytes;
}
