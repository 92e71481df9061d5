import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { storeError } from "./_errors.ts";

/** Version of the tables; other versions are refused in words. */
export const FORMAT = 1;
/** "n2ns": marks the file as ours (SQLite's application_id). */
export const APPLICATION_ID = 0x6e326e73;

/**
 * Keys and content are text or bytes, `sha256` is taken over both.
 * `archive` is 0 for a run in use, 1, 2, … for runs set aside.
 */
const TABLES = `
CREATE TABLE evaluations (
  key TEXT PRIMARY KEY, json TEXT NOT NULL, sha256 BLOB NOT NULL
) STRICT;
CREATE TABLE blobs (
  key TEXT PRIMARY KEY, bytes BLOB NOT NULL, meta TEXT NOT NULL,
  sha256 BLOB NOT NULL
) STRICT;
CREATE TABLE checkpoints (
  run TEXT NOT NULL, archive INTEGER NOT NULL, step INTEGER NOT NULL,
  json TEXT NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (run, archive)
) STRICT;
CREATE TABLE checkpoint_blobs (
  run TEXT NOT NULL, archive INTEGER NOT NULL, name TEXT NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY (run, archive, name)
) STRICT;
CREATE TABLE history (
  run TEXT NOT NULL, archive INTEGER NOT NULL, step INTEGER NOT NULL,
  json TEXT NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (run, archive, step)
) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`;

/** Makes the tables in an empty database. */
export function createTables(database: DatabaseSync): void {
  database.exec(`BEGIN; ${TABLES} COMMIT;`);
}

/**
 * Makes a new database file that appears whole under its name: a process
 * killed meanwhile leaves no empty file that looks like a lost store.
 */
export function createFile(path: string): void {
  const unfinished = `${path}.new`;
  for (const end of ["", "-wal", "-shm", "-journal"]) {
    removeIfThere(unfinished + end);
  }
  const database = new DatabaseSync(unfinished);
  try {
    // Kept in the file: every later connection has it.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    createTables(database);
  } finally {
    database.close();
  }
  setLogAside(path);
  Deno.renameSync(unfinished, path);
  if (Deno.build.os === "windows") return;
  using folder = Deno.openSync(dirname(path), { read: true });
  folder.syncSync();
}

/**
 * A file that was moved away without its log leaves it: SQLite would read what is
 * in it into whatever file has the name next.
 */
function setLogAside(path: string): void {
  for (const end of ["-wal", "-shm"]) {
    try {
      Deno.renameSync(`${path}${end}`, freeName(`${path}${end}.aside`));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** The name, numbered where it is taken. */
function freeName(name: string): string {
  for (let number = 1;; number++) {
    const free = `${name}-${number}`;
    try {
      Deno.lstatSync(free);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return free;
      throw error;
    }
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Refuses what is no store of this format. Looks at the bytes of the header
 * (https://sqlite.org/fileformat2.html#database_header), since opening a file
 * with SQLite may already change it.
 */
export function checkHeader(path: string): void {
  // A pipe would be waited for.
  if (!Deno.statSync(path).isFile) {
    throw storeError(
      "damaged",
      `Cannot open "${path}": it is no regular file, expected a run store`,
    );
  }
  const header = new Uint8Array(100);
  const length = readStart(path, header);
  const found = describeFault(header, length) ?? describeCut(path, header);
  if (found === undefined) return;
  const [trouble, text] = found;
  throw storeError(trouble, `Cannot open "${path}": ${text}`);
}

/**
 * Finds a cut that SQLite would miss, within the last page. While there is a
 * log, pages may still be on their way from it to the file.
 */
function describeCut(
  path: string,
  header: Uint8Array,
): readonly ["damaged", string] | undefined {
  if (sizeOf(`${path}-wal`) > 0) return undefined;
  const view = new DataView(header.buffer);
  // 1 stands for 65536, which does not fit.
  const pageBytes = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  const wanted = view.getUint32(28) * pageBytes;
  const size = sizeOf(path);
  if (size >= wanted) return undefined;
  return ["damaged", `it has ${size} bytes, expected ${wanted}`];
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Fills the array from the start of a file and returns how far. */
function readStart(path: string, bytes: Uint8Array): number {
  using file = Deno.openSync(path, { read: true });
  let length = 0;
  while (length < bytes.length) {
    const got = file.readSync(bytes.subarray(length));
    if (got === null) break;
    length += got;
  }
  return length;
}

function describeFault(
  header: Uint8Array,
  length: number,
): readonly ["damaged" | "format", string] | undefined {
  const wanted = "expected a run store";
  if (length === 0) return ["damaged", `the file is empty, ${wanted}`];
  const magic = new TextDecoder("latin1").decode(header.subarray(0, 16));
  if (length < 100 || magic !== "SQLite format 3\0") {
    return ["damaged", `it is no SQLite database, ${wanted}`];
  }
  const view = new DataView(header.buffer);
  if (view.getUint32(68) !== APPLICATION_ID) {
    return ["damaged", `it is a database of another program, ${wanted}`];
  }
  const format = view.getUint32(60);
  if (format === FORMAT) return undefined;
  const age = format > FORMAT ? "a newer" : "an older";
  return [
    "format",
    `it is of format ${format}, written by ${age} version, ` +
    `expected format ${FORMAT}`,
  ];
}

/**
 * Refuses a database that does not hang together: a cut file, a flipped byte
 * in a page's structure or in an index, tables that are not ours.
 */
export function checkDatabase(path: string, database: DatabaseSync): void {
  const row = database.prepare("PRAGMA integrity_check(1)").get();
  const found = row?.integrity_check;
  if (found !== "ok") {
    throw storeError(
      "damaged",
      `Cannot open "${path}": ${String(found).replaceAll("\n", " ")}, ` +
        `expected whole pages`,
    );
  }
  const fresh = new DatabaseSync(":memory:");
  createTables(fresh);
  const expected = listTables(fresh);
  fresh.close();
  if (listTables(database) === expected) return;
  throw storeError(
    "damaged",
    `Cannot open "${path}": its tables changed, expected those of format ` +
      `${FORMAT}`,
  );
}

function listTables(database: DatabaseSync): string {
  const sql = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
  return JSON.stringify(database.prepare(sql).all());
}
