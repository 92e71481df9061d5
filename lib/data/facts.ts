import { basename } from "node:path";
import type { Shape } from "../network/mod.ts";
import type { DataSetHandle } from "./data_set.ts";
import { folderPath, isFolderName } from "./folder_name.ts";
import { loadRegistry, type RegistryEntry, resized } from "./registry.ts";
import type { SplitName } from "./split.ts";

/** What is known of a data set. */
export interface DataSetFacts {
  /** Name for people. */
  readonly title: string;
  /** Shape of one image. */
  readonly shape: Shape;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Images of the train split, where it is known. */
  readonly trainCount: number | undefined;
  /** Images of the test split, where it is known. */
  readonly testCount: number | undefined;
  /** SHA-256 of each split's canonical form, where they are known. */
  readonly digest: Readonly<Record<SplitName, string | undefined>>;
  /** Its licence, for people; that of a user's pictures is theirs to know. */
  readonly licence: string | undefined;
  /** Size of the raw files together, in bytes; undefined of a user's pictures. */
  readonly rawBytes: number | undefined;
  /** Whether the images can be had at any size. */
  readonly isResizable: boolean;
}

/** A data set's name for people. */
export function dataSetTitle(name: string): string {
  return isFolderName(name)
    ? `the pictures "${basename(folderPath(name))}"`
    : entryOf(name).title;
}

/** What the registry knows of a data set. */
export interface RegisteredFacts extends DataSetFacts {
  /** Its licence, for people. */
  readonly licence: string;
  /** Size of the raw files together, in bytes. */
  readonly rawBytes: number;
  /**
   * Mean that is taken off each channel of pixels scaled to 0 … 1: that of the
   * official train split, or what the paper's code has for it (SVHN, Caltech-256).
   */
  readonly mean: readonly number[];
  /** Standard deviation that each channel is divided by, likewise. */
  readonly std: readonly number[];
}

/**
 * Looks a data set of the registry up; nothing is fetched or written.
 *
 * @param name One of {@link dataSetNames}.
 * @param size Side of its images, where it can be had at any.
 * @throws {RangeError} If the registry has no such name, or the size is none.
 */
export function dataSetFacts(name: string, size?: number): RegisteredFacts {
  const entry = resized(entryOf(name), size);
  const { title, licence, shape, classes, splits, files, archive } = entry;
  return {
    title,
    licence,
    shape,
    classes,
    trainCount: splits.train.count,
    testCount: splits.test.count,
    digest: { train: splits.train.digest, test: splits.test.digest },
    rawBytes: archive?.aboutBytes ??
      Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
    isResizable: entry.resizable ?? false,
    mean: entry.mean,
    std: entry.std,
  };
}

/** What is known of a data set once it is open: all there is to know. */
export function openFacts(
  { name, shape, classes, count, digest }: DataSetHandle,
): DataSetFacts {
  const registered = isFolderName(name) ? undefined : dataSetFacts(name);
  return {
    title: dataSetTitle(name),
    shape,
    classes,
    trainCount: count.train,
    testCount: count.test,
    digest,
    licence: registered?.licence,
    rawBytes: registered?.rawBytes,
    isResizable: registered?.isResizable ?? true,
  };
}

function entryOf(name: string): RegistryEntry {
  const registry = loadRegistry();
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry !== undefined) return entry;
  throw new RangeError(
    `Cannot look up a data set: name is "${name}", expected one of ${
      Object.keys(registry).sort().join(", ")
    }`,
  );
}
