/**
 * Files of networks, read with a bound.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { damaged, unsupported } from "./errors.ts";

/** Bytes of the largest file that is read: many times the paper's teachers. */
const LARGEST = 1_000_000_000;

/**
 * The bytes of a file.
 *
 * @param path Its path.
 * @throws {ImportError} If it is missing, no file, or too large.
 */
export async function readBounded(path: string): Promise<Uint8Array> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    damaged(`there is no "${path}" (${error.code})`);
  }
  if (!info.isFile) damaged(`"${path}" is no file`);
  if (info.size > LARGEST) {
    unsupported(
      `"${path}" has ${info.size} bytes, expected at most ${LARGEST}`,
    );
  }
  const bytes = await Deno.readFile(path);
  if (bytes.length > LARGEST) damaged(`"${path}" grows while it is read`);
  return bytes;
}

/**
 * A file beside another, whatever links say.
 *
 * @param path The other.
 * @param name Its name, which leads to no other folder.
 * @throws {ImportError} If it is missing, or lies elsewhere.
 */
export async function readBeside(
  path: string,
  name: string,
): Promise<Uint8Array> {
  const beside = join(dirname(path), basename(name));
  try {
    const folder = await Deno.realPath(dirname(path));
    const real = await Deno.realPath(beside);
    if (dirname(real) !== folder) {
      unsupported(`"${beside}" leads out of its folder, expected a file in it`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    damaged(`there is no "${beside}"`);
  }
  return await readBounded(beside);
}

/** A file's text as JSON. */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    damaged(`"${path}" is no JSON (${error.message})`);
  }
}
