/**
 * The room "cache": a set's splits, decoded once. It builds them from raw files
 * (or a folder of pictures, open_folder.ts), puts the records in canonical order,
 * writes them whole or not at all, and checks every byte when it opens them again.
 *
 * @module
 */

import { join } from "node:path";
import { canonicalJson } from "../../random/mod.ts";
import { type Built, createBuilder } from "./_build.ts";
import { type Loaded, readCache, writeCache } from "./_split_file.ts";
import {
  DEFAULT_TIMEOUTS,
  type Fetch,
  type Timeouts,
} from "../fetch/download.ts";
import { withLock } from "../disk/lock.ts";
import { isFile, readIfExists } from "../disk/read.ts";
import { makeFolder, setAside, writeFileAtomic } from "../disk/write.ts";
import { ownKey } from "../fetch/own.ts";
import type { DataProgress } from "../progress.ts";
import { type RegistryEntry, resized } from "../registry.ts";
import type { SplitName } from "../split.ts";

/** Both splits of a set. */
export interface LoadedSet extends Readonly<Record<SplitName, Loaded>> {
  /**
   * Whether the content is the official one; undefined of a set that has none,
   * as a folder of pictures.
   */
  readonly isOfficial: boolean | undefined;
}

/** How {@link openEntry} goes about it. */
export interface OpenEntryOptions {
  readonly cacheDir: string;
  readonly dataDir?: string;
  /** Side of the images, of a set that can be had in any. */
  readonly size?: number | undefined;
  readonly onProgress?: (progress: DataProgress) => void;
  readonly fetch?: Fetch;
  readonly timeouts?: Timeouts;
}

const SPLITS: readonly SplitName[] = ["train", "test"];

/** Where a split is cached, and what is known of it. */
interface Place {
  readonly dir: string;
  /** Name in the header of the file. */
  readonly name: string;
  readonly entry: RegistryEntry;
}

/**
 * Loads the splits of a registry entry from the cache, and builds from raw files
 * what is missing or corrupt there. Only building takes the lock or writes.
 *
 * What the user's folder has goes first. If its content turns out not to be the
 * official one, it is cached apart, so that it can never be taken for it.
 */
export async function openEntry(
  name: string,
  entry: RegistryEntry,
  options: OpenEntryOptions,
): Promise<LoadedSet> {
  const { cacheDir, dataDir, size } = options;
  const sized = resized(entry, size);
  const setName = sized === entry ? name : `${name}-${size}`;
  const context: Context = {
    name,
    official: { dir: join(cacheDir, setName), name: setName, entry: sized },
    rawDir: join(cacheDir, name, "raw"),
    // One for all sizes and copies: they share the raw files.
    lockPath: join(cacheDir, name, "lock"),
    options,
    onProgress: options.onProgress ?? (() => {}),
  };
  const key = dataDir === undefined ? undefined : await ownKey(entry, dataDir);
  return key === undefined
    ? await openOfficial(context)
    : await openOwn(context, `${setName}-own-${key}`);
}

interface Context {
  readonly name: string;
  readonly official: Place;
  readonly rawDir: string;
  readonly lockPath: string;
  readonly options: OpenEntryOptions;
  readonly onProgress: (progress: DataProgress) => void;
}

async function openOfficial(context: Context): Promise<LoadedSet> {
  const { official } = context;
  const train = await readWhole(official, "train");
  const test = await readWhole(official, "test");
  if (train !== undefined && test !== undefined) {
    return { train, test, isOfficial: true };
  }
  return await building(context, async (build, notes) => {
    const open = (split: SplitName) =>
      loadOrBuild(context, official, { split, build, notes });
    return {
      train: train ?? await open("train"),
      test: test ?? await open("test"),
      isOfficial: true,
    };
  });
}

/** What was found out about a user's files when they were decoded. */
type OwnFacts = Readonly<
  Record<SplitName, { readonly digest: string; readonly isOfficial: boolean }>
>;

