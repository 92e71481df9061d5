import { dirname } from "node:path";
import { unusable } from "./unusable.ts";

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
