import type { Shape } from "../../network/mod.ts";
import type { Labels, SplitName } from "../split.ts";

/** What a decoder makes of a split's raw files: records in the files' order. */
export interface Records {
  /** Class numbers, `[count]`. */
  readonly labels: Labels;
  /** Pixels, `[count, channels, height, width]`: in one array, or one an image. */
  readonly images: Uint8Array | readonly Uint8Array[];
}

/** What a decoder may know of the set besides the raw bytes. */
export interface DecodeOptions {
  /** Shape of one image as it is stored, margin included. */
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
export type FilesDecoder = (
  files: Readonly<Record<string, Uint8Array>>,
  options: DecodeOptions,
) => Records | Promise<Records>;

/** A picture of an archive, or of the folder that it unpacks to. */
export interface PictureEntry {
  /** Path in the archive, '/'-separated. */
  readonly name: string;
  /** Where it was found, for messages. */
  readonly place: string;
  /** Its bytes; to be asked for before the next entry is pulled. */
  bytes(): Promise<Uint8Array>;
}

/**
 * Reads both splits out of an archive of pictures, streamed in any order, of
 * which the set has no official division. Throws as a {@link FilesDecoder}.
 */
export type PicturesDecoder = (
  entries: AsyncIterable<PictureEntry>,
  options: Omit<DecodeOptions, "split">,
) => Promise<Readonly<Record<SplitName, Records>>>;

/** How a set's raw data become records. */
export type Decoder =
  | { readonly reads: "files"; readonly decode: FilesDecoder }
  | { readonly reads: "pictures"; readonly decode: PicturesDecoder };
