import type { Shape } from "../../network/mod.ts";
import type { Labels, SplitName } from "../split.ts";

/** What a decoder makes of a split's raw files: records in the files' order. */
export interface Records {
  /** Class numbers, `[count]`. */
  readonly labels: Labels;
  /** Pixels, `[count, channels, height, width]`. */
  readonly images: Uint8Array;
}

/** What a decoder may know of the set besides the raw bytes. */
export interface DecodeOptions {
  /** Shape of one image, as the registry gives it. */
  readonly shape: Shape;
  /** Number of classes. */
  readonly classCount: number;
  /** The split wanted, for archives that hold both. */
  readonly split: SplitName;
}

/**
 * Reads a split out of its raw files, whose bytes come by the role that the
 * registry gives each file. Throws a SyntaxError when they are not in the
 * decoder's format or disagree with the options.
 */
export type Decoder = (
  files: Readonly<Record<string, Uint8Array>>,
  options: DecodeOptions,
) => Records | Promise<Records>;
