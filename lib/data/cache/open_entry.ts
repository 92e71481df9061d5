/**
 * The room "cache": a set's splits, decoded once. It builds them from raw files
 * (or a folder of pictures, open_folder.ts), puts the records in canonical order,
 * writes them whole or not at all, and checks every byte when it opens them again.
 *
 * @module
 */

import { join } from "node:path";
import { setAside } from "../disk/write.ts";
import { DataError } from "../errors.ts";
import { findOwn } from "../fetch/own.ts";
import { type RegistryEntry, resized } from "../registry.ts";
import { SPLIT_NAMES, type SplitName } from "../split.ts";
import type { Built } from "./_build.ts";
import {
  building,
  type Context,
  type LoadedSet,
  type OpenEntryOptions,
  type Place,
  readWhole,
} from "./_context.ts";
import { openOwn } from "./_open_own.ts";
import { type Loaded, readCache, writeCache } from "./_split_file.ts";

export type { LoadedSet, OpenEntryOptions } from "./_context.ts";

/**
 * Loads the splits of a registry entry from the cache, and builds from raw files
 * what is missing or corrupt there. Only building takes the lock or writes.
 *
 * What the user's folder has goes first. If its content turns out not to be the
 * official one, it is cached apart, so that it can never be taken for it.
 *
 * @throws {DataError} If the set cannot be had or the cache not written, if the
 * user's folder lacks the set or a part of a split, or a split is empty.
 */
export async function openEntry(
  name: string,
  entry: RegistryEntry,
  options: OpenEntryOptions,
): Promise<LoadedSet> {
  const { cacheDir, dataDir, requireOwn = true, size } = options;
  const sized = resized(entry, size);
  const setName = sized === entry ? name : `${name}-${size}`;
  const context: Context = {
    name,
    official: { dir: join(cacheDir, setName), name: setName, entry: sized },
    rawDir: join(cacheDir, name, "raw"),
    own: dataDir === undefined
      ? undefined
      : await findOwn(entry, { name, dataDir, isRequired: requireOwn }),
    // One for all sizes and copies: they share the raw files.
    lockPath: join(cacheDir, name, "lock"),
    options,
    onProgress: options.onProgress ?? (() => {}),
  };
  const { own } = context;
  if (own === undefined) return await openOfficial(context);
  const loaded = await openOwn(context, `${setName}-own-${own.key}`);
  for (const split of SPLIT_NAMES) {
    if (loaded[split].split.count > 0) continue;
    throw new DataError(
      `Cannot use data set "${name}" in "${dataDir}": the ${split} split has 0 images, expected at least 1`,
    );
  }
  return loaded;
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
