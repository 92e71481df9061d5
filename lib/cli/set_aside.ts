import { FileError } from "./errors.ts";

/**
 * Renames a file that is not what it should be to the first free name
 * `<path>.corrupt-<n>`, so that nothing is lost.
 *
 * @param path The file.
 * @returns Its new path.
 * @throws {FileError} If it cannot be renamed.
 */
export async function setAside(path: string): Promise<string> {
  try {
    for (let n = 1;; n++) {
      const aside = `${path}.corrupt-${n}`;
      if (await exists(aside)) continue;
      await Deno.rename(path, aside);
      return aside;
    }
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new FileError(
      `Cannot set aside "${path}" (${error.code}): ${error.message}, ` +
        `expected a writable folder`,
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
