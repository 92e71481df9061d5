/**
 * Data sets: what is known of them, fetching and checking, splits and batches.
 * The test split is not here but in test_split.ts, for final scores only.
 *
 * @module
 */
export type { Augmentation } from "./augmentation.ts";
export type { Fetch } from "./_download.ts";
export * from "./batch.ts";
export * from "./data_set.ts";
export * from "./duplicates.ts";
export { epochOrder } from "./epoch_order.ts";
export * from "./errors.ts";
export * from "./facts.ts";
export { isFolderName, placelessName } from "./folder_name.ts";
export * from "./partition.ts";
export type { DataProgress } from "./progress.ts";
export { dataSetNames } from "./registry.ts";
export {
  imageSize,
  type Labels,
  type Split,
  type SplitName,
  storedShape,
} from "./split.ts";
