import type { Shape } from "../network/mod.ts";
import type { Fetch } from "./fetch/download.ts";
import { type LoadedSet, openEntry } from "./cache/open_entry.ts";
import { openImageFolder } from "./cache/open_folder.ts";
import { DataError } from "./errors.ts";
import { folderPath, isFolderName } from "./folder_name.ts";
import { OPENED } from "./_opened.ts";
import type { DataProgress } from "./progress.ts";
import { loadRegistry, resized } from "./registry.ts";
import type { Split, SplitName } from "./split.ts";

/** Where {@link openDataSet} looks and writes. */
export interface OpenOptions {
  /** Folder of the cache; made when missing, only written to when building. */
  readonly cacheDir: string;
  /**
   * Folder with the user's own raw files (or their .gz, or archive), tried
   * first: in a folder named like the set in it, in itself, and in raw/ of either.
   * Their
   * records may be in any order; their content may be another than the official
   * one, which {@link DataSetHandle.isOfficial} then tells. A split of which it
   * has some files only is an error; one of which it has none comes from the
   * usual places.
   */
  readonly dataDir?: string;
  /**
   * Whether a `dataDir` that has nothing of the set is an error, default true.
   * With false the set then comes from the usual places: for a folder that was
   * named for several sets at once.
   */
  readonly requireOwn?: boolean | undefined;
  /**
   * Side that pictures are brought to: shorter side scaled, middle cut out. Left
   * out, those of a folder must all have one size, and a resizable set has its
   * usual one.
   */
  readonly size?: number | undefined;
  /** Whether broken pictures of a folder are left out instead of refused. */
  readonly skipBroken?: boolean | undefined;
  /** Hears of every step that takes time. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Replaces the global `fetch`. */
  readonly fetch?: Fetch;
}

/** An open data set. Search and training see its train split only. */
export interface DataSetHandle {
  /** Name in the registry, or folder:PATH as given. */
  readonly name: string;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Shape of one image. */
  readonly shape: Shape;
  /**
   * Mean that is taken off each channel of pixels scaled to 0 … 1: the registry's,
   * also for other content in the user's files; of a folder, its train split's.
   */
  readonly mean: readonly number[];
  /** Standard deviation that each channel is divided by, likewise. */
  readonly std: readonly number[];
  /** Set where mean and std are other ones than the set's own. */
  readonly isRenormalised?: true;
  /** SHA-256 of each split's canonical form; they identify the set in records. */
  readonly digest: Readonly<Record<SplitName, string>>;
  /** Number of images in each split. */
  readonly count: Readonly<Record<SplitName, number>>;
  /**
   * Whether the content is the official one; undefined of a folder of pictures,
   * which has none.
   */
  readonly isOfficial: boolean | undefined;
  /** The official train split. Every call gives the same object. */
  loadTrain(): Promise<Split>;
}

/**
 * Opens a data set: from the user's folder if that has it (decoded once, and
 * cached), else from the cache when it is there and whole, else from earlier
 * downloads or the registry's sources, in this order. All bytes are checked against SHA-256 digests on every call. What is found corrupt
 * in the cache is renamed to `*.corrupt-N` and made anew. Processes that open
 * the same set at once wait for each other; a process that is killed leaves the
 * cache usable.
 *
 * @param name One of {@link dataSetNames}, or `folder:PATH` for pictures laid out
 * as train/CLASS/PICTURE and test/CLASS/PICTURE.
 * @param options Folders, progress and network.
 * @returns The set, in memory.
 * @throws {RangeError} If the registry has no such name, or the size is not a
 * whole number >= 1 or given for a set that has one size alone.
 * @throws {DataError} If the set cannot be had, `dataDir` has nothing of it (see
 * `requireOwn`), another set under its files' names or a part of a split, a split or a class is empty, or the cache
 * cannot be written.
 */
export async function openDataSet(
  name: string,
  options: OpenOptions,
): Promise<DataSetHandle> {
  if (isFolderName(name)) {
    checkSize(name, options.size);
    const { facts, loaded } = await openImageFolder(
      folderPath(name),
      options,
    );
    return makeHandle(name, facts, loaded);
  }
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
  const other = loaded.isOfficial ? undefined : setOf(loaded);
  if (other !== undefined && other !== name) {
    throw new DataError(
      `Cannot open ${entry.title}: what is in "${options.dataDir}" are the images of ${
        registry[other]!.title
      }, whose files have the same names; put those of ${entry.title} into a folder "${name}" in it, or name another with --data`,
    );
  }
  return makeHandle(name, resized(entry, options.size), loaded);
}

/** Which official set has one of these splits, by name. */
function setOf(loaded: LoadedSet): string | undefined {
  const { train, test } = loaded;
  return Object.entries(loadRegistry()).find(([, { splits }]) =>
    splits.train.digest === train.digest || splits.test.digest === test.digest
  )?.[0];
}

/**
 * The same set, its images prepared by another mean and deviation: as a network
 * wants them that was trained elsewhere.
 *
 * @param dataSet An open set.
 * @param preparation One number for each channel, of pixels scaled to 0 … 1.
 * @throws {RangeError} If there is not one for each, or a deviation is not above 0.
 */
export function renormalised(
  dataSet: DataSetHandle,
  { mean, std }: Pick<DataSetHandle, "mean" | "std">,
): DataSetHandle {
  const [channels] = dataSet.shape;
  const isSound = mean.length === channels && std.length === channels &&
    mean.every(Number.isFinite) &&
    std.every((value) => value > 0 && Number.isFinite(value));
  if (!isSound) {
    throw new RangeError(
      `Cannot prepare images by mean [${mean}] and deviation [${std}], expected ${channels} of each, deviations above 0`,
    );
  }
  const handle: DataSetHandle = Object.freeze({
    ...dataSet,
    mean: [...mean],
    std: [...std],
    isRenormalised: true,
  });
  OPENED.set(handle, OPENED.get(dataSet)!);
  return handle;
}

function makeHandle(
  name: string,
  facts: Pick<DataSetHandle, "classes" | "shape" | "mean" | "std">,
  loaded: LoadedSet,
): DataSetHandle {
  const handle: DataSetHandle = Object.freeze({
    name,
    classes: facts.classes,
    shape: facts.shape,
    mean: facts.mean,
    std: facts.std,
    digest: { train: loaded.train.digest, test: loaded.test.digest },
    count: { train: loaded.train.split.count, test: loaded.test.split.count },
    isOfficial: loaded.isOfficial,
    loadTrain: () => Promise.resolve(loaded.train.split),
  });
  OPENED.set(handle, loaded);
  return handle;
}

function checkSize(name: string, size: number | undefined): void {
  if (size === undefined || Number.isSafeInteger(size) && size >= 1) return;
  throw new RangeError(
    `Cannot open data set "${name}": size is ${size}, expected a whole number >= 1`,
  );
}
