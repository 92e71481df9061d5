import { basename, dirname, join } from "node:path";
import process from "node:process";
import { FileError } from "./errors.ts";

let serial = 0;

/** How {@link writeFileAtomic} makes the file. */
export interface AtomicOptions {
  /** Permissions of a secret file from its first byte on, 0o600; default the usual. */
  readonly mode?: number;
}

/**
 * Writes a file so that a reader, or this process after a crash, finds either
 * the old content or the new one, never a part: a temporary file beside it,
 * fsync, rename, fsync of the folder. Missing folders are made.
 *
 * @param path The file.
 * @param content Its whole new content; text is written as UTF-8.
 * @param options Permissions, where not the usual ones.
 * @throws {FileError} With path and code (ENOSPC, EROFS, EACCES, …); the old
 *   file is then as it was.
 *
 * @example
 * ```ts no-eval
 * await writeFileAtomic("results/rq1/smoke.json", "{}\n");
 * ```
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: AtomicOptions = {},
): Promise<void> {
  const folder = dirname(path);
  let temporary: string | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    const created = await createBeside(path, options);
    temporary = created.path;
    {
      using file = created.file;
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      for (let at = 0; at < bytes.length;) {
        at += await file.write(bytes.subarray(at));
      }
      await file.sync();
    }
    await Deno.rename(temporary, path);
    temporary = undefined;
    await syncFolder(folder);
  } catch (error) {
    if (temporary !== undefined) await removeQuietly(temporary);
    throw asFileError(error, path);
  }
}

/** A fresh file in the same folder, for a rename cannot cross file systems. */
async function createBeside(
  path: string,
  { mode }: AtomicOptions,
): Promise<{ readonly path: string; readonly file: Deno.FsFile }> {
  while (true) {
    // The process number keeps two processes apart; createNew and the serial
    // number step over what a killed process of the same number left behind.
    const name = `.${basename(path)}.${process.pid}-${serial++}.tmp`;
    const temporary = join(dirname(path), name);
    try {
      const options = {
        write: true,
        createNew: true,
        ...(mode !== undefined && { mode }),
      };
      return {
        path: temporary,
        file: await Deno.open(temporary, options),
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Makes a rename durable. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder, { read: true });
  await handle.sync();
}

/** The error that led here is the one worth telling. */
async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    return;
  }
}

function asFileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? ` (${error.code})` : "";
  return new FileError(
    `Cannot write "${path}"${code}: ${error.message}, expected a writable ` +
      `folder with free space; the earlier file, if any, is untouched`,
    { cause: error },
  );
}
