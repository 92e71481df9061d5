import type { Shape } from "../../network/mod.ts";
import { readIfExists } from "../disk/read.ts";
import { DataError } from "../errors.ts";
import { SPLIT_NAMES, type SplitName } from "../split.ts";
import type { Records } from "./decoder.ts";
import type { FolderFile, FolderListing } from "./folder_listing.ts";
import { decodePicture, toColour } from "./picture.ts";
import { type Picture, resizeAndCrop } from "./resize.ts";

/** Faults that a message names one by one. */
const NAMED_FAULTS = 10;

/** How {@link decodeImageFolder} goes about it. */
export interface FolderOptions {
  /**
   * Side that every picture is brought to: shorter side scaled, middle cut out.
   * Left out, all must have one size already.
   */
  readonly size?: number | undefined;
  /** Whether pictures that cannot be decoded are left out instead of refused. */
  readonly skipBroken?: boolean | undefined;
  /** Hears of every picture. */
  readonly onPicture?: (place: string, bytes: number) => void;
}

/** A picture of a class. */
interface Labelled {
  readonly label: number;
  readonly picture: Picture;
}

/** A folder's records, and what was found out on the way. */
export interface DecodedFolder {
  readonly shape: Shape;
  readonly records: Readonly<Record<SplitName, Records>>;
  /** Pictures left out, with what is wrong with each. */
  readonly broken: readonly string[];
}

/**
 * Decodes the pictures of a folder. If all are grey the set has one channel, else
 * three. Broken is what does not decode; any other failure (no permission, no
 * memory, no native code) ends it.
 *
 * @throws {DataError} If a picture cannot be read; if pictures are broken, or a
 * split or a class to train on has none left without them; or if they differ in
 * size without `size`.
 */
export async function decodeImageFolder(
  listing: FolderListing,
  { size, skipBroken = false, onPicture }: FolderOptions,
): Promise<DecodedFolder> {
  const { files } = listing;
  const decoded: Record<SplitName, Labelled[]> = { train: [], test: [] };
  const broken: string[] = [];
  for (const split of SPLIT_NAMES) {
    for (const { place, label, bytes } of files[split]) {
      onPicture?.(place, bytes);
      const stored = await readPicture(place);
      try {
        const picture = await decodePicture(stored);
        decoded[split].push({
          label,
          picture: size === undefined ? picture : resizeAndCrop(picture, size),
        });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        broken.push(`${place}: ${error.message}`);
      }
    }
  }
  if (broken.length > 0 && !skipBroken) {
    throw new DataError(
      [
        `Cannot read ${broken.length} of ${
          files.train.length + files.test.length
        } pictures:`,
        ...shorten(broken),
        "Replace or remove them, or leave them out with --skip-broken",
      ].join("\n"),
    );
  }
  checkLeft(listing, decoded, broken);
  const pictures = [...decoded.train, ...decoded.test].map(({ picture }) =>
    picture
  );
  const [height, width] = commonSize(pictures);
  const colour = pictures.some(({ channels }) => channels === 3);
  const shape: Shape = [colour ? 3 : 1, height, width];
  const recordsOf = (split: SplitName): Records => {
    const rows = decoded[split];
    return {
      labels: Uint16Array.from(rows, ({ label }) => label),
      images: rows.map(({ picture }) =>
        (colour ? toColour(picture) : picture).pixels
      ),
    };
  };
  return {
    shape,
    records: { train: recordsOf("train"), test: recordsOf("test") },
    broken,
  };
}

/** The one size, or an error that counts the sizes. */
function commonSize(pictures: readonly Picture[]): [number, number] {
  const counts = new Map<string, number>();
  for (const { height, width } of pictures) {
    const key = `${width}x${height}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (counts.size > 1) {
    const sizes = [...counts].sort(([, a], [, b]) => b - a)
      .map(([key, count]) => `${count} of ${key}`);
    throw new DataError(
      [
        `Cannot use pictures of ${counts.size} sizes, expected one:`,
        ...shorten(sizes),
        "Bring them to one size with --size N (the shorter side is scaled to N, and the middle N x N cut out)",
      ].join("\n"),
    );
  }
  const { height, width } = pictures[0]!;
  return [height, width];
}

async function readPicture(place: string): Promise<Uint8Array> {
  const bytes = await readIfExists(place);
  if (bytes !== undefined) return bytes;
  throw new DataError(`Cannot read "${place}": it is gone; start again`);
}

/** Checks that what is left without the broken pictures is still a data set. */
function checkLeft(
  { path, classes, files }: FolderListing,
  decoded: Readonly<Record<SplitName, readonly Labelled[]>>,
  broken: readonly string[],
): void {
  const of = (
    rows: readonly Pick<FolderFile, "label">[],
    wanted: number,
  ) => rows.filter(({ label }) => label === wanted).length;
  const empty = SPLIT_NAMES.filter((split) => decoded[split].length === 0);
  const faults = empty.map((split) =>
    `${split} has 0 of ${files[split].length} pictures left`
  );
  if (!empty.includes("train")) {
    classes.forEach((name, label) => {
      if (of(decoded.train, label) > 0) return;
      faults.push(
        `train has 0 of ${of(files.train, label)} pictures of "${name}" left`,
      );
    });
  }
  if (faults.length === 0) return;
  throw new DataError(
    [
      `Cannot use folder "${path}" without its broken pictures:`,
      ...shorten(faults.map((fault) => `${fault}, expected at least 1`)),
      "Replace some of these:",
      ...shorten(broken),
    ].join("\n"),
  );
}

function shorten(lines: readonly string[]): string[] {
  const shown = lines.slice(0, NAMED_FAULTS).map((line) => `  ${line}`);
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, `  … and ${rest} more`] : shown;
}
