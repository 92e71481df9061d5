import { dirname, join } from "node:path";
import { DataError } from "./errors.ts";

/** The bytes of a file, or undefined when there is none. */
export async function readIfExists(
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("read", path, error);
  }
}

/** A file opened for reading, or undefined when there is none. */
export async function openIfExists(
  path: string,
): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("read", path, error);
  }
}

/** Whether there is a file, not a folder, at a path. */
export async function isFile(path: string): Promise<boolean> {
  return await fileFacts(path) !== undefined;
}

/** Length and time of a file, or undefined when there is none at the path. */
export async function fileFacts(
  path: string,
): Promise<
  { readonly bytes: number; readonly modifiedMs: number } | undefined
> {
  try {
    const { isFile, size, mtime } = await Deno.stat(path);
    return isFile
      ? { bytes: size, modifiedMs: mtime?.getTime() ?? 0 }
      : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable("look up", path, error);
  }
}

/**
 * All files below a folder, as sorted paths from it with '/'; none when there is
 * no such folder. Hidden ones are left out.
 */
export async function listTree(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  async function walk(below: string): Promise<void> {
    for await (
      const { name, isDirectory } of Deno.readDir(join(folder, below))
    ) {
      if (name.startsWith(".")) continue;
      if (isDirectory) await walk(`${below}${name}/`);
      else found.push(`${below}${name}`);
    }
  }
  try {
    await walk("");
  } catch (error) {
    if (!isMissing(error)) throw unusable("list", folder, error);
  }
  return found.sort();
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}

/** Makes a folder and its parents. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw unusable("make the folder", path, error);
  }
}

/** Bytes between two reports of progress. */
const CHUNK_BYTES = 1 << 20;

/**
 * Writes a file whole or not at all: to a temporary name beside it, to the disk,
 * then under its own name. Two writers of one path must exclude each other; a
 * leftover of a writer that was killed is overwritten by the next.
 *
 * @param path The file.
 * @param parts Its bytes, in pieces.
 * @param onProgress Hears of the bytes written so far, after every step.
 */
export async function writeFileAtomic(
  path: string,
  parts: readonly Uint8Array[],
  onProgress: (bytes: number) => void,
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    using file = await Deno.open(temporary, {
      write: true,
      create: true,
      truncate: true,
    });
    let bytes = 0;
    for (const part of parts) {
      for (let at = 0; at < part.length;) {
        const written = await file.write(
          part.subarray(at, at + CHUNK_BYTES),
        );
        at += written;
        bytes += written;
        onProgress(bytes);
      }
    }
    await file.sync();
    await Deno.rename(temporary, path);
    await syncFolder(dirname(path));
    onProgress(bytes);
  } catch (error) {
    // A full disk must not stay full; that this may fail too changes nothing.
    await Deno.remove(temporary).catch(() => {});
    throw unusable("write", path, error);
  }
}

/** Renames a file after its bytes have reached the disk; whole or not at all. */
export async function renameDurably(from: string, to: string): Promise<void> {
  try {
    {
      using file = await Deno.open(from, { write: true });
      await file.sync();
    }
    await Deno.rename(from, to);
    await syncFolder(dirname(to));
  } catch (error) {
    throw unusable("write", to, error);
  }
}

/** Removes a file, if there is one. */
export async function removeIfExists(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw unusable("remove", path, error);
  }
}

/** Makes a rename last through a power cut. Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}

/**
 * Renames a file that is not what it should be to the first free name
 * `<path>.corrupt-N`, so that nothing is lost.
 *
 * @param path The file.
 * @param name What it should have been, where that is not its path.
 * @returns The new path.
 */
export async function setAside(path: string, name = path): Promise<string> {
  for (let n = 1;; n++) {
    const aside = `${name}.corrupt-${n}`;
    try {
      await Deno.lstat(aside);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        throw unusable("look up", aside, error);
      }
      try {
        await Deno.rename(path, aside);
      } catch (error) {
        throw unusable("set aside", path, error);
      }
      return aside;
    }
  }
}

/**
 * Runs a task while no other process (and no other call in this one) holds the
 * lock on the same file. A process that dies lets go of its lock.
 */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  onWait: () => void,
): Promise<T> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, create: true });
  } catch (error) {
    throw unusable("open the lock", path, error);
  }
  using lock = file;
  if (!await lock.tryLock(true)) {
    onWait();
    await lock.lock(true);
  }
  return await task();
}

/** What the system says of a file, with the fix; other errors as they are. */
export function unusable(
  action: string,
  path: string,
  error: unknown,
): unknown {
  if (!(error instanceof Error)) return error;
  // Our own errors and those of a caller's callback pass through.
  const { code } = error as { code?: unknown };
  const isCoded = typeof code === "string";
  // Deno gives no code to some of the system's errors, such as a file too large.
  if (!isCoded && !/\(os error \d+\)/.test(error.message)) return error;
  const fault = isCoded ? `${code}, ${error.message}` : error.message;
  return new DataError(
    `Cannot ${action} "${path}": ${fault}; check the permissions and the free space, or name another folder`,
    { cause: error },
  );
}
