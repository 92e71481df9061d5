import { StoreError, type StoreTrouble } from "./errors.ts";

/** SQLite's primary result codes that are not bugs: https://sqlite.org/rescode.html */
const TROUBLES: Readonly<Record<number, StoreTrouble>> = {
  5: "locked", // SQLITE_BUSY
  6: "locked", // SQLITE_LOCKED
  8: "unwritable", // SQLITE_READONLY
  10: "unwritable", // SQLITE_IOERR
  11: "damaged", // SQLITE_CORRUPT
  13: "unwritable", // SQLITE_FULL
  14: "unwritable", // SQLITE_CANTOPEN
  26: "damaged", // SQLITE_NOTADB
};

/** The same by text, where node:sqlite gives no code. */
const TEXTS: readonly (readonly [RegExp, StoreTrouble])[] = [
  [/database is locked/, "locked"],
  [/readonly database/, "unwritable"],
  [/unable to open database file|disk I\/O error/, "unwritable"],
  [/database or disk is full/, "unwritable"],
  [/malformed|not a database/, "damaged"],
];

const REMEDIES: Readonly<Record<StoreTrouble, string>> = {
  damaged:
    "move the file aside, with those of its name and -wal, -shm, and run again: what it held is computed anew",
  format:
    "move the file aside, with those of its name and -wal, -shm, or use the version that wrote it",
  locked: "wait for the other process, or end it",
  running: "wait for the other process, or end it",
  unwritable: "free some space or choose another folder, then run again",
};

/** A StoreError with what to do about it. */
export function storeError(
  trouble: StoreTrouble,
  what: string,
  cause?: unknown,
): StoreError {
  const options = cause === undefined ? undefined : { cause };
  return new StoreError(trouble, `${what}; ${REMEDIES[trouble]}`, options);
}

/**
 * Runs an action on the file; what SQLite or the system reports gets words.
 * Other SQLite errors are bugs, unless the file itself is in question.
 */
export function withWords<T>(
  path: string,
  action: string,
  work: () => T,
  other?: StoreTrouble,
): T {
  try {
    return work();
  } catch (error) {
    const trouble = troubleOf(error, other);
    if (trouble === undefined) throw error;
    const code = systemCode(error);
    throw storeError(
      trouble,
      `Cannot ${action} in "${path}"${code}: ${(error as Error).message}`,
      error,
    );
  }
}

function troubleOf(
  error: unknown,
  other: StoreTrouble | undefined,
): StoreTrouble | undefined {
  if (!(error instanceof Error) || error instanceof StoreError) {
    return undefined;
  }
  if (isSystemError(error)) return "unwritable";
  if (!("code" in error) || error.code !== "ERR_SQLITE_ERROR") return undefined;
  if ("errcode" in error && typeof error.errcode === "number") {
    return TROUBLES[error.errcode & 0xff] ?? other;
  }
  return TEXTS.find(([text]) => text.test(error.message))?.[1] ?? other;
}

/** ENOSPC, EROFS, EACCES, … */
function isSystemError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" &&
    /^E[A-Z0-9]+$/.test(error.code);
}

function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (isSystemError(error)) {
    return ` (${(error as Error & { code: string }).code})`;
  }
  return "errcode" in error && error.errcode !== undefined
    ? ` (SQLite code ${error.errcode})`
    : "";
}
