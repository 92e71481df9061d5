import { Part } from "./_part.ts";
import { goesOn, lengthOf, originOf, requestHeaders } from "./_ranges.ts";

/** The part of the standard `fetch` that downloads use. */
export type Fetch = (
  url: string,
  init: {
    readonly signal: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
  },
) => Promise<Response>;

/** How long a server may keep us waiting, and how long we wait. */
export interface Timeouts {
  /** Until the answer begins, in milliseconds. */
  readonly answerMs: number;
  /** Between two pieces of the answer, in milliseconds. */
  readonly stallMs: number;
  /** In which at least {@link LEAST_BYTES} must come, in milliseconds. */
  readonly paceMs: number;
  /** Before a download that was cut goes on, in milliseconds; then doubled. */
  readonly retryMs: number;
}

/** Long for a server that works, short for a person in front of a dead network. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  answerMs: 10_000,
  stallMs: 30_000,
  paceMs: 120_000,
  retryMs: 1000,
};

/** A server that gives less in {@link Timeouts.paceMs} is given up: it never ends. */
const LEAST_BYTES = 1 << 16;

/** How often a download that was cut goes on without getting ahead. */
const RETRIES = 3;

/** Fewer new bytes than this are not called getting ahead. */
const AHEAD_BYTES = 1 << 20;

/** What {@link download} needs to know. */
export interface DownloadOptions {
  /** Where the file will lie; its bytes are collected beside it. */
  readonly path: string;
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  /** A longer answer is given up. */
  readonly maxBytes: number;
  /** Hears of the bytes that are there, those of earlier attempts among them. */
  readonly onBytes: (bytes: number, totalBytes: number | undefined) => void;
}

/** What {@link download} got. */
export interface Downloaded {
  readonly bytes: number;
  readonly md5: string;
  /** Whether the file was put together from several answers. */
  readonly isJoined: boolean;
}

/** The connection failed, or the server fell silent: another try may help. */
class Cut extends Error {
  override readonly name = "Cut";
}

/**
 * Fetches an address into `<path>.part`, piece by piece, and goes on where an
 * earlier attempt, of this process or another, was cut. What is joined comes from
 * one address and one state of the file, by what the server says; the file's
 * digest is still to be checked. A download that is cut goes on by itself a few
 * times; after that its bytes stay for the next one, if they can be used then.
 *
 * @throws {DataError} If the disk fails; what has come stays.
 * @throws {Error} On any other failure, with a reason for people.
 */
export async function download(
  url: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  using part = await Part.find(options.path, url);
  try {
    await complete(part, url, options);
  } catch (error) {
    // Of no use to anybody: no later answer could be joined to it.
    const isUseless = part.bytes === 0 || part.origin === undefined;
    if (isUseless && part.isOpen) await part.discard().catch(() => {});
    throw error;
  }
  const { bytes, md5, isJoined } = part;
  return { bytes, md5, isJoined };
}

async function complete(
  part: Part,
  url: string,
  options: DownloadOptions,
): Promise<void> {
  let answered = false;
  let furthest = part.bytes;
  for (let retries = 0; !part.isWhole;) {
    try {
      await request(part, url, { ...options, onAnswer: () => answered = true });
      return;
    } catch (error) {
      // A server that was never there is not waited for.
      if (!(error instanceof Cut) || !answered) throw error;
      if (part.bytes >= furthest + AHEAD_BYTES) retries = 0;
      furthest = Math.max(furthest, part.bytes);
      if (retries === RETRIES) throw error;
      const ms = options.timeouts.retryMs * 2 ** retries++;
      await new Promise((done) => setTimeout(done, ms));
    }
  }
}

/** Asks once, and takes what comes. */
async function request(
  part: Part,
  url: string,
  { fetch, timeouts, maxBytes, onBytes, onAnswer }: DownloadOptions & {
    readonly onAnswer: () => void;
  },
): Promise<void> {
  const controller = new AbortController();
  try {
    const response = await within(
      fetch(url, {
        signal: controller.signal,
        headers: requestHeaders(part.bytes, part.origin),
      }),
      timeouts.answerMs,
    );
    onAnswer();
    const totalBytes = await begin(part, response, { url, maxBytes });
    const reader = response.body?.getReader();
    using pace = new Pace(timeouts.paceMs);
    while (reader !== undefined) {
      const { done, value } = await within(reader.read(), timeouts.stallMs);
      if (done) break;
      if (part.bytes + value.length > maxBytes) {
        await part.discard();
        throw tooLong(maxBytes);
      }
      pace.check(value.length);
      await part.append(value);
      onBytes(part.bytes, totalBytes);
    }
    if (totalBytes !== undefined && part.bytes < totalBytes) {
      throw new Cut(
        `the answer ends after ${part.bytes} of ${totalBytes} bytes`,
      );
    }
  } finally {
    // After the end this does nothing; before it, the connection is closed.
    controller.abort();
  }
}

/** Whether bytes come fast enough to be waited for. */
class Pace {
  readonly #paceMs: number;
  #bytes = 0;
  #isDue = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(paceMs: number) {
    this.#paceMs = paceMs;
    this.#begin();
  }

  #begin(): void {
    this.#bytes = 0;
    this.#isDue = false;
    // It keeps no process alive that has nothing else to do.
    this.#timer = setTimeout(() => this.#isDue = true, this.#paceMs);
    Deno.unrefTimer(Number(this.#timer));
  }

  /** Counts bytes that came. @throws {Cut} If they came too slowly. */
  check(bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isDue) return;
    if (this.#bytes < LEAST_BYTES) {
      throw new Cut(
        `the server gave ${this.#bytes} bytes in ${
          this.#paceMs / 1000
        } s, expected at least ${LEAST_BYTES}`,
      );
    }
    this.#begin();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Makes the part ready for what an answer holds.
 *
 * @returns Length of the whole file, where it is known.
 */
async function begin(
  part: Part,
  { status, headers }: Response,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): Promise<number | undefined> {
  const { bytes, origin } = part;
  if (bytes > 0 && origin !== undefined) {
    if (status === 206 && goesOn(headers, { bytes, origin })) {
      part.isJoined = true;
      return origin.totalBytes;
    }
    if (status === 206 || status === 416) {
      await part.discard();
      throw new Cut("the server has no rest of the file that was begun");
    }
  }
  if (status !== 200) {
    throw new Error(`the server answers with status ${status}`);
  }
  const totalBytes = lengthOf(headers);
  if (totalBytes !== undefined && totalBytes > maxBytes) {
    throw tooLong(maxBytes);
  }
  await part.startOver(originOf(url, headers));
  return totalBytes;
}

function tooLong(maxBytes: number): Error {
  return new Error(`the answer is longer than ${maxBytes} bytes`);
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
  } catch (error) {
    // Deno's fetch says "fetch failed" and keeps the reason in the cause.
    const reason = error instanceof TypeError && error.cause instanceof Error
      ? error.cause
      : error;
    throw new Cut(reason instanceof Error ? reason.message : String(reason), {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    // If the time ran out first, the loser's rejection has no other listener.
    promise.catch(() => {});
  }
}
