/**
 * The room "fetch": a set's raw files, from the user's folder (own.ts), from
 * earlier downloads or from the registry's sources (downloads that go on where
 * they were cut, npm packages, installed folders), unpacked and checked. What is
 * in the files it leaves to the room "decoders"; what becomes of them, to "cache".
 *
 * @module
 */

import { join } from "node:path";
import { sha256Hex } from "../../random/mod.ts";
import { readIfExists } from "../disk/read.ts";
import { DataError } from "../errors.ts";
import { gunzip } from "./_gunzip.ts";
import { createMemberReader } from "./_archive_members.ts";
import { createFileReader } from "./_official_files.ts";
import {
  MAX_OWN_BYTES,
  type RawFile,
  type RawOptions,
  reason,
} from "./_raw_file.ts";

export type { RawFile, RawOptions } from "./_raw_file.ts";

/**
 * Makes a reader of an entry's raw files. Those that the user's folder has are
 * read there, whatever their digest; the others from the user's archive, among
 * earlier downloads, or from the sources, with the registry's digest.
 *
 * @throws {DataError} (from the reader) If no place has the file.
 */
export function createRawReader(
  options: RawOptions,
): (file: string) => Promise<RawFile> {
  const { entry, own, dataDir, notes } = options;
  const read = entry.archive === undefined
    ? createFileReader(options)
    : createMemberReader(options, entry.archive);
  return async (file) => {
    const place = own?.files.get(file);
    if (place !== undefined) return await readOwn(place);
    if (dataDir !== undefined && own?.archive === undefined) {
      notes.push(`${join(dataDir, file)}: there is no such file`);
    }
    return await read(file);
  };
}

async function readOwn(place: string): Promise<RawFile> {
  const stored = await readIfExists(place);
  if (stored === undefined) {
    throw new DataError(`Cannot read "${place}": it is gone; start again`);
  }
  const bytes = place.endsWith(".gz") ? await unpackOwn(stored, place) : stored;
  return { bytes, place, sha256: sha256Hex(bytes), isOwn: true };
}

async function unpackOwn(
  stored: Uint8Array<ArrayBuffer>,
  place: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await gunzip(stored, MAX_OWN_BYTES);
  } catch (error) {
    throw new DataError(
      `Cannot unpack "${place}": ${reason(error)}; replace the file`,
      { cause: error },
    );
  }
}
