import { basename, join, resolve } from "node:path";
import { sha256Hex } from "../../random/mod.ts";
import { DECODERS } from "../decoders/decoders.ts";
import { fileFacts, isFile, listTree } from "../disk/read.ts";
import { DataError } from "../errors.ts";
import type { RegistryEntry } from "../registry.ts";
import { SPLIT_NAMES, type SplitName } from "../split.ts";
import { ownFolders, tellNothing } from "./_own_folders.ts";

/** What a user's folder has of a set. */
export interface OwnData {
  /** Where raw files lie, by name: all files of a split, in one folder, or none. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the archive lies. */
  readonly archive: string | undefined;
  /** The unpacked archive of pictures. */
  readonly pictures: OwnPictures | undefined;
  /**
   * A digest of the places, lengths and times of all this, so that what was
   * decoded from it once is known again.
   */
  readonly key: string;
}

/** Pictures of an unpacked archive. */
export interface OwnPictures {
  readonly folder: string;
  /** Sorted paths from the folder. */
  readonly files: readonly string[];
}

/** Where {@link findOwn} looks. */
export interface FindOwnOptions {
  /** The set's name in the registry. */
  readonly name: string;
  /** The user's folder. */
  readonly dataDir: string;
  /** Whether a folder that has nothing of the set is an error. */
  readonly isRequired: boolean;
}

/**
 * Finds what a user's folder has of a set. Files are taken as they are or as
 * .gz, archives packed or not (`.tar.gz`, `.tar`).
 *
 * @returns Undefined when the folder has nothing of the set, and need not.
 * @throws {DataError} If the folder has nothing of the set but must, or has some
 * files of a split and not all: they are not completed from elsewhere.
 */
export async function findOwn(
  entry: RegistryEntry,
  { name, dataDir, isRequired }: FindOwnOptions,
): Promise<OwnData | undefined> {
  const folders = await ownFolders(entry, { name, dataDir });
  const archive = await findOwnArchive(entry, folders);
  const files = new Map<string, string>();
  for (const split of SPLIT_NAMES) {
    const found = await findSplit(entry, split, folders);
    const { missing } = found;
    // An archive of theirs has the whole split.
    if (missing.length > 0 && found.places.size > 0 && archive === undefined) {
      throw new DataError(
        `Cannot use ${entry.title} in "${found.folder}": of the ${split} split it has ${
          [...found.places.keys()].join(", ")
        }, but not ${
          missing.join(", ")
        }; put the missing files there (each as it is or as .gz), for files of several origins are never put together`,
      );
    }
    if (missing.length > 0) continue;
    for (const [file, place] of found.places) files.set(file, place);
  }
  const pictures = await findOwnPictures(entry, folders);
  const places = [
    ...files.values(),
    ...archive === undefined ? [] : [archive],
    ...pictures === undefined
      ? []
      : pictures.files.map((file) => join(pictures.folder, file)),
  ];
  if (places.length > 0) {
    return { files, archive, pictures, key: await keyOf(places) };
  }
  if (!isRequired) return undefined;
  throw new DataError(await tellNothing(entry, { name, dataDir, folders }));
}

/** A split's files in one folder: all of them, else some, else none. */
async function findSplit(
  { splits }: RegistryEntry,
  split: SplitName,
  folders: readonly string[],
): Promise<FoundSplit> {
  const wanted = Object.values(splits[split].files);
  let best: FoundSplit = {
    folder: folders[0]!,
    places: new Map(),
    // Of a set that has no files but an archive, too.
    missing: wanted,
  };
  for (const folder of folders) {
    const places = new Map<string, string>();
    for (const file of wanted) {
      for (const name of [file, `${file}.gz`]) {
        if (places.has(file) || !await isFile(join(folder, name))) continue;
        places.set(file, join(folder, name));
      }
    }
    const missing = wanted.filter((file) => !places.has(file));
    if (missing.length === 0) return { folder, places, missing };
    if (best.places.size === 0) best = { folder, places, missing };
  }
  return best;
}

interface FoundSplit {
  readonly folder: string;
  /** Files that are there, by name. */
  readonly places: ReadonlyMap<string, string>;
  /** Names of the others. */
  readonly missing: readonly string[];
}

async function findOwnArchive(
  { archive }: RegistryEntry,
  folders: readonly string[],
): Promise<string | undefined> {
  if (archive === undefined) return undefined;
  for (const folder of folders) {
    for (const name of [archive.name, archive.name.replace(/\.gz$/, "")]) {
      const place = join(folder, name);
      if (await isFile(place)) return place;
    }
  }
}

async function findOwnPictures(
  { format, archive }: RegistryEntry,
  folders: readonly string[],
): Promise<OwnPictures | undefined> {
  if (DECODERS[format]!.reads !== "pictures") return undefined;
  for (const folder of folders) {
    if (basename(resolve(folder)) !== archive?.folder) continue;
    const files = await listTree(folder);
    if (files.length > 0) return { folder, files };
  }
}

async function keyOf(places: readonly string[]): Promise<string> {
  const found: (readonly [string, number, number])[] = [];
  for (const place of places) {
    const facts = await fileFacts(place);
    if (facts === undefined) continue;
    found.push([resolve(place), facts.bytes, facts.modifiedMs]);
  }
  return sha256Hex(new TextEncoder().encode(JSON.stringify(found)))
    .slice(0, 16);
}
