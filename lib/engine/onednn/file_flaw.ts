/**
 * What a library's path must not be, whatever the loader would make of it.
 *
 * @module
 */

import { isAbsolute } from "node:path";

/**
 * Why a file is not even opened, in words that follow its name; undefined where it
 * can be. A name without a folder is looked up by the loader.
 *
 * @param file A path, or a name.
 */
export function describeFlaw(file: string): string | undefined {
  if (/\p{Cc}/u.test(file)) {
    return "has a line break, or the like, in its name, expected visible characters";
  }
  if (!/[/\\]/.test(file)) return undefined;
  // Tasks start in the project's folder, wherever their user stands.
  if (!isAbsolute(file)) {
    return "is a relative path, expected a whole one, or a name that the system's loader looks up";
  }
  try {
    const { isFile, isDirectory } = Deno.statSync(file);
    // The loader would wait for a pipe; what it says of a folder says enough.
    return isFile || isDirectory
      ? undefined
      : "is a pipe or a device, expected a regular file";
  } catch (error) {
    // Of all else the loader says why not; of this it says the whole path, twice.
    return error instanceof Error && /too long/.test(error.message)
      ? "has a name that is too long"
      : undefined;
  }
}
