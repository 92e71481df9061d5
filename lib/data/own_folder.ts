import { findOwn } from "./fetch/own.ts";
import { loadRegistry } from "./registry.ts";

/**
 * Whether a user's folder has files of a set, as `openDataSet` would find them.
 *
 * @param name A set of the registry.
 * @param dataDir The folder.
 * @throws {DataError} If it has some files of a split and not all.
 * @throws {RangeError} If there is no set of this name.
 */
export async function isInFolder(
  name: string,
  dataDir: string,
): Promise<boolean> {
  const entry = loadRegistry()[name];
  if (entry === undefined) {
    throw new RangeError(
      `Cannot look for data set "${name}": expected one of the registry`,
    );
  }
  return await findOwn(entry, { name, dataDir, isRequired: false }) !==
    undefined;
}
