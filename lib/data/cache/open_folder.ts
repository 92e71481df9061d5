import { join, resolve } from "node:path";
import { sha256Hex } from "../../random/mod.ts";
import {
  factsOf,
  factsText,
  type FolderFacts,
  parseFacts,
} from "./_folder_facts.ts";
import { type Loaded, readCache, writeCache } from "./_split_file.ts";
import { withLock } from "../disk/lock.ts";
import { isFile, readIfExists } from "../disk/read.ts";
import { makeFolder, setAside, writeFileAtomic } from "../disk/write.ts";
import type { LoadedSet } from "./open_entry.ts";
import { canonicalise, splitDigest } from "./canonical.ts";
import {
  type FolderListing,
  listImageFolder,
} from "../decoders/folder_listing.ts";
import { decodeImageFolder } from "../decoders/image_folder.ts";
import type { DataProgress } from "../progress.ts";
import type { RegistryEntry } from "../registry.ts";
import type { SplitName } from "../split.ts";

/** Changes when the same pictures become other pixels, or are refused. */
const DECODING = 3;

/** How {@link openImageFolder} goes about it. */
export interface OpenFolderOptions {
  readonly cacheDir: string;
  readonly size?: number | undefined;
  readonly skipBroken?: boolean | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
}

/** A folder's splits, and the facts that a registry gives of other sets. */
export interface OpenedFolder {
  readonly facts: FolderFacts;
  readonly loaded: LoadedSet;
}

/**
 * Opens a folder of pictures, decoded once: the cache is kept under a name made
 * of the folder's path, the options, and every picture's name, length and time.
 *
 * @throws {DataError} If the folder cannot be used, or the cache not written.
 */
export async function openImageFolder(
  path: string,
  options: OpenFolderOptions,
): Promise<OpenedFolder> {
  const onProgress = options.onProgress ?? (() => {});
  const listing = await listImageFolder(path);
  for (const file of listing.leftOut) {
    onProgress({ action: "leaveOut", file, bytes: 0 });
  }
  const name = `folder-${cacheKey(path, listing, options)}`;
  const setDir = join(options.cacheDir, name);
  const { classes } = listing;
  const cached = await readFolderCache({ name, setDir, classes });
  if (cached !== undefined) return cached;
  await makeFolder(setDir);
  const lockPath = join(setDir, "lock");
  return await withLock(lockPath, async () => {
    // Another process may have built it while this one waited.
    const again = await readFolderCache({ name, setDir, classes });
    if (again !== undefined) return again;
    for (const file of ["train.bin", "test.bin", "facts.json"]) {
      const old = join(setDir, file);
      if (!await isFile(old)) continue;
      const aside = await setAside(old);
      onProgress({ action: "setAside", file: aside, bytes: 0 });
    }
    const built = await build(path, { listing, options, onProgress });
    for (const split of ["train", "test"] as const) {
      await writeCache(
        join(setDir, `${split}.bin`),
        { name, split, entry: built.facts as RegistryEntry, onProgress },
        built.loaded[split],
      );
    }
    // Last, for what it vouches for must be there.
    await writeFileAtomic(
      join(setDir, "facts.json"),
      [new TextEncoder().encode(factsText(built.facts))],
      () => {},
    );
    return built;
  }, {
    onWait: (holder) =>
      onProgress({ action: "wait", file: lockPath, bytes: 0, holder }),
  });
}

function cacheKey(
  path: string,
  { files }: FolderListing,
  { size, skipBroken = false }: OpenFolderOptions,
): string {
  const manifest = [...files.train, ...files.test].map((file) => [
    file.place,
    file.bytes,
    file.modifiedMs,
  ]);
  return sha256Hex(new TextEncoder().encode(JSON.stringify([
    DECODING,
    resolve(path),
    size ?? null,
    skipBroken,
    manifest,
  ]))).slice(0, 16);
}

async function build(
  path: string,
  { listing, options, onProgress }: {
    readonly listing: FolderListing;
    readonly options: OpenFolderOptions;
    readonly onProgress: (progress: DataProgress) => void;
  },
): Promise<OpenedFolder> {
  const { train, test } = listing.files;
  const totalBytes = [...train, ...test].reduce((sum, f) => sum + f.bytes, 0);
  let done = 0;
  const { shape, records, broken } = await decodeImageFolder(listing, {
    size: options.size,
    skipBroken: options.skipBroken,
    onPicture: (_, bytes) => {
      done += bytes;
      onProgress({ action: "decode", file: path, bytes: done, totalBytes });
    },
  });
  for (const file of broken) {
    onProgress({ action: "leaveOut", file, bytes: 0 });
  }
  const load = (split: SplitName): Loaded => {
    const canonical = canonicalise(records[split], {
      shape,
      classCount: listing.classes.length,
    });
    return { split: canonical, digest: splitDigest(canonical) };
  };
  const loaded = { train: load("train"), test: load("test") };
  return {
    loaded: { ...loaded, isOfficial: undefined },
    facts: factsOf(loaded, { shape, classes: listing.classes }),
  };
}

/** The cached set, or undefined when any part of it is missing or corrupt. */
async function readFolderCache(
  { name, setDir, classes }: {
    readonly name: string;
    readonly setDir: string;
    /** As the pictures' folders are named. */
    readonly classes: readonly string[];
  },
): Promise<OpenedFolder | undefined> {
  const bytes = await readIfExists(join(setDir, "facts.json"));
  const stored = bytes === undefined ? undefined : parseFacts(bytes);
  if (stored === undefined) return undefined;
  const { facts, hasDigest } = stored;
  const read = (split: SplitName) =>
    readCache(join(setDir, `${split}.bin`), {
      name,
      split,
      entry: facts as RegistryEntry,
    });
  const train = await read("train");
  const test = await read("test");
  if (train === undefined || !("split" in train)) return undefined;
  if (test === undefined || !("split" in test)) return undefined;
  // Earlier caches bear no digest of their facts: what they must be is computed.
  const { shape } = facts;
  const isBorneOut = hasDigest ||
    factsText(facts) ===
      factsText(factsOf({ train, test }, { shape, classes }));
  if (!isBorneOut) return undefined;
  return { facts, loaded: { train, test, isOfficial: undefined } };
}