async function openOwn(context: Context, ownName: string): Promise<LoadedSet> {
  const { official, onProgress } = context;
  const dir = join(official.dir, "..", ownName);
  const factsPath = join(dir, "facts.json");
  const placeOf = (split: SplitName, facts: OwnFacts): Place => {
    if (facts[split].isOfficial) return official;
    const { entry } = official;
    const { count: _, ...wanted } = entry.splits[split];
    const { digest } = facts[split];
    return {
      dir,
      name: ownName,
      entry: {
        ...entry,
        splits: { ...entry.splits, [split]: { ...wanted, digest } },
      },
    };
  };
  const readOwn = async (): Promise<LoadedSet | undefined> => {
    const facts = parseFacts(await readIfExists(factsPath));
    if (facts === undefined) return undefined;
    const train = await readWhole(placeOf("train", facts), "train");
    const test = await readWhole(placeOf("test", facts), "test");
    if (train === undefined || test === undefined) return undefined;
    return {
      train,
      test,
      isOfficial: facts.train.isOfficial && facts.test.isOfficial,
    };
  };
  const known = await readOwn();
  if (known !== undefined) return known;
  await makeFolder(dir);
  return await building(context, async (build) => {
    // Another process may have built it while this one waited.
    const again = await readOwn();
    if (again !== undefined) return again;
    const built = { train: await build("train"), test: await build("test") };
    const factsOf = ({ digest, isOfficial }: Built) => ({ digest, isOfficial });
    const facts = { train: factsOf(built.train), test: factsOf(built.test) };
    for (const split of SPLITS) {
      await keepSplit(placeOf(split, facts), split, built[split], onProgress);
    }
    // Last, for what it vouches for must be there.
    await writeFileAtomic(
      factsPath,
      [new TextEncoder().encode(`${canonicalJson(facts)}\n`)],
      () => {},
    );
    return {
      ...built,
      isOfficial: built.train.isOfficial && built.test.isOfficial,
    };
  });
}

function parseFacts(bytes: Uint8Array | undefined): OwnFacts | undefined {
  if (bytes === undefined) return undefined;
  try {
    const facts = JSON.parse(new TextDecoder().decode(bytes));
    const isWhole = SPLITS.every((split) =>
      /^[0-9a-f]{64}$/.test(facts[split].digest) &&
      typeof facts[split].isOfficial === "boolean"
    );
    return isWhole ? facts : undefined;
  } catch {
    // As if it were not there: it is made anew from the user's files.
    return undefined;
  }
}

/** Runs a task that builds, alone among all processes. */
async function building<T>(
  { name, official, rawDir, lockPath, options, onProgress }: Context,
  task: (
    build: (split: SplitName) => Promise<Built>,
    notes: string[],
  ) => Promise<T>,
): Promise<T> {
  await makeFolder(rawDir);
  await makeFolder(official.dir);
  return await withLock(lockPath, () => {
    const notes: string[] = [];
    const build = createBuilder(name, {
      entry: official.entry,
      rawDir,
      dataDir: options.dataDir,
      fetch: options.fetch ?? fetch,
      timeouts: options.timeouts ?? DEFAULT_TIMEOUTS,
      onProgress,
      notes,
    });
    return task(build, notes);
  }, () => onProgress({ action: "wait", file: lockPath, bytes: 0 }));
}

/** A cached split that is as it should be. */
async function readWhole(
  { dir, name, entry }: Place,
  split: SplitName,
): Promise<Loaded | undefined> {
  const path = join(dir, `${split}.bin`);
  const cached = await readCache(path, { name, split, entry });
  return cached !== undefined && "split" in cached ? cached : undefined;
}

async function loadOrBuild(
  { onProgress }: Context,
  place: Place,
  { split, build, notes }: {
    readonly split: SplitName;
    readonly build: (split: SplitName) => Promise<Built>;
    readonly notes: string[];
  },
): Promise<Loaded> {
  const { dir, name, entry } = place;
  const path = join(dir, `${split}.bin`);
  // Another process may have built it while this one waited.
  const cached = await readCache(path, { name, split, entry });
  if (cached !== undefined) {
    if ("split" in cached) return cached;
    const aside = await setAside(path);
    onProgress({ action: "setAside", file: aside, bytes: 0 });
    notes.push(`${path} (now ${aside}): ${cached.reason}`);
  }
  const built = await build(split);
  await writeCache(path, { name, split, entry, onProgress }, built);
  return built;
}

/** Writes a split that was built from the user's files, if it is not there. */
async function keepSplit(
  place: Place,
  split: SplitName,
  built: Built,
  onProgress: (progress: DataProgress) => void,
): Promise<void> {
  const { dir, name, entry } = place;
  if (await readWhole(place, split) !== undefined) return;
  const path = join(dir, `${split}.bin`);
  if (await isFile(path)) {
    const aside = await setAside(path);
    onProgress({ action: "setAside", file: aside, bytes: 0 });
  }
  await writeCache(path, { name, split, entry, onProgress }, built);
}
