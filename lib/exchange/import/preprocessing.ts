/**
 * How images are prepared for a network: for each channel a mean and a standard
 * deviation, of pixels divided by 255.
 *
 * @module
 */

import { unsupported } from "./errors.ts";

/** `(pixel / 255 - mean) / std`, one of each for a channel. */
export interface Preprocessing {
  /** Subtracted. */
  readonly mean: readonly number[];
  /** Divided by, > 0. */
  readonly std: readonly number[];
}

/** A factor and a summand for each channel, within a network. */
export interface InnerNormalisation {
  /** Factors. */
  readonly scale: Float64Array;
  /** Added after. */
  readonly shift: Float64Array;
}

/** A difference of 1/255 and what is written for it. */
const SCALE_TOLERANCE = 1e-6;

/**
 * What an exported file says of its images; undefined where it says nothing.
 *
 * @param metadata Texts of the file by key.
 * @param channels Of its images.
 * @throws {ImportError} If it says it in another way than this project does, not
 * of every channel, or with a deviation that is not above 0.
 */
export function preprocessingIn(
  metadata: ReadonlyMap<string, string>,
  channels: number,
): Preprocessing | undefined {
  const text = metadata.get("preprocessing");
  if (text === undefined) return undefined;
  let value: { scale?: unknown; mean?: unknown; std?: unknown } | null = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { scale, mean, std } = value ?? {};
  const isScale = typeof scale === "number" &&
    Math.abs(scale - 1 / 255) < SCALE_TOLERANCE;
  const wrong = (expected: string): never =>
    unsupported(
      `its metadata say "${
        text.slice(0, 200)
      }" of its images, expected ${expected}`,
    );
  if (!isScale || !isNumbers(mean) || !isNumbers(std)) {
    return wrong("scale, mean and std as this project writes them");
  }
  if (mean.length !== channels || std.length !== channels) {
    return wrong(`${channels} of mean and std, one a channel`);
  }
  if (std.some((value) => value <= 0)) return wrong("deviations above 0");
  return { mean, std };
}

/**
 * The preparation with what the network itself does to its images first.
 *
 * @param given How the file wants its images.
 * @param inner What it then does, channel by channel.
 * @throws {ImportError} If that mirrors them: a factor is not above 0.
 */
export function withInner(
  { mean, std }: Preprocessing,
  { scale, shift }: InnerNormalisation,
): Preprocessing {
  if (scale.some((factor) => !(factor > 0))) {
    unsupported(
      `it multiplies its images by ${[...scale]}, expected factors above 0`,
    );
  }
  // ((p - mean) / std) scale + shift = (p - (mean - shift std / scale)) / (std / scale)
  return {
    mean: mean.map((value, c) => value - shift[c]! * std[c]! / scale[c]!),
    std: std.map((value, c) => value / scale[c]!),
  };
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
