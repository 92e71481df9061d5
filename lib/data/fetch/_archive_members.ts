import { join } from "node:path";
import { sha256Hex } from "../../random/mod.ts";
import { isFile } from "../disk/read.ts";
import { setAside } from "../disk/write.ts";
import { DataError } from "../errors.ts";
import type { RegistryEntry } from "../registry.ts";
import { begunFirst, tellBegun } from "./_begun.ts";
import { discardPart } from "./_part.ts";
import {
  MAX_OWN_BYTES,
  type RawFile,
  type RawOptions,
  reason,
} from "./_raw_file.ts";
import { fetchArchive, placeOf } from "./_sources.ts";
import { md5Of, type Members, readMembers } from "./archive.ts";

/**
 * Makes a reader of raw files that come in one archive: the user's, else the
 * official one. It is unpacked once.
 *
 * @throws {DataError} (from the reader) If no place has the archive, or it is
 * damaged or lacks the file.
 */
export function createMemberReader(
  options: RawOptions,
  archive: NonNullable<RegistryEntry["archive"]>,
): (file: string) => Promise<RawFile> {
  const { entry, onProgress } = options;
  let unpacked:
    | Promise<{ place: string; isOwn: boolean; members: Members }>
    | undefined;
  async function unpack() {
    const { place, isOwn } = await findArchive(options);
    onProgress({ action: "decode", file: place, bytes: 0 });
    const wanted = new Map(
      Object.entries(entry.files).map(([file, { bytes }]) => [
        `${archive.folder}/${file}`,
        isOwn ? MAX_OWN_BYTES : bytes,
      ]),
    );
    try {
      return { place, isOwn, members: await readMembers(place, wanted) };
    } catch (error) {
      throw new DataError(
        `Cannot unpack "${place}": ${reason(error)}; replace the file`,
        { cause: error },
      );
    }
  }
  return async (file) => {
    const { place, isOwn, members } = await (unpacked ??= unpack());
    const name = `${archive.folder}/${file}`;
    const bytes = members.get(name);
    if (bytes === undefined) {
      throw new DataError(
        `Cannot unpack "${place}": it lacks "${name}"; replace the file`,
      );
    }
    return {
      bytes,
      place: `${place}/${name}`,
      sha256: sha256Hex(bytes),
      isOwn,
    };
  };
}

/** An archive, and whether it is the user's. */
export interface FoundArchive {
  readonly place: string;
  readonly isOwn: boolean;
}

/**
 * The user's archive, whatever its digest; else a download or a source with the
 * right one. The entry must have an archive.
 *
 * @throws {DataError} If no place has it.
 */
export async function findArchive(options: RawOptions): Promise<FoundArchive> {
  const { entry, own, rawDir, notes, onProgress } = options;
  const { name, md5, maxBytes } = entry.archive!;
  if (own?.archive !== undefined) return { place: own.archive, isOwn: true };
  const kept = join(rawDir, name);
  if (await isFile(kept)) {
    const found = await md5Of(kept);
    if (found === md5) {
      await discardPart(kept);
      return { place: kept, isOwn: false };
    }
    const aside = await setAside(kept);
    onProgress({ action: "setAside", file: aside, bytes: 0 });
    notes.push(`${kept} (now ${aside}): its MD5 is ${found}, expected ${md5}`);
  }
  const pathOf = () => kept;
  for (
    const source of await begunFirst(entry.sources, { file: name, pathOf })
  ) {
    const place = placeOf(source, name);
    try {
      if (!("url" in source)) throw new Error("an archive has an address only");
      await fetchArchive(place, { ...options, md5, maxBytes, path: kept });
      return { place: kept, isOwn: false };
    } catch (error) {
      // The disk's fault, not the source's.
      if (error instanceof DataError) throw error;
      notes.push(`${place}: ${reason(error)}`);
    }
  }
  throw new DataError(
    [
      `Cannot find "${name}" of ${entry.title}:`,
      ...notes.map((note) => `  ${note}`),
      ...await tellBegun([kept]),
      `Put the archive into "${rawDir}" by hand (MD5 ${md5}), or name a folder that has it, packed or unpacked, with --data`,
    ].join("\n"),
  );
}
