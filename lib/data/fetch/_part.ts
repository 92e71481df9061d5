import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { z } from "zod";
import { isFile, readIfExists } from "../disk/read.ts";
import { unusable } from "../disk/unusable.ts";
import {
  removeIfExists,
  renameDurably,
  writeFileAtomic,
} from "../disk/write.ts";
import type { Origin } from "./_ranges.ts";

const ORIGIN = z.strictObject({
  url: z.string(),
  validator: z.string().min(1),
  totalBytes: z.int().min(1),
});

/** Where the bytes of a file lie before it is whole and checked. */
export function partPath(path: string): string {
  return `${path}.part`;
}

/** Where it is written down what file they are of. */
function originPath(path: string): string {
  return `${path}.part.json`;
}

/**
 * The first bytes of a file that is being downloaded: `<path>.part`, and what
 * they are the beginning of in `<path>.part.json`. Two users of one path must
 * exclude each other. When a process is killed at any moment, the next one finds
 * either bytes of that very file or none.
 */
export class Part implements Disposable {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  #hash = createHash("md5");
  /** Number of bytes that are there. */
  bytes = 0;
  /** What they are the beginning of, where another answer can be joined. */
  origin: Origin | undefined;
  /** Whether they come from more than one answer. */
  isJoined = false;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Finds what is there of a file from an address. Bytes of another address, or
   * of nobody knows what, count as none, but stay until something better comes.
   */
  static async find(path: string, url: string): Promise<Part> {
    const part = new Part(path);
    const origin = await readBegun(path);
    if (origin?.url !== url) return part;
    try {
      for await (const piece of createReadStream(partPath(path))) {
        part.#hash.update(piece);
        part.bytes += piece.length;
      }
      if (part.bytes > origin.totalBytes) return new Part(path);
      part.#file = await Deno.open(partPath(path), { append: true });
    } catch (error) {
      throw unusable("read", partPath(path), error);
    }
    part.origin = origin;
    part.isJoined = part.bytes > 0;
    return part;
  }

  /** Whether no byte is missing. */
  get isWhole(): boolean {
    return this.bytes === this.origin?.totalBytes;
  }

  /** Whether bytes can be added, so that what is on the disk is this part's. */
  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** MD5 of the bytes. */
  get md5(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Forgets the bytes; the next ones are the beginning of `origin`. */
  async startOver(origin: Origin | undefined): Promise<void> {
    this.#forget();
    try {
      // Emptied first, so that the old bytes never have the new origin.
      this.#file = await Deno.open(partPath(this.#path), {
        write: true,
        create: true,
        truncate: true,
      });
    } catch (error) {
      throw unusable("write", partPath(this.#path), error);
    }
    if (origin === undefined) await removeIfExists(originPath(this.#path));
    else {
      const text = `${JSON.stringify(origin)}\n`;
      await writeFileAtomic(
        originPath(this.#path),
        [new TextEncoder().encode(text)],
        () => {},
      );
    }
    this.origin = origin;
  }

  /** Adds bytes, after {@link startOver} or to what was found. */
  async append(piece: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < piece.length;) {
        at += await this.#file!.write(piece.subarray(at));
      }
    } catch (error) {
      throw unusable("write", partPath(this.#path), error);
    }
    this.#hash.update(piece);
    this.bytes += piece.length;
  }

  /** Removes the bytes. */
  async discard(): Promise<void> {
    this.#forget();
    await discardPart(this.#path);
  }

  #forget(): void {
    this[Symbol.dispose]();
    this.#hash = createHash("md5");
    this.bytes = 0;
    this.origin = undefined;
    this.isJoined = false;
  }

  /** Closes the file; the bytes stay. */
  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** What the bytes that are there of a file are the beginning of, if any are. */
export async function readBegun(path: string): Promise<Origin | undefined> {
  if (!await isFile(partPath(path))) return undefined;
  const bytes = await readIfExists(originPath(path));
  if (bytes === undefined) return undefined;
  try {
    const text = new TextDecoder().decode(bytes);
    return ORIGIN.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: as good as none.
    return undefined;
  }
}

/** Gives the bytes, whole and checked, the file's name. */
export async function keepPart(path: string): Promise<void> {
  await renameDurably(partPath(path), path);
  await removeIfExists(originPath(path));
}

/** Removes what is there of a file that nobody waits for any more. */
export async function discardPart(path: string): Promise<void> {
  // In this order, so that bytes are never without their origin.
  await removeIfExists(partPath(path));
  await removeIfExists(originPath(path));
}
