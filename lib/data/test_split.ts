/**
 * The test split, apart from the rest of the room so that nothing reaches it by
 * accident: only the code that scores finished networks for a table may import
 * this file. Search, training and selection have the train split.
 *
 * @module
 */

import { join } from "node:path";
import { OPENED } from "./_opened.ts";
import { readCache } from "./cache/_split_file.ts";
import type { DataSetHandle } from "./data_set.ts";
import { loadRegistry, resized } from "./registry.ts";
import type { Split } from "./split.ts";

/**
 * The official test split of an open data set, for final scores only.
 *
 * @param handle What {@link openDataSet} gave.
 * @returns The split; every call gives the same object.
 * @throws {TypeError} If the handle is a copy or was made by hand.
 */
export function openTestSplit(handle: DataSetHandle): Promise<Split> {
  const loaded = OPENED.get(handle);
  if (loaded === undefined) {
    return Promise.reject(
      new TypeError(
        "Cannot open the test split: the handle was not given by openDataSet",
      ),
    );
  }
  return Promise.resolve(loaded.test.split);
}

/**
 * The official test split of a data set as it lies decoded in the cache, every byte
 * checked. Nothing is fetched, decoded or written, and the train split is not read.
 *
 * @param name Name in the registry.
 * @param options The cache's folder, and the images' side where it may be any.
 * @returns The split with the SHA-256 of its canonical form; or `reason`, why the
 * file there cannot be used; or undefined where there is none.
 * @throws {RangeError} If the registry has no such name, or the side is none.
 */
export async function readCachedTestSplit(
  name: string,
  { cacheDir, size }: {
    readonly cacheDir: string;
    readonly size?: number | undefined;
  },
): Promise<
  | { readonly split: Split; readonly digest: string }
  | { readonly reason: string }
  | undefined
> {
  const registry = loadRegistry();
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined) {
    throw new RangeError(
      `Cannot read a test split: the registry has no data set "${name}"`,
    );
  }
  const sized = resized(entry, size);
  // Named as opening the set names them.
  const folder = sized === entry ? name : `${name}-${size}`;
  return await readCache(join(cacheDir, folder, "test.bin"), {
    name: folder,
    split: "test",
    entry: sized,
  });
}
