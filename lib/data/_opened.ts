import type { LoadedSet } from "./cache/open_entry.ts";
import type { DataSetHandle } from "./data_set.ts";

/**
 * What lies behind each handle. It is kept apart from the handle so that the
 * test split cannot be reached through it.
 */
export const OPENED = new WeakMap<DataSetHandle, LoadedSet>();
