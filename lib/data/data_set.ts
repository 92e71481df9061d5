import type { Shape } from "../network/mod.ts";
import type { Fetch } from "./_download.ts";
import { openEntry } from "./_open.ts";
import { OPENED } from "./_opened.ts";
import type { DataProgress } from "./progress.ts";
import { loadRegistry } from "./registry.ts";
import type { Split, SplitName } from "./split.ts";

/** Where {@link openDataSet} looks and writes. */
export interface OpenOptions {
  /** Folder of the cache; made when missing, only written to when building. */
  readonly cacheDir: string;
  /**
   * Folder with the user's own raw files (or their .gz), tried first. Their
   * records may be in any order.
   */
  readonly dataDir?: string;
  /** Hears of every step that takes time. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch;
}

/** An open data set. Search and training see its train split only. */
export interface DataSetHandle {
  /** Name in the registry. */
  readonly name: string;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Shape of one image. */
  readonly shape: Shape;
  /** Mean of each channel over the train split, of pixels scaled to 0 … 1. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, likewise. */
  readonly std: readonly number[];
  /** SHA-256 of each split's canonical form; they identify the set in records. */
  readonly digest: Readonly<Record<SplitName, string>>;
  /** The official train split. Every call gives the same object. */
  loadTrain(): Promise<Split>;
}

/**
 * Opens a data set: from the cache when it is there and whole, else from the
 * user's folder, earlier downloads or the registry's sources, in this order. All
 * bytes are checked against SHA-256 digests on every call. What is found corrupt
 * in the cache is renamed to `*.corrupt-N` and made anew. Processes that open
 * the same set at once wait for each other; a process that is killed leaves the
 * cache usable.
 *
 * @param name One of {@link dataSetNames}.
 * @param options Folders, progress and network.
 * @returns The set, in memory.
 * @throws {RangeError} If the registry has no such name.
 * @throws {DataError} If the set cannot be had, or the cache cannot be written.
 */
export async function openDataSet(
  name: string,
  options: OpenOptions,
): Promise<DataSetHandle> {
  const registry = loadRegistry();
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined) {
    throw new RangeError(
      `Cannot open a data set: name is "${name}", expected one of ${
        Object.keys(registry).sort().join(", ")
      }`,
    );
  }
  const loaded = await openEntry(name, entry, options);
  const handle: DataSetHandle = Object.freeze({
    name,
    classes: entry.classes,
    shape: entry.shape,
    mean: entry.mean,
    std: entry.std,
    digest: { train: loaded.train.digest, test: loaded.test.digest },
    loadTrain: () => Promise.resolve(loaded.train.split),
  });
  OPENED.set(handle, loaded);
  return handle;
}
