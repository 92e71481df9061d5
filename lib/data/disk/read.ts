/**
 * The room "disk": files read where they may be missing, written whole or not at
 * all, set aside, and locked. What the system refuses becomes a DataError. It
 * knows nothing of data sets.
 *
 * @module
 */

import { join } from "node:path";
import { DataError } from "../errors.ts";
import { unusable } from "./unusable.ts";

/** The bytes of a file, or undefined when there is none. */
export async function readIfExists(
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    await checkRegular(path);
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("read", path, error);
  }
}

/** Nothing is waited for, as a pipe would be, or read for ever, as a device would. */
async function checkRegular(path: string): Promise<void> {
  const { isFile, isDirectory } = await Deno.stat(path);
  // What the system says of a folder says enough.
  if (isFile || isDirectory) return;
  throw new DataError(
    `Cannot read "${path}": it is a pipe or a device, expected a regular file`,
  );
}

/** A file opened for reading, or undefined when there is none. */
export async function openIfExists(
  path: string,
): Promise<Deno.FsFile | undefined> {
  try {
    await checkRegular(path);
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("read", path, error);
  }
}

/** Whether there is a file, not a folder, at a path. */
export async function isFile(path: string): Promise<boolean> {
  return await fileFacts(path) !== undefined;
}

/** Length and time of a file, or undefined when there is none at the path. */
export async function fileFacts(
  path: string,
): Promise<
  { readonly bytes: number; readonly modifiedMs: number } | undefined
> {
  try {
    const { isFile, size, mtime } = await Deno.stat(path);
    return isFile
      ? { bytes: size, modifiedMs: mtime?.getTime() ?? 0 }
      : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable("look up", path, error);
  }
}

/** Sorted names in a folder, without hidden ones; undefined when there is none. */
export async function listFolder(
  folder: string,
): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.startsWith(".")) names.push(name);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable("list", folder, error);
  }
  return names.sort();
}

/**
 * All files below a folder, as sorted paths from it with '/'; none when there is
 * no such folder. Hidden ones are left out.
 */
export async function listTree(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  async function walk(below: string): Promise<void> {
    for await (
      const { name, isDirectory } of Deno.readDir(join(folder, below))
    ) {
      if (name.startsWith(".")) continue;
      if (isDirectory) await walk(`${below}${name}/`);
      else found.push(`${below}${name}`);
    }
  }
  try {
    await walk("");
  } catch (error) {
    if (!isMissing(error)) throw unusable("list", folder, error);
  }
  return found.sort();
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}
