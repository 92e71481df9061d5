/**
 * What is read, or undefined where the file or folder is not there. Every other
 * trouble stays an error.
 *
 * @param read Reads it.
 *
 * @example
 * ```ts
 * import { ifThere } from "./if_there.ts";
 *
 * const text = await ifThere(() => Deno.readTextFile("no such file"));
 * if (text !== undefined) throw new Error();
 * ```
 */
export async function ifThere<T>(
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
