import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
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

/** More than twice what any archive of the registry unpacks to. */
const MAX_UNPACKED_BYTES = 3 * 2 ** 30;

/** Passes bytes on until there are too many. */
function limiter(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) return done(null, chunk);
      done(
        new Error(`it unpacks to more than ${maxBytes} bytes, the most it may`),
      );
    },
  });
}

/** A file in an archive. */
export interface Member {
  /** Path in the archive. */
  readonly name: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its bytes; to be asked for before the next member is pulled. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Streams the files of a .tar, .tar.gz or .tgz; what is not asked for is passed
 * over and never in memory.
 *
 * @param path The archive.
 * @param maxBytes The most that it may unpack to: a small file can hold zeros for
 *   hours.
 * @throws {Error} If it is cut or damaged or unpacks to more, as soon as that shows.
 */
export async function* streamMembers(
  path: string,
  maxBytes: number = MAX_UNPACKED_BYTES,
): AsyncGenerator<Member, void, void> {
  const tar = extract();
  const source = createReadStream(path);
  const pumping = /gz$/.test(path)
    ? pipeline(source, createGunzip(), limiter(maxBytes), tar)
    : pipeline(source, tar);
  // A failure also ends the loop below, which throws it.
  pumping.catch(() => {});
  for await (const entry of tar) {
    const { name, size = 0, type } = entry.header;
    let isRead = false;
    if (type === "file") {
      yield {
        name: name.replace(/^\.\//, ""),
        size,
        async bytes() {
          isRead = true;
          const bytes = new Uint8Array(size);
          let at = 0;
          for await (const piece of entry) {
            bytes.set(piece, at);
            at += piece.length;
          }
          return bytes;
        },
      };
    }
    if (!isRead) entry.resume();
  }
  await pumping;
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
  for await (const { name, size, bytes } of streamMembers(path)) {
    const most = wanted.get(name);
    if (most === undefined) continue;
    if (size > most) {
      throw new Error(
        `"${name}" in it has ${size} bytes, expected at most ${most}`,
      );
    }
    found.set(name, await bytes());
  }
  return found;
}
