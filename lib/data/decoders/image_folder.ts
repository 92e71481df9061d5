import { extname, join } from "node:path";
import type { Shape } from "../../network/mod.ts";
import { DataError } from "../errors.ts";
import type { SplitName } from "../split.ts";
import type { Records } from "./decoder.ts";
import { decodePicture, PICTURE_EXTENSIONS, toColour } from "./picture.ts";
import { type Picture, resizeAndCrop } from "./resize.ts";

/** One picture of a folder. */
export interface FolderFile {
  readonly place: string;
  readonly label: number;
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** What a folder of the form split/class/file holds. */
export interface FolderListing {
  /** Names of the class folders of both splits, sorted by code units. */
  readonly classes: readonly string[];
  readonly files: Readonly<Record<SplitName, readonly FolderFile[]>>;
  /** Folders and files that are no part of the set, hidden ones apart. */
  readonly leftOut: readonly string[];
}

const SPLITS: readonly SplitName[] = ["train", "test"];

/** Faults that a message names one by one. */
const NAMED_FAULTS = 10;

/**
 * Lists a data set laid out as train/CLASS/PICTURE and test/CLASS/PICTURE.
 * Hidden entries are passed over, symbolic links followed, extensions may be in
 * upper case.
 *
 * @throws {DataError} If there is no such folder or split, there are fewer than
 * two classes, or a class has no picture to train on.
 */
export async function listImageFolder(path: string): Promise<FolderListing> {
  const top = await list(path);
  const leftOut = top.filter((name) => !SPLITS.includes(name as SplitName))
    .map((name) => join(path, name));
  const missing = SPLITS.filter((split) => !top.includes(split));
  if (missing.length > 0) {
    throw new DataError(
      `Cannot open folder "${path}": it has ${
        top.join(", ") || "nothing"
      }, expected train and test (train/CLASS/PICTURE, test/CLASS/PICTURE)`,
    );
  }
  const found: { split: SplitName; name: string; files: Listed[] }[] = [];
  for (const split of SPLITS) {
    for (const name of await list(join(path, split))) {
      const folder = join(path, split, name);
      if (!(await stat(folder)).isDirectory) {
        leftOut.push(folder);
        continue;
      }
      const files = await listPictures(folder, leftOut);
      if (files.length > 0) found.push({ split, name, files });
    }
  }
  const classes = [...new Set(found.map(({ name }) => name))].sort();
  const untrained = classes.filter((wanted) =>
    !found.some(({ split, name }) => split === "train" && name === wanted)
  );
  const fail = (what: string) => {
    throw new DataError(`Cannot open folder "${path}": ${what}`);
  };
  if (classes.length < 2) {
    fail(
      `it has pictures (${PICTURE_EXTENSIONS.join(" ")}) of ${
        classes.join(", ") || "no class"
      }, expected two classes or more`,
    );
  }
  if (untrained.length > 0) {
    fail(`train has no pictures of ${untrained.join(", ")}, but test has`);
  }
  if (!found.some(({ split }) => split === "test")) {
    fail("test has no pictures, expected some to score networks on");
  }
  const filesOf = (wanted: SplitName) =>
    found.filter(({ split }) => split === wanted).flatMap(({ name, files }) =>
      files.map((file) => ({ ...file, label: classes.indexOf(name) }))
    );
  return {
    classes,
    files: { train: filesOf("train"), test: filesOf("test") },
    leftOut,
  };
}

type Listed = Omit<FolderFile, "label">;

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

/** A folder's records, and what was found out on the way. */
export interface DecodedFolder {
  readonly shape: Shape;
  readonly records: Readonly<Record<SplitName, Records>>;
  /** Pictures left out, with what is wrong with each. */
  readonly broken: readonly string[];
}

/**
 * Decodes the pictures of a folder. If all are grey the set has one channel, else
 * three.
 *
 * @throws {DataError} If pictures are broken, or differ in size without `size`.
 */
export async function decodeImageFolder(
  { files }: FolderListing,
  { size, skipBroken = false, onPicture }: FolderOptions,
): Promise<DecodedFolder> {
  const decoded: Record<SplitName, { label: number; picture: Picture }[]> = {
    train: [],
    test: [],
  };
  const broken: string[] = [];
  for (const split of SPLITS) {
    for (const { place, label, bytes } of files[split]) {
      onPicture?.(place, bytes);
      try {
        const picture = await decodePicture(await Deno.readFile(place));
        decoded[split].push({
          label,
          picture: size === undefined ? picture : resizeAndCrop(picture, size),
        });
      } catch (error) {
        broken.push(
          `${place}: ${error instanceof Error ? error.message : error}`,
        );
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
  const [first] = pictures;
  if (first === undefined) {
    throw new DataError("Cannot read the folder: no picture can be decoded");
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
  return [first.height, first.width];
}

async function listPictures(
  folder: string,
  leftOut: string[],
): Promise<Listed[]> {
  const files: Listed[] = [];
  for (const name of await list(folder)) {
    const place = join(folder, name);
    if (PICTURE_EXTENSIONS.includes(extname(name).toLowerCase())) {
      const { size, mtime, isFile } = await stat(place);
      if (isFile) {
        files.push({ place, bytes: size, modifiedMs: mtime?.getTime() ?? 0 });
        continue;
      }
    }
    leftOut.push(place);
  }
  return files;
}

/** Names in a folder, sorted, without the hidden ones. */
async function list(folder: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith(".")) names.push(name);
    }
    return names.sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

async function stat(place: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(place);
  } catch (error) {
    throw unreadable(place, error);
  }
}

function unreadable(place: string, error: unknown): DataError {
  return new DataError(
    `Cannot read "${place}": ${
      error instanceof Error ? error.message : error
    }; expected a folder train/CLASS/PICTURE, test/CLASS/PICTURE`,
    { cause: error },
  );
}

function shorten(lines: readonly string[]): string[] {
  const shown = lines.slice(0, NAMED_FAULTS).map((line) => `  ${line}`);
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, `  … and ${rest} more`] : shown;
}
