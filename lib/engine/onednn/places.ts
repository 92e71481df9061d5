/**
 * Where oneDNN's library is looked for.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { fileExists } from "../file_exists.ts";
import { readVariable } from "../variable.ts";

/** Names the library's file, before all other places. */
export const ONEDNN_LIBRARY_VARIABLE = "N2N_ONEDNN_LIBRARY";

/**
 * The file that `deno task setup:onednn` writes, in a folder of the project that
 * git ignores. Somebody who sets up another build gives it another folder: one
 * path never means two versions.
 */
export const ONEDNN_SETUP_FILE: URL = new URL(
  "../../../.engines/onednn-2.6.0/libdnnl.so.2",
  import.meta.url,
);

/** Found by the system's loader. */
const SYSTEM_LIBRARY = "libdnnl.so.2";

/**
 * The library to load: the one that {@link ONEDNN_LIBRARY_VARIABLE} names, else the one
 * that was set up for this project, else the system's. What somebody asked for
 * goes before what happens to be there, and the nearer wish before the farther;
 * so the same checkout loads the same build whatever the system installs or
 * upgrades. There is one candidate, no list to try: a file that was asked for
 * and does not load is an error, not a reason to train with another version.
 *
 * @param exists Whether there is a file; a test brings its own.
 */
export function libraryFile(
  exists: (path: string) => boolean = fileExists,
): string {
  const named = readVariable(ONEDNN_LIBRARY_VARIABLE);
  if (named !== undefined) return named;
  // Elsewhere when this code was not loaded from a folder.
  if (ONEDNN_SETUP_FILE.protocol === "file:") {
    const path = fileURLToPath(ONEDNN_SETUP_FILE);
    if (exists(path)) return path;
  }
  return SYSTEM_LIBRARY;
}
