/**
 * Pictures as networks see them: brought to the data set's size and form, and
 * normalised as they were for training.
 *
 * @module
 */

import {
  normalisedLevels,
  type Picture,
  resizeAndCrop,
} from "../../data/mod.ts";
import type { Shape } from "../../network/mod.ts";
import type { DemoData, Framing } from "../model.ts";

/** Part of its range that a pixel must exceed its ground by to be drawn. */
const FAINT = 0.2;

/** A picture of a browser's canvas, four bytes a pixel: red, green, blue, alpha. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * A picture in planes; what is transparent in it lies on white.
 *
 * @param rgba The picture.
 * @param channels 1 makes it grey by the weights of ITU-R 601, as Pillow's `L`.
 */
export function fromRgba(
  { width, height, data }: Rgba,
  channels: number,
): Picture {
  const plane = width * height;
  const isGrey = channels === 1;
  const pixels = new Uint8Array(isGrey ? plane : 3 * plane);
  for (let i = 0; i < plane; i++) {
    const alpha = data[4 * i + 3]!;
    const over = (channel: number) =>
      Math.round((data[4 * i + channel]! * alpha + 255 * (255 - alpha)) / 255);
    const [red, green, blue] = [over(0), over(1), over(2)];
    if (isGrey) {
      pixels[i] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      continue;
    }
    pixels[i] = red;
    pixels[plane + i] = green;
    pixels[2 * plane + i] = blue;
  }
  return { channels: isGrey ? 1 : 3, height, width, pixels };
}

/**
 * A picture as one of the data set's: drawings are framed, of other pictures the
 * middle is taken, as of pictures that were trained on.
 *
 * @param picture Of any size, in the set's number of channels.
 * @param data The data set.
 * @returns The picture itself where it has the set's size already.
 */
export function fitted(
  picture: Picture,
  { shape, framing }: DemoData,
): Picture {
  const [, height, width] = shape;
  if (framing === undefined) return resizeAndCrop(picture, height);
  const onBlack = lightOnBlack(picture);
  const isSized = picture.height === height && picture.width === width;
  return isSized ? onBlack : framed(onBlack, { shape, framing });
}

/**
 * A drawing in the frame of the data set's. MNIST's digits were scaled so that their
 * longer side has 20 pixels, and moved by whole pixels so that their centre of mass
 * lies at (14, 14) of 28 x 28, which holds for all 10,000 test images; Fashion-MNIST's
 * pictures were trimmed, and scaled so that their longer side has 28.
 *
 * @param drawing Light on black, one channel, of any size.
 * @param frame The set's shape and framing.
 * @returns A black image where nothing is drawn.
 */
export function framed(
  drawing: Picture,
  { shape: [, height, width], framing: { box, centre } }: {
    readonly shape: Shape;
    readonly framing: Framing;
  },
): Picture {
  const pixels = new Uint8Array(height * width);
  const image: Picture = { channels: 1, height, width, pixels };
  const found = boundsOf(drawing);
  if (found === undefined) return image;
  const { left, top, side } = found;
  const square = new Uint8Array(side * side);
  for (let y = 0; y < found.height; y++) {
    const from = (top + y) * drawing.width + left;
    square.set(drawing.pixels.subarray(from, from + found.width), y * side);
  }
  const scaled = resizeAndCrop(
    { channels: 1, height: side, width: side, pixels: square },
    box,
  ).pixels;
  const [x, y] = centre === "mass"
    ? massOf(scaled, box)
    : [found.width, found.height].map((length) => box * length / side / 2);
  const right = Math.round(width / 2 - x!);
  const down = Math.round(height / 2 - y!);
  for (let i = 0; i < scaled.length; i++) {
    const column = i % box + right;
    const row = Math.floor(i / box) + down;
    const isInside = column >= 0 && column < width && row >= 0 && row < height;
    if (isInside) pixels[row * width + column] = scaled[i]!;
  }
  return image;
}

/**
 * A grey picture as light on black: negated where its border is light, as paper is,
 * and stretched so that its ground is black and its lightest pixel white. On a ground
 * that is black it stays as it is.
 */
export function lightOnBlack(picture: Picture): Picture {
  const ground = medianOfBorder(picture);
  if (ground === 0) return picture;
  const isDark = ground < 128;
  const above = (level: number) =>
    Math.max(0, isDark ? level - ground : ground - level);
  const most = picture.pixels.reduce(
    (most, level) => Math.max(most, above(level)),
    0,
  );
  if (most === 0) {
    return { ...picture, pixels: new Uint8Array(picture.pixels.length) };
  }
  return {
    ...picture,
    pixels: picture.pixels.map((level) =>
      Math.round(255 * above(level) / most)
    ),
  };
}

/**
 * What a network sees, `[channels, height, width]`: the same values, to the bit, as
 * those that training gives of such an image.
 *
 * @param pixels Of one image, 0 … 255.
 * @param data The set's mean and deviation.
 */
export function normalised(
  pixels: Uint8Array,
  { mean, std }: Pick<DemoData, "mean" | "std">,
): Float32Array {
  const table = normalisedLevels({ mean, std });
  const channels = mean.length;
  const levels = table.length / channels;
  const plane = pixels.length / channels;
  return Float32Array.from(
    pixels,
    (level, i) => table[Math.floor(i / plane) * levels + level]!,
  );
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The longer of both. */
  readonly side: number;
}

/** Where something is drawn; undefined where nothing is. */
function boundsOf({ height, width, pixels }: Picture): Bounds | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i]! <= 255 * FAINT) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = y;
  }
  if (right < 0) return undefined;
  const [wide, high] = [right - left + 1, bottom - top + 1];
  return { left, top, width: wide, height: high, side: Math.max(wide, high) };
}

/** Centre of mass, in pixels, of a square of some side. */
function massOf(pixels: Uint8Array, side: number): readonly [number, number] {
  let [sum, x, y] = [0, 0, 0];
  pixels.forEach((level, i) => {
    sum += level;
    x += level * (i % side);
    y += level * Math.floor(i / side);
  });
  return [x / sum, y / sum];
}

function medianOfBorder({ height, width, pixels }: Picture): number {
  const border: number[] = [];
  for (let x = 0; x < width; x++) {
    border.push(pixels[x]!, pixels[(height - 1) * width + x]!);
  }
  for (let y = 1; y < height - 1; y++) {
    border.push(pixels[y * width]!, pixels[(y + 1) * width - 1]!);
  }
  return border.sort((a, b) => a - b)[Math.floor(border.length / 2)]!;
}
