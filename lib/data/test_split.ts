/**
 * The test split, apart from the rest of the room so that nothing reaches it by
 * accident: only the code that scores finished networks for a table may import
 * this file. Search, training and selection have the train split.
 *
 * @module
 */

import { OPENED } from "./_opened.ts";
import type { DataSetHandle } from "./data_set.ts";
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
