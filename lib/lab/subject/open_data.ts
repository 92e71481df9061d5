/**
 * Where data sets are looked for and kept, and opening one.
 *
 * @module
 */

import {
  readPathVariable,
  type RunOptions,
  UsageError,
  warn,
} from "../../cli/mod.ts";
import { type DataSetHandle, openDataSet } from "../../data/mod.ts";
import { dataCache } from "../project.ts";
import { followData } from "./data_progress.ts";

/** The user's folder of raw files: --data, else the environment's N2N_DATA. */
function dataFolder(data: string | undefined): string | undefined {
  return data ?? readPathVariable("N2N_DATA", "folder");
}

/**
 * Checks the folders of data that are named by --data or N2N_DATA, and N2N_CACHE,
 * before anything is begun.
 *
 * @throws {UsageError} If one is not there, or cannot be one.
 */
export function checkDataFolders({ data }: Pick<RunOptions, "data">): void {
  dataCache();
  // The variable's is checked as it is read.
  if (dataFolder(data) === undefined || data === undefined) return;
  try {
    if (Deno.statSync(data).isDirectory) return;
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!isMissing) throw error;
  }
  throw new UsageError(
    `--data "${data}": expected a folder that is there, with the data set's files`,
  );
}

/** Opens a data set of the registry, or a folder of pictures ("folder:PATH"). */
export async function openData(
  name: string,
  { data, size, skipBroken }: Pick<RunOptions, "data"> & {
    /** Side that a folder's pictures are brought to. */
    readonly size?: number | undefined;
    /** Whether its broken pictures are left out. */
    readonly skipBroken?: boolean;
  },
): Promise<DataSetHandle> {
  const dataDir = dataFolder(data);
  using following = followData(name);
  const dataSet = await openDataSet(name, {
    cacheDir: dataCache(),
    ...(dataDir === undefined ? {} : { dataDir }),
    size,
    skipBroken,
    // The environment names one folder for all sets; not each need be in it.
    requireOwn: data !== undefined,
    onProgress: following.onProgress,
  });
  if (dataSet.isOfficial === false) {
    warn(
      `${name}: what is in "${dataDir}" is not known to be the official content; records and tables say so`,
    );
  }
  return dataSet;
}
