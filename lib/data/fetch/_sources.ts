import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256Hex } from "../../random/mod.ts";
import { download, type Fetch, type Timeouts } from "./download.ts";
import { readIfExists } from "../disk/read.ts";
import { unusable } from "../disk/unusable.ts";
import { setAside } from "../disk/write.ts";
import { gunzip } from "./_gunzip.ts";
import { discardPart, keepPart, partPath } from "./_part.ts";
import { DataError } from "../errors.ts";
import type { DataProgress } from "../progress.ts";
import type { RegistryEntry, Source } from "../registry.ts";

/** Where a source has a file, for people. */
export function placeOf(source: Source, file: string): string {
  const path = ("url" in source ? source.url : source.path)
    .replaceAll("{file}", file);
  if ("npm" in source) return `npm:${source.npm}/${path}`;
  return "folder" in source ? join(source.folder, path) : path;
}

/** A raw file of an npm package that deno.json imports. */
export async function readPackage(
  source: Extract<Source, { npm: string }>,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = source.npm.slice(0, source.npm.lastIndexOf("@"));
  const path = source.path.replaceAll("{file}", file);
  const url = import.meta.resolve(`${name}/${path}`);
  if (!url.startsWith("file:")) {
    throw new Error('the package is not in node_modules; run "deno install"');
  }
  const bytes = await readIfExists(fileURLToPath(url));
  if (bytes === undefined) throw new Error("the package lacks the file");
  return bytes;
}

/** How {@link fetchFile} and {@link fetchArchive} go about it. */
export interface FetchOptions {
  /** Where the file is kept, as it is served. */
  readonly path: string;
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  readonly onProgress: (progress: DataProgress) => void;
  /** What went wrong although the source may still be good. */
  readonly notes: string[];
}

/**
 * Keeps a raw file from an address, packed when the address ends in `.gz`.
 *
 * @returns The raw file, unpacked.
 */
export async function fetchFile(
  url: string,
  { expected, ...options }: FetchOptions & { readonly expected: Expected },
): Promise<Uint8Array<ArrayBuffer>> {
  const isPacked = url.endsWith(".gz");
  return await fetchChecked(url, {
    ...options,
    // A byte that cannot be compressed takes at most 9 bits in a gzip file.
    maxBytes: Math.ceil(expected.bytes * 9 / 8) + 1024,
    md5: isPacked ? expected.gzipMd5 : undefined,
    check: async (part) => {
      const stored = await readPart(part);
      const bytes = isPacked ? await gunzip(stored, expected.bytes) : stored;
      checkSha256(bytes, expected);
      return bytes;
    },
  });
}

/** Keeps an archive from an address, as it is. */
export async function fetchArchive(
  url: string,
  options: FetchOptions & {
    readonly md5: string;
    readonly maxBytes: number;
  },
): Promise<void> {
  // Its MD5 says all.
  await fetchChecked(url, { ...options, check: () => Promise.resolve() });
}

/** A raw file that the system's package manager put there. */
export async function readInstalled(
  path: string,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await readIfExists(path);
  if (stored === undefined) throw new Error("it is not installed");
  return path.endsWith(".gz") ? await gunzip(stored, length) : stored;
}

/** What the registry knows of a raw file. */
type Expected = RegistryEntry["files"][string];

/** @throws {Error} If a raw file is not the registry's. */
export function checkSha256(
  bytes: Uint8Array<ArrayBuffer>,
  expected: Expected,
): void {
  const sha256 = sha256Hex(bytes);
  if (sha256 === expected.sha256) return;
  throw new Error(
    `its SHA-256 is ${sha256} (${bytes.length} bytes), expected ${expected.sha256} (${expected.bytes} bytes)`,
  );
}

/** Downloads a file, and gives it its name once it has been checked. */
async function fetchChecked<T>(
  url: string,
  { path, md5, check, notes, onProgress, ...options }: FetchOptions & {
    readonly maxBytes: number;
    readonly md5: string | undefined;
    /** Says by an error what is wrong with the bytes in a file. */
    readonly check: (part: string) => Promise<T>;
  },
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const found = await download(url, {
      ...options,
      path,
      onBytes: (bytes, totalBytes) =>
        onProgress({
          action: "download",
          file: url,
          bytes,
          ...(totalBytes === undefined ? {} : { totalBytes }),
        }),
    });
    try {
      if (md5 !== undefined) checkMd5(found, md5);
      const checked = await check(partPath(path));
      await keepPart(path);
      return checked;
    } catch (error) {
      // The disk's fault, not the source's.
      if (error instanceof DataError) throw error;
      const aside = await setAside(partPath(path), path);
      await discardPart(path);
      onProgress({ action: "setAside", file: aside, bytes: found.bytes });
      const fault = `${
        error instanceof Error ? error.message : error
      }; it is now ${aside}`;
      // The fault may lie in the joining, so all of it is asked for once.
      if (!found.isJoined || attempt === 2) throw new Error(fault);
      notes.push(`${url}: ${fault}`);
    }
  }
}

async function readPart(part: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(part);
  } catch (error) {
    throw unusable("read", part, error);
  }
}

function checkMd5(
  { md5, bytes }: { readonly md5: string; readonly bytes: number },
  expected: string,
): void {
  if (md5 === expected) return;
  throw new Error(`its MD5 is ${md5}, expected ${expected} (${bytes} bytes)`);
}
