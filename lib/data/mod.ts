/**
 * Data sets: what is known of them, fetching and checking, splits and batches.
 * The test split is not here but in test_split.ts, for final scores only.
 *
 * Inside, `data_set.ts` opens a set that `registry.ts` knows, by way of rooms with
 * one job each, of which a later one may use the earlier ones and never the other
 * way round: `disk/` (files and locks), `decoders/` (formats to images), `fetch/`
 * (raw files), `cache/` (decoded splits). `serve/` (partitions, orders, batches)
 * stands apart: it sees splits in memory only.
 *
 * @module
 */
export type { Augmentation } from "./serve/augmentation.ts";
export type { Fetch } from "./fetch/download.ts";
export * from "./serve/batch.ts";
export * from "./data_set.ts";
export { type Picture, resizeAndCrop } from "./decoders/resize.ts";
export * from "./serve/duplicates.ts";
export { epochOrder } from "./serve/epoch_order.ts";
export * from "./errors.ts";
export { normalisedLevels } from "./serve/levels.ts";
export * from "./facts.ts";
export { isFolderName, placelessName } from "./folder_name.ts";
export { isInFolder } from "./own_folder.ts";
export * from "./serve/partition.ts";
export type { DataProgress } from "./progress.ts";
export { dataSetNames } from "./registry.ts";
export {
  imageSize,
  type Labels,
  type Split,
  type SplitName,
  storedShape,
} from "./split.ts";
