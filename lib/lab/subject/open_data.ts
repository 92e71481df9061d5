/**
 * Where data sets are looked for and kept, and opening one.
 *
 * @module
 */

import {
  fromWhereUserStands,
  type RunOptions,
  UsageError,
  warn,
} from "../../cli/mod.ts";
import { type DataSetHandle, openDataSet } from "../../data/mod.ts";
import { DATA_CACHE } from "../project.ts";
import { followData } from "./data_progress.ts";

/** The user's folder of raw files: --data, else the environment's N2N_DATA. */
function dataFolder(data: string | undefined): string | undefined {
  return data ??
    (fromWhereUserStands(Deno.env.get("N2N_DATA") ?? "") || undefined);
}

/**
 * Checks that a folder named by --data or N2N_DATA is there.
 *
 * @throws {UsageError} If it is not.
 */
export function checkDataFolder({ data }: Pick<RunOptions, "data">): void {
  const folder = dataFolder(data);
  if (folder === undefined) return;
  try {
    if (Deno.statSync(folder).isDirectory) return;
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!isMissing) throw error;
  }
  throw new UsageError(
    `${
      data === undefined ? "N2N_DATA" : "--data"
    } "${folder}": expected a folder that is there, with the data set's files`,
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
    cacheDir: DATA_CACHE,
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
