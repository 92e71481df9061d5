import { join } from "node:path";
import { type Loaded, readCache, type Wanted, writeCache } from "./_cache.ts";
import { DEFAULT_TIMEOUTS, type Fetch, type Timeouts } from "./_download.ts";
import { makeFolder, setAside, withLock } from "./_files.ts";
import { createRawReader, type RawFile } from "./_raw.ts";
import { canonicalise, splitDigest } from "./canonical.ts";
import { DECODERS } from "./decoders/decoders.ts";
import { DataError } from "./errors.ts";
import type { DataProgress } from "./progress.ts";
import type { RegistryEntry } from "./registry.ts";
import type { SplitName } from "./split.ts";

/** Both splits of a set. */
export type LoadedSet = Readonly<Record<SplitName, Loaded>>;

/** How {@link openEntry} goes about it. */
export interface OpenEntryOptions {
  readonly cacheDir: string;
  readonly dataDir?: string;
  readonly onProgress?: (progress: DataProgress) => void;
  readonly fetch?: Fetch;
  readonly timeouts?: Timeouts;
}

const SPLITS: readonly SplitName[] = ["train", "test"];

/**
 * Loads the splits of a registry entry from the cache, and builds from raw files
 * what is missing or corrupt there. Only building takes the lock or writes.
 */
export async function openEntry(
  name: string,
  entry: RegistryEntry,
  options: OpenEntryOptions,
): Promise<LoadedSet> {
  const setDir = join(options.cacheDir, name);
  const loaded: Partial<Record<SplitName, Loaded>> = {};
  for (const split of SPLITS) {
    const cached = await readCache(join(setDir, `${split}.bin`), {
      name,
      split,
      entry,
    });
    if (cached !== undefined && "split" in cached) loaded[split] = cached;
  }
  const { train, test } = loaded;
  if (train !== undefined && test !== undefined) return { train, test };

  const onProgress = options.onProgress ?? (() => {});
  const rawDir = join(setDir, "raw");
  await makeFolder(rawDir);
  const lockPath = join(setDir, "lock");
  return await withLock(lockPath, async () => {
    const notes: string[] = [];
    const read = createRawReader({
      entry,
      rawDir,
      dataDir: options.dataDir,
      fetch: options.fetch ?? fetch,
      timeouts: options.timeouts ?? DEFAULT_TIMEOUTS,
      onProgress,
      notes,
    });
    const openSplit = (split: SplitName) =>
      loadOrBuild({ name, split, entry, setDir, read, onProgress, notes });
    return {
      train: train ?? await openSplit("train"),
      test: test ?? await openSplit("test"),
    };
  }, () => onProgress({ action: "wait", file: lockPath, bytes: 0 }));
}

interface BuildOptions extends Wanted {
  readonly setDir: string;
  readonly read: (file: string) => Promise<RawFile>;
  readonly onProgress: (progress: DataProgress) => void;
  readonly notes: string[];
}

async function loadOrBuild(options: BuildOptions): Promise<Loaded> {
  const path = join(options.setDir, `${options.split}.bin`);
  // Another process may have built it while this one waited.
  const cached = await readCache(path, options);
  if (cached !== undefined) {
    if ("split" in cached) return cached;
    const aside = await setAside(path);
    options.onProgress({ action: "setAside", file: aside, bytes: 0 });
    options.notes.push(`${path} (now ${aside}): ${cached.reason}`);
  }
  const built = await build(options);
  await writeCache(path, options, built);
  return built;
}

async function build(options: BuildOptions): Promise<Loaded> {
  const { entry, split, read, onProgress } = options;
  const wanted = entry.splits[split];
  const raw: Record<string, RawFile> = {};
  for (const [role, file] of Object.entries(wanted.files)) {
    raw[role] = await read(file);
    const { place, bytes } = raw[role];
    onProgress({ action: "decode", file: place, bytes: bytes.length });
  }
  try {
    const decode = DECODERS[entry.format]!;
    const records = await decode(
      Object.fromEntries(
        Object.entries(raw).map(([role, { bytes }]) => [role, bytes]),
      ),
      { shape: entry.shape, classCount: entry.classes.length, split },
    );
    const canonical = canonicalise(records, {
      shape: entry.shape,
      classCount: entry.classes.length,
      margin: entry.margin,
    });
    const digest = splitDigest(canonical);
    checkUnpinned(options, raw, canonical.count);
    if (wanted.digest !== undefined && digest !== wanted.digest) {
      throw new SyntaxError(
        `the ${split} split's digest is ${digest}, expected ${wanted.digest}`,
      );
    }
    return { split: canonical, digest };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unusable(options, raw, error);
  }
}

/** What still can be checked while the registry has no digest of the split. */
function checkUnpinned(
  { split, entry }: Wanted,
  raw: Readonly<Record<string, RawFile>>,
  count: number,
): void {
  const wanted = entry.splits[split];
  if (wanted.count !== undefined && count !== wanted.count) {
    throw new SyntaxError(
      `the ${split} split has ${count} images, expected ${wanted.count}`,
    );
  }
  if (wanted.digest !== undefined) return;
  for (const [role, file] of Object.entries(wanted.files)) {
    if (raw[role]!.sha256 !== entry.files[file]!.sha256) {
      throw new SyntaxError(
        `without a digest of the ${split} split, only the official files are taken`,
      );
    }
  }
}

/**
 * A user's file may hold the records in another order than the official one, so
 * its SHA-256 decides nothing by itself; when the content is wrong it tells
 * which file to look at.
 */
function unusable(
  { name, split, entry }: Wanted,
  raw: Readonly<Record<string, RawFile>>,
  error: SyntaxError,
): DataError {
  const lines = Object.entries(entry.splits[split].files).flatMap(
    ([role, file]) => {
      const { place, sha256 } = raw[role]!;
      const expected = entry.files[file]!.sha256;
      return expected === undefined || sha256 === expected
        ? []
        : [`  ${place}: its SHA-256 is ${sha256}, expected ${expected}`];
    },
  );
  const fix = lines.length > 0
    ? "Replace these files, or leave their folder out to have them fetched"
    : "The files are the registry's own, so its entry and decoder disagree";
  return new DataError(
    [`Cannot use data set "${name}": ${error.message}`, ...lines, fix].join(
      "\n",
    ),
    { cause: error },
  );
}
