import { extname, join } from "node:path";
import { DataError } from "../errors.ts";
import { SPLIT_NAMES, type SplitName } from "../split.ts";
import { PICTURE_EXTENSIONS } from "./picture.ts";

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
  /** The folder. */
  readonly path: string;
  /** Names of the class folders of both splits, sorted by code units. */
  readonly classes: readonly string[];
  readonly files: Readonly<Record<SplitName, readonly FolderFile[]>>;
  /** Folders and files that are no part of the set, hidden ones apart. */
  readonly leftOut: readonly string[];
}

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
  const leftOut = top.filter((name) => !SPLIT_NAMES.includes(name as SplitName))
    .map((name) => join(path, name));
  const missing = SPLIT_NAMES.filter((split) => !top.includes(split));
  if (missing.length > 0) {
    throw new DataError(
      `Cannot open folder "${path}": it has ${
        top.join(", ") || "nothing"
      }, expected train and test (train/CLASS/PICTURE, test/CLASS/PICTURE)`,
    );
  }
  const found: { split: SplitName; name: string; files: Listed[] }[] = [];
  for (const split of SPLIT_NAMES) {
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
    path,
    classes,
    files: { train: filesOf("train"), test: filesOf("test") },
    leftOut,
  };
}

type Listed = Omit<FolderFile, "label">;

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
