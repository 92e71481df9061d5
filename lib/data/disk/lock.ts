import { DataError } from "../errors.ts";
import { unusable } from "./unusable.ts";

/** How often a lock that is taken is asked for. */
const PAUSE_MS = 250;

/** A large set over a slow line is fetched sooner; who takes longer hangs. */
const PATIENCE_MS = 2 * 60 * 60 * 1000;

/** What {@link withLock} can be told. */
export interface LockOptions {
  /** Hears once, before it is waited, who holds the lock, in words. */
  readonly onWait: (holder: string) => void;
  /** How long is waited; default two hours. */
  readonly patienceMs?: number;
}

/**
 * Runs a task while no other process (and no other call in this one) holds the
 * lock on the same file. A process that dies lets go of its lock.
 *
 * @throws {DataError} If the lock cannot be had, with who holds it and since when.
 */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  { onWait, patienceMs = PATIENCE_MS }: LockOptions,
): Promise<T> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    throw unusable("open the lock", path, error);
  }
  using lock = file;
  if (!await lock.tryLock(true)) {
    onWait(await describeHolder(lock));
    for (let waitedMs = 0; !await lock.tryLock(true); waitedMs += PAUSE_MS) {
      if (waitedMs >= patienceMs) {
        throw new DataError(
          `Cannot go on: ${await describeHolder(
            lock,
          )} holds "${path}", waited for ${
            patienceMs / 60_000
          } minutes; if it does nothing any more, end it, and run this again`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  try {
    await lock.truncate(0);
    await lock.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    throw unusable("write the lock", path, error);
  }
  return await task();
}

/** Who wrote into the lock, and when, in words. */
async function describeHolder(lock: Deno.FsFile): Promise<string> {
  const pid = await readHolder(lock);
  const { mtime } = await lock.stat();
  const since = mtime === null ? "" : `, since ${mtime.toISOString()}`;
  return `${pid === "" ? "another process" : `process ${pid}`}${since}`;
}

async function readHolder(lock: Deno.FsFile): Promise<string> {
  const bytes = new Uint8Array(32);
  try {
    await lock.seek(0, Deno.SeekMode.Start);
    const length = await lock.read(bytes) ?? 0;
    await lock.seek(0, Deno.SeekMode.Start);
    return new TextDecoder().decode(bytes.subarray(0, length)).trim();
  } catch {
    // Windows lets nobody else read what is locked.
    return "";
  }
}
