import { createHash } from "node:crypto";
import process from "node:process";
import { join } from "node:path";
import { storeError } from "./_errors.ts";
import type { RunLock } from "./store.ts";

/** Folder of the lock files of a store. */
export function lockFolder(path: string): string {
  return `${path}.locks`;
}

/**
 * Locks a run with a file lock: the system releases it when the process ends,
 * however it ends, so a kill leaves nothing to clean up.
 */
export function lockRunFile(path: string, run: string): RunLock {
  const name = createHash("sha256").update(run).digest("hex").slice(0, 32);
  const file = openLockFile(path, `run-${name}.lock`);
  if (!file.tryLockSync(true)) {
    const owner = readOwner(file);
    file.close();
    throw storeError(
      "running",
      `Cannot start run "${run}" in "${path}": process ${owner} works on ` +
        `it, expected to be alone with it`,
    );
  }
  try {
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(`${process.pid}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  let held = true;
  // The file stays: another process may have opened it already, and would
  // then lock a file that nobody else can find.
  const release = () => {
    if (held) file.close();
    held = false;
  };
  return { release, [Symbol.dispose]: release };
}

/** How often a lock that is taken is asked for. */
const PAUSE_MS = 20;

/**
 * Makes a store's file once, however many processes start at a time.
 *
 * @param path The file.
 * @param work Makes it: milliseconds.
 * @param timeoutMs How long another process may take.
 * @throws {StoreError} `locked` if it takes longer.
 */
export function withCreationLock(
  path: string,
  work: () => void,
  timeoutMs = 10_000,
): void {
  using file = openLockFile(path, "create.lock");
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; !file.tryLockSync(true); waitedMs += PAUSE_MS) {
    if (waitedMs >= timeoutMs) {
      throw storeError(
        "locked",
        `Cannot make "${path}": another process has made it for ${
          timeoutMs / 1000
        } seconds, expected milliseconds`,
      );
    }
    Atomics.wait(clock, 0, 0, PAUSE_MS);
  }
  work();
}

function openLockFile(path: string, name: string): Deno.FsFile {
  Deno.mkdirSync(lockFolder(path), { recursive: true });
  const options = { read: true, write: true, create: true };
  return Deno.openSync(join(lockFolder(path), name), options);
}

function readOwner(file: Deno.FsFile): string {
  const bytes = new Uint8Array(32);
  try {
    const length = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length)).trim() ||
      "unknown";
  } catch {
    // Windows lets nobody else read what is locked.
    return "unknown";
  }
}
