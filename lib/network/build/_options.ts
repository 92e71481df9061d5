import type { Shape } from "../network.ts";

/** What every builder takes beside the depth. */
export interface BuildOptions {
  /** Shape of one image, `[channels, height, width]`. */
  readonly input: Shape;
  /** Number of classes, >= 1. */
  readonly classes: number;
  /**
   * Factor on every layer's channels, above 0 (results are rounded, at least 1).
   *
   * @default {1}
   */
  readonly width?: number;
}

/**
 * A function that scales a channel count by a builder's width.
 *
 * @param builder The builder's name, for the message.
 * @param options The builder's options.
 * @throws {RangeError} If width or classes are out of range.
 */
export function channelScale(
  builder: string,
  { classes, width = 1 }: BuildOptions,
): (channels: number) => number {
  if (!(width > 0 && width < Infinity)) {
    throw new RangeError(
      `Cannot build a ${builder}: width is ${width}, expected a finite number > 0`,
    );
  }
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw new RangeError(
      `Cannot build a ${builder}: classes is ${classes}, expected an integer >= 1`,
    );
  }
  return (channels) => Math.max(1, Math.round(channels * width));
}

/**
 * The entry of a depth table.
 *
 * @param builder The builder's name, for the message.
 * @param depths What each depth means.
 * @param depth The depth asked for.
 * @throws {RangeError} If there is no such depth.
 */
export function depthEntry<T>(
  builder: string,
  depths: Readonly<Record<number, T>>,
  depth: number,
): T {
  const entry = depths[depth];
  if (entry === undefined) {
    throw new RangeError(
      `Cannot build a ${builder}: depth is ${depth}, expected one of ${
        Object.keys(depths).join(", ")
      }`,
    );
  }
  return entry;
}
