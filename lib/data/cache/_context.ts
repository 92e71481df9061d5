import { join } from "node:path";
import { withLock } from "../disk/lock.ts";
import { makeFolder } from "../disk/write.ts";
import {
  DEFAULT_TIMEOUTS,
  type Fetch,
  type Timeouts,
} from "../fetch/download.ts";
import type { OwnData } from "../fetch/own.ts";
import type { DataProgress } from "../progress.ts";
import type { RegistryEntry } from "../registry.ts";
import type { SplitName } from "../split.ts";
import { type Built, createBuilder } from "./_build.ts";
import { type Loaded, readCache } from "./_split_file.ts";

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
  /** Folder with the user's own raw files. */
  readonly dataDir?: string;
  /**
   * Whether a `dataDir` that has nothing of the set is an error, default true;
   * else it is passed over.
   */
  readonly requireOwn?: boolean | undefined;
  /** Side of the images, of a set that can be had in any. */
  readonly size?: number | undefined;
  readonly onProgress?: (progress: DataProgress) => void;
  readonly fetch?: Fetch;
  readonly timeouts?: Timeouts;
}

/** Where a split is cached, and what is known of it. */
export interface Place {
  readonly dir: string;
  /** Name in the header of the file. */
  readonly name: string;
  readonly entry: RegistryEntry;
}

/** What opening a set has to do with, from the first look to the last write. */
export interface Context {
  readonly name: string;
  readonly official: Place;
  readonly rawDir: string;
  readonly own: OwnData | undefined;
  readonly lockPath: string;
  readonly options: OpenEntryOptions;
  readonly onProgress: (progress: DataProgress) => void;
}

/** Runs a task that builds, alone among all processes. */
export async function building<T>(
  { name, official, rawDir, own, lockPath, options, onProgress }: Context,
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
      own,
      fetch: options.fetch ?? fetch,
      timeouts: options.timeouts ?? DEFAULT_TIMEOUTS,
      onProgress,
      notes,
    });
    return task(build, notes);
  }, {
    onWait: (holder) =>
      onProgress({ action: "wait", file: lockPath, bytes: 0, holder }),
  });
}

/** A cached split that is as it should be. */
export async function readWhole(
  { dir, name, entry }: Place,
  split: SplitName,
): Promise<Loaded | undefined> {
  const path = join(dir, `${split}.bin`);
  const cached = await readCache(path, { name, split, entry });
  return cached !== undefined && "split" in cached ? cached : undefined;
}
