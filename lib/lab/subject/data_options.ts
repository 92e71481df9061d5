/**
 * Which data set an experiment is about: the options that say so, and what is
 * known of the set before and after it is opened.
 *
 * @module
 */

import { z } from "zod";
import { optionKinds, UsageError } from "../../cli/mod.ts";
import {
  type DataSetFacts,
  dataSetFacts,
  type DataSetHandle,
  dataSetNames,
  isFolderName,
  openFacts,
  placelessName,
} from "../../data/mod.ts";
import { dataCache } from "../project.ts";
import { openData } from "./open_data.ts";
import { MOST } from "../options/numbers.ts";

/** The options, for the schema of a command. */
export const dataOptions = {
  dataset: z.union([
    z.enum(dataSetNames()),
    optionKinds.path.regex(/^folder:./).meta({ title: "folder:PATH" }),
  ]).default("mnist").describe(
    "Data set; folder:PATH is a folder train/CLASS/PICTURE, test/CLASS/PICTURE",
  ),
  // Without defaults, so that records from before them keep their digests.
  size: z.int().min(1).max(MOST.side).optional().describe(
    "Side that the pictures of caltech256 (default 224) or of folder:PATH (default: they must have one size) are brought to",
  ),
  skipBroken: z.boolean().optional().describe(
    "Leave broken pictures of folder:PATH out instead of refusing it",
  ),
};

/** Values of {@link dataOptions}. */
export interface DataOptions {
  /** Name of the set, or folder:PATH. */
  readonly dataset: string;
  /** Side of its pictures. */
  readonly size?: number | undefined;
  /** Whether broken pictures are left out. */
  readonly skipBroken?: boolean | undefined;
}

/** Sets that are open, by what says which and where from. */
export type OpenedSets = Map<string, Promise<DataSetHandle>>;

/** Where data are: the user's folder of raw files, and sets that are open. */
export interface OwnFiles {
  /** The folder. */
  readonly data?: string;
  /** Whoever brings the same map has the same images in memory once. */
  readonly opened?: OpenedSets;
}

/**
 * Checks that the options make sense for the set.
 *
 * @throws {UsageError} If they do not.
 */
export function checkDataOptions({ dataset, size, skipBroken }: DataOptions) {
  if (isFolderName(dataset)) return;
  const { isResizable } = dataSetFacts(dataset);
  const mistakes = [
    ...size !== undefined && !isResizable
      ? [
        `--size ${size}: expected none, the images of ${dataset} have one size`,
      ]
      : [],
    ...skipBroken
      ? [`--skip-broken: expected with folder:PATH only, not ${dataset}`]
      : [],
  ];
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}

/** A set of which something is known, though it may not be open yet. */
export interface FoundData {
  /** What is known. */
  readonly facts: DataSetFacts;
  /** Opens it. */
  readonly open: () => Promise<DataSetHandle>;
}

/**
 * Finds out what is known of the set. A set of the registry is only looked up; a
 * folder of pictures must be opened for it, which keeps them decoded in the cache.
 */
export async function findData(
  options: DataOptions,
  own: OwnFiles,
): Promise<FoundData> {
  const open = () => openChosen(options, own);
  if (!isFolderName(options.dataset)) {
    return { facts: dataSetFacts(options.dataset, options.size), open };
  }
  const dataSet = await open();
  return { facts: openFacts(dataSet), open: () => Promise.resolve(dataSet) };
}

/** Opens the set. */
export function openChosen(
  { dataset, size, skipBroken = false }: DataOptions,
  { opened = new Map(), ...own }: OwnFiles,
): Promise<DataSetHandle> {
  const key = JSON.stringify([dataset, size, skipBroken, own.data]);
  const set = opened.get(key) ??
    openData(dataset, { ...own, size, skipBroken });
  opened.set(key, set);
  // Who comes later tries once more.
  set.catch(() => opened.delete(key));
  return set;
}

/** Whether the set lies decoded in the cache, as far as its name tells. */
export async function isCached(
  { dataset, size }: DataOptions,
): Promise<boolean> {
  if (isFolderName(dataset)) return true;
  const isUsual = size === undefined || size === dataSetFacts(dataset).shape[1];
  const folder = isUsual ? dataset : `${dataset}-${size}`;
  try {
    await Deno.stat(`${dataCache()}/${folder}/train.bin`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The set in names of files: "caltech256-64px", "folder-birds". */
export function dataSlug({ dataset, size }: DataOptions): string {
  const name = placelessName(dataset).replace(":", "-");
  return size === undefined ? name : `${name}-${size}px`;
}

/** The set in records, which depend on its content and on no place. */
export interface DataIdentity {
  /** Name in the registry, or "folder:" and the folder's name. */
  readonly name: string;
  /** Digest of each split's content. */
  readonly digest: Readonly<Record<"train" | "test", string>>;
  /** False where the content is not the official one; left out otherwise. */
  readonly official?: false;
}

/** How a record names an open set. */
export function dataIdentity(
  { name, digest, isOfficial }: DataSetHandle,
): DataIdentity {
  return {
    name: placelessName(name),
    digest,
    ...(isOfficial === false ? { official: false } : {}),
  };
}

/** A note for tables on a set whose content is not the official one, or "". */
export function contentNote({ name, digest, official }: DataIdentity): string {
  return official === undefined
    ? ""
    : `**Not the official ${name}:** the files had another content (digests: train
${digest.train}, test ${digest.test}).`;
}
