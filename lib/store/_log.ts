/**
 * Looks at a store's write-ahead log before SQLite does, which passes over what is
 * damaged in it without a word: https://sqlite.org/walformat.html
 *
 * @module
 */

/** First word of a log whose checksums are taken over little-endian words. */
const MAGIC = 0x377f0682;
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** Version of the index beside a log, in its first word. */
const INDEX_VERSION = 3007000;
/** Where the index says how many frames are committed, and how many are copied. */
const INDEX_COMMITTED = 16;
const INDEX_COPIED = 96;
const INDEX_BYTES = 100;

/** What a log holds. */
interface Log {
  /** Frames up to the last commit that SQLite will take. */
  readonly whole: number;
  /** Commits behind the first frame that it will not take. */
  readonly lost: number;
}

/**
 * What a store's log has lost, for people; undefined where nothing is known to be
 * missing. A log and its index that are both gone leave no trace.
 *
 * @param path The database file.
 */
export function describeLogLoss(path: string): string | undefined {
  const committed = readIndex(`${path}-shm`);
  const log = readLog(`${path}-wal`);
  const missing = committed - log.whole;
  // A kill may leave the last transaction half written, and nothing behind it.
  if (missing <= 0 && log.lost <= 1) return undefined;
  return `The log of "${path}" lost ${
    missing > 0
      ? `${missing} of ${committed} pages`
      : `its last ${log.lost} transactions`
  }; what was done since its last whole state is done again`;
}

/** Frames that are only in the log; 0 where there is no index to tell. */
function readIndex(path: string): number {
  using file = openIfThere(path);
  const bytes = new Uint8Array(INDEX_BYTES);
  if (file === undefined || !fill(file, bytes)) return 0;
  // In the machine's own order; one of another order is taken for none.
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== INDEX_VERSION) return 0;
  const committed = view.getUint32(INDEX_COMMITTED, true);
  return committed > view.getUint32(INDEX_COPIED, true) ? committed : 0;
}

function readLog(path: string): Log {
  using file = openIfThere(path);
  const header = new Uint8Array(LOG_HEADER_BYTES);
  if (file === undefined || !fill(file, header)) return { whole: 0, lost: 0 };
  const view = new DataView(header.buffer);
  const isBig = view.getUint32(0) === MAGIC + 1;
  const sum = new Checksum(!isBig);
  sum.add(header.subarray(0, 24));
  let isWhole = (isBig || view.getUint32(0) === MAGIC) && sum.equals(view, 24);
  const [salt1, salt2] = [view.getUint32(16), view.getUint32(20)];
  const pageBytes = view.getUint32(8);
  if (!isPageSize(pageBytes)) return { whole: 0, lost: 0 };
  const frame = new Uint8Array(FRAME_HEADER_BYTES + pageBytes);
  const words = new DataView(frame.buffer);
  let [whole, lost] = [0, 0];
  for (let number = 1; fill(file, frame); number++) {
    // What an earlier round of the log left behind has other salts.
    if (words.getUint32(8) !== salt1 || words.getUint32(12) !== salt2) break;
    if (isWhole) {
      sum.add(frame.subarray(0, 8));
      sum.add(frame.subarray(FRAME_HEADER_BYTES));
      isWhole = sum.equals(words, 16);
    }
    const isCommit = words.getUint32(4) !== 0;
    if (isCommit && isWhole) whole = number;
    if (isCommit && !isWhole) lost++;
  }
  return { whole, lost };
}

function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65536 && (bytes & (bytes - 1)) === 0;
}

/** The log's running checksum. */
class Checksum {
  #first = 0;
  #second = 0;
  readonly #isLittle: boolean;

  constructor(isLittle: boolean) {
    this.#isLittle = isLittle;
  }

  /** Adds bytes, of which there are a multiple of 8. */
  add(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 8) {
      this.#first = this.#first + view.getUint32(at, this.#isLittle) +
          this.#second >>> 0;
      this.#second = this.#second + view.getUint32(at + 4, this.#isLittle) +
          this.#first >>> 0;
    }
  }

  equals(view: DataView, at: number): boolean {
    return view.getUint32(at) === this.#first &&
      view.getUint32(at + 4) === this.#second;
  }
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether there was enough to fill the array. */
function fill(file: Deno.FsFile, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const got = file.readSync(bytes.subarray(at));
    if (got === null) return false;
    at += got;
  }
  return true;
}
