import { basename, join, resolve } from "node:path";
import { sha256Hex } from "../../random/mod.ts";
import { fileFacts, listTree } from "../disk/read.ts";
import { DECODERS } from "../decoders/decoders.ts";
import type { RegistryEntry } from "../registry.ts";

/** Places in a user's folder where a raw file may be, the first one first. */
export function ownPlaces(
  { archive }: RegistryEntry,
  dataDir: string,
  file: string,
): readonly string[] {
  // As it is, or where the archive would have put it.
  const folders = [
    dataDir,
    ...archive === undefined ? [] : [join(dataDir, archive.folder)],
  ];
  return folders.flatMap((folder) => [
    join(folder, file),
    join(folder, `${file}.gz`),
  ]);
}

/** The unpacked archive of pictures: in a user's folder, or the folder itself. */
export async function ownPictures(
  { format, archive }: RegistryEntry,
  dataDir: string,
): Promise<
  | { readonly folder: string; readonly files: readonly string[] }
  | undefined
> {
  if (DECODERS[format]!.reads !== "pictures" || archive === undefined) return;
  const folder = basename(resolve(dataDir)) === archive.folder
    ? dataDir
    : join(dataDir, archive.folder);
  const files = await listTree(folder);
  return files.length === 0 ? undefined : { folder, files };
}

/**
 * Names what a user's folder has of a set: a digest of the places, lengths and
 * times of all its files, so that what was decoded from them once is known again.
 *
 * @returns Undefined when the folder has nothing of the set.
 */
export async function ownKey(
  entry: RegistryEntry,
  dataDir: string,
): Promise<string | undefined> {
  const pictures = await ownPictures(entry, dataDir);
  const places = [
    ...Object.keys(entry.files).flatMap((file) =>
      ownPlaces(entry, dataDir, file)
    ),
    ...entry.archive === undefined ? [] : [join(dataDir, entry.archive.name)],
    ...pictures === undefined
      ? []
      : pictures.files.map((file) => join(pictures.folder, file)),
  ];
  const found: (readonly [string, number, number])[] = [];
  for (const place of places) {
    const facts = await fileFacts(place);
    if (facts === undefined) continue;
    found.push([resolve(place), facts.bytes, facts.modifiedMs]);
  }
  return found.length === 0
    ? undefined
    : sha256Hex(new TextEncoder().encode(JSON.stringify(found))).slice(0, 16);
}
