import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";

const gunzipAsync = promisify(gunzipCallback);

/** The part of the standard `fetch` that downloads use. */
export type Fetch = (
  url: string,
  init: { readonly signal: AbortSignal },
) => Promise<Response>;

/** How long a server may keep us waiting. */
export interface Timeouts {
  /** Until the answer begins, in milliseconds. */
  readonly answerMs: number;
  /** Between two pieces of the answer, in milliseconds. */
  readonly stallMs: number;
}

/** Long for a server that works, short for a person in front of a dead network. */
export const DEFAULT_TIMEOUTS: Timeouts = { answerMs: 10_000, stallMs: 30_000 };

/** What {@link download} needs to know. */
export interface DownloadOptions {
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  /** A longer answer is given up. */
  readonly maxBytes: number;
  readonly onBytes: (bytes: number, totalBytes: number | undefined) => void;
}

/**
 * Fetches an address into memory. Nothing reaches the disk before the whole
 * file has been checked, so a download that is cut short leaves nothing behind.
 *
 * @throws {Error} On any failure, with a reason for people.
 */
export async function download(
  url: string,
  options: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { timeouts, maxBytes, onBytes } = options;
  const controller = new AbortController();
  try {
    const response = await within(
      options.fetch(url, { signal: controller.signal }),
      timeouts.answerMs,
    );
    if (!response.ok) {
      throw new Error(`the server answers with status ${response.status}`);
    }
    const length = Number(response.headers.get("content-length") ?? NaN);
    const totalBytes = length > 0 ? length : undefined;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    const reader = response.body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await within(reader.read(), timeouts.stallMs);
      if (done) break;
      chunks.push(value);
      bytes += value.length;
      if (bytes > maxBytes) {
        throw new Error(`the answer is longer than ${maxBytes} bytes`);
      }
      onBytes(bytes, totalBytes);
    }
    return concatenate(chunks, bytes);
  } catch (error) {
    // Deno's fetch says "fetch failed" and keeps the reason in the cause.
    throw error instanceof TypeError && error.cause instanceof Error
      ? error.cause
      : error;
  } finally {
    // After the end this does nothing; before it, the connection is closed.
    controller.abort();
  }
}

/**
 * Unpacks a gzip file of at most `maxBytes` unpacked bytes.
 *
 * @throws {Error} If the bytes are not such a file.
 */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const unpacked = await gunzipAsync(bytes, { maxOutputLength: maxBytes });
    return new Uint8Array(
      unpacked.buffer as ArrayBuffer,
      unpacked.byteOffset,
      unpacked.byteLength,
    );
  } catch (error) {
    throw new Error(
      `it is not a whole gzip file of at most ${maxBytes} unpacked bytes (${
        error instanceof Error ? error.message : error
      })`,
      { cause: error },
    );
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the server is silent for ${ms / 1000} s`)),
      ms,
    );
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    // If the time ran out first, the loser's rejection has no other listener.
    promise.catch(() => {});
  }
}

function concatenate(
  chunks: readonly Uint8Array[],
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
