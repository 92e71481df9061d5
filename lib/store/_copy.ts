import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";

/**
 * Bytes 18 and 19 of a database's header, the versions for writing and reading: 2
 * means a log beside the file, which SQLite makes even for a reader; 1 means none.
 * https://sqlite.org/fileformat2.html#file_format_version_numbers
 */
const VERSIONS_AT = 18;

/** As much as is copied at a time. */
const CHUNK_BYTES = 1 << 20;

/**
 * Opens a copy of a database that has no log, so that nothing is written beside it
 * and a folder that cannot be written in is good enough. (SQLite's own `immutable`
 * needs a URL, which Deno lets pass only where everything is permitted.)
 *
 * @param path A file that nobody writes: whoever does has a log.
 */
export function openCopy(path: string): DatabaseSync {
  const folder = Deno.makeTempDirSync({ prefix: "n2n-store-" });
  try {
    const copy = join(folder, "runs.sqlite");
    copyWithoutLog(path, copy);
    return new DatabaseSync(copy, { readOnly: true });
  } finally {
    removeOpened(folder);
  }
}

function copyWithoutLog(from: string, to: string): void {
  using source = Deno.openSync(from, { read: true });
  using target = Deno.openSync(to, { write: true, createNew: true });
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let length; (length = source.readSync(chunk)) !== null;) {
    for (let at = 0; at < length;) {
      at += target.writeSync(chunk.subarray(at, length));
    }
  }
  target.seekSync(VERSIONS_AT, Deno.SeekMode.Start);
  target.writeSync(Uint8Array.of(1, 1));
}

/** What is open stays readable without its name, and is gone when it is closed. */
function removeOpened(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    // Windows keeps a file that is open; the system clears its temporary folder.
    if (Deno.build.os !== "windows") throw error;
  }
}
