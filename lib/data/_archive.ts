import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
// @ts-types="./_tar_stream.d.ts"
import { extract } from "tar-stream";

/** Bytes of a file by its name. */
export type Members = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** MD5 of a file, read piece by piece. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash("md5");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Reads some files out of a .tar, .tar.gz or .tgz, piece by piece; of the rest
 * of the archive nothing is kept.
 *
 * @param path The archive.
 * @param wanted Paths in it, and the most bytes that each may have.
 * @returns The files found.
 * @throws {Error} If the archive is cut or damaged, or a file is longer.
 */
export async function readMembers(
  path: string,
  wanted: ReadonlyMap<string, number>,
): Promise<Members> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const tar = extract();
  async function collect(): Promise<void> {
    for await (const entry of tar) {
      const { name, size = 0 } = entry.header;
      const most = wanted.get(name.replace(/^\.\//, ""));
      if (most === undefined) {
        entry.resume();
        continue;
      }
      if (size > most) {
        throw new Error(
          `"${name}" in it has ${size} bytes, expected at most ${most}`,
        );
      }
      const bytes = new Uint8Array(size);
      let at = 0;
      for await (const piece of entry) {
        bytes.set(piece, at);
        at += piece.length;
      }
      found.set(name.replace(/^\.\//, ""), bytes);
    }
  }
  const source = createReadStream(path);
  // A failure of either ends both; the first to be told is thrown.
  await Promise.all([
    collect(),
    /gz$/.test(path)
      ? pipeline(source, createGunzip(), tar)
      : pipeline(source, tar),
  ]);
  return found;
}
