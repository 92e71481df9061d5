import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { download, type Fetch, gunzip, type Timeouts } from "./_download.ts";
import { readIfExists } from "./_files.ts";
import type { DataProgress } from "./progress.ts";
import type { RegistryEntry, Source } from "./registry.ts";

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

/** How {@link fetchFile} goes about it, and what it should get. */
export interface FetchFileOptions {
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  readonly onProgress: (progress: DataProgress) => void;
  readonly expected: RegistryEntry["files"][string];
}

/** A raw file from an address, unpacked when the address ends in `.gz`. */
export async function fetchFile(
  url: string,
  { fetch, timeouts, onProgress, expected }: FetchFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes: length, gzipMd5 } = expected;
  const answer = await fetchBytes(url, {
    fetch,
    timeouts,
    onProgress,
    // A byte that cannot be compressed takes at most 9 bits in a gzip file.
    maxBytes: Math.ceil(length * 9 / 8) + 1024,
  });
  if (!url.endsWith(".gz")) return answer;
  if (gzipMd5 !== undefined) checkMd5(answer, gzipMd5);
  return await gunzip(answer, length);
}

/** An archive from an address, as it is. */
export async function fetchArchive(
  url: string,
  { md5, ...options }: FetchBytesOptions & { readonly md5: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetchBytes(url, options);
  checkMd5(answer, md5);
  return answer;
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

/** How {@link fetchBytes} goes about it. */
interface FetchBytesOptions {
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  readonly onProgress: (progress: DataProgress) => void;
  readonly maxBytes: number;
}

async function fetchBytes(
  url: string,
  { fetch, timeouts, onProgress, maxBytes }: FetchBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return await download(url, {
    fetch,
    timeouts,
    maxBytes,
    onBytes: (bytes, totalBytes) =>
      onProgress({
        action: "download",
        file: url,
        bytes,
        ...(totalBytes === undefined ? {} : { totalBytes }),
      }),
  });
}

function checkMd5(answer: Uint8Array, expected: string): void {
  const md5 = createHash("md5").update(answer).digest("hex");
  if (md5 === expected) return;
  throw new Error(
    `its MD5 is ${md5}, expected ${expected} (${answer.length} bytes)`,
  );
}
