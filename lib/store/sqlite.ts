import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  checkNextStep,
  checkStep,
  checkSynchronous,
  checkText,
} from "./_check.ts";
import { openCopy } from "./_copy.ts";
import { storeError, withWords } from "./_errors.ts";
import {
  checkDatabase,
  checkHeader,
  createFile,
  createTables,
} from "./_format.ts";
import { lockRunFile, withCreationLock } from "./_lock.ts";
import { describeLogLoss } from "./_log.ts";
import {
  measureRows,
  openRows,
  readBlob,
  readEvaluation,
  writeBlob,
  writeEvaluation,
} from "./_rows.ts";
import {
  archiveRows,
  countHistory,
  lastStep,
  listRuns,
  readCheckpoint,
  readHistory,
  writeCheckpoint,
  writeHistory,
} from "./_runs.ts";
import type { RunLock, Store } from "./store.ts";

/** How long a write waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 10_000;

/** How a store is opened. */
export interface OpenOptions {
  /**
   * Whether only to look: nothing is written, not even a new file; a missing
   * file is an empty store. Default false.
   */
  readonly readonly?: boolean;
  /** Hears, in a sentence, of what the file's log has lost. Default: nobody. */
  readonly onLoss?: (message: string) => void;
}

/**
 * Opens the store in a file, and makes it if there is none. Write-ahead log,
 * every commit synced to the disk; every page is checked here, every row when
 * it is read.
 *
 * @param path The database file; its folder is made. Beside it lie its log
 *   and the folder `<path>.locks`.
 * @param options Whether only to look.
 * @throws {StoreError} If the file is cut, changed, empty, no store, or of
 *   another format; it is left as it is.
 *
 * @example
 * ```ts no-eval
 * const store = openStore("results/.store/runs.sqlite");
 * using lock = store.lockRun(runId);
 * const start = store.getCheckpoint(runId);
 * store.transaction(() => {
 *   store.putEvaluation(key, json);
 *   store.appendHistory(runId, step, summary);
 *   store.putCheckpoint(runId, { step, json: state, blobs });
 * });
 * store.close();
 * ```
 */
export function openStore(path: string, options: OpenOptions = {}): Store {
  const isReadonly = options.readonly ?? false;
  return withWords(path, "open the run store", () => {
    if (!exists(path)) {
      if (isReadonly) return storeOn(emptyDatabase(), path, true);
      Deno.mkdirSync(dirname(path), { recursive: true });
      withCreationLock(path, () => {
        if (!exists(path)) createFile(path);
      });
    }
    checkHeader(path);
    const loss = describeLogLoss(path);
    if (loss !== undefined) options.onLoss?.(loss);
    const database = isReadonly ? openToRead(path) : openToWrite(path);
    orClose(database, () => checkDatabase(path, database));
    return storeOn(database, path, isReadonly);
  }, "damaged");
}

/** A connection left open would keep its file in use until the process ends. */
function orClose(database: DatabaseSync, work: () => void): void {
  try {
    work();
  } catch (error) {
    database.close();
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function emptyDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  createTables(database);
  database.exec("PRAGMA query_only = 1");
  return database;
}

function openToWrite(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  orClose(database, () => {
    // Prepared rather than run by exec(), whose errors have no code.
    database.prepare(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`).get();
    database.prepare("PRAGMA synchronous = FULL").get();
  });
  return database;
}

/**
 * Opens without writing. SQLite makes a log and an index beside the file even
 * for a reader, hence of a copy where there is no log: nobody writes, since whoever
 * does has one.
 */
function openToRead(path: string): DatabaseSync {
  if (exists(`${path}-wal`)) return new DatabaseSync(path, { readOnly: true });
  try {
    return openCopy(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    // Who may write nowhere leaves an empty log and its index beside the file.
    return new DatabaseSync(path, { readOnly: true });
  }
}

function storeOn(
  database: DatabaseSync,
  path: string,
  isReadonly: boolean,
): Store {
  const rows = openRows(database);
  const say = <T>(action: string, work: () => T): T =>
    withWords(path, action, work);
  const locks = new Set<RunLock>();
  let depth = 0;
  let isOpen = true;
  const store: Store = {
    getEvaluation: (key) =>
      say("read an evaluation", () => readEvaluation(rows, path, key)),
    putEvaluation(key, json) {
      checkText("put evaluation", [key, json]);
      return say("keep an evaluation", () => writeEvaluation(rows, key, json));
    },
    getBlob: (key) => say("read a blob", () => readBlob(rows, path, key)),
    putBlob(key, bytes, meta) {
      checkText("put blob", [key, meta]);
      return say("keep a blob", () => writeBlob(rows, key, { bytes, meta }));
    },
    getCheckpoint: (run) =>
      say("read a checkpoint", () => readCheckpoint(rows, path, run)),
    putCheckpoint(run, checkpoint) {
      checkStep("put checkpoint", checkpoint.step);
      const names = Object.keys(checkpoint.blobs);
      checkText("put checkpoint", [run, checkpoint.json, ...names]);
      say(
        "keep a checkpoint",
        () => transaction(() => writeCheckpoint(rows, run, checkpoint)),
      );
    },
    appendHistory(run, step, json) {
      checkText("append history", [run, json]);
      say("append to the history", () =>
        transaction(() => {
          checkNextStep(step, lastStep(rows, run));
          writeHistory(rows, run, { step, json });
        }));
    },
    history: (run) =>
      say("read the history", () => readHistory(rows, path, run)),
    historyLength: (run) =>
      say("read the history", () => countHistory(rows, run)),
    runs: (prefix) => say("list runs", () => listRuns(rows, prefix)),
    transaction,
    lockRun(run) {
      if (isReadonly) {
        throw storeError(
          "unwritable",
          `Cannot start run "${run}" in "${path}": the store is open for ` +
            `reading, expected for writing`,
        );
      }
      const lock = say("lock a run", () => lockRunFile(path, run));
      locks.add(lock);
      return lock;
    },
    archiveRun: (run) =>
      say("set a run aside", () => transaction(() => archiveRows(rows, run))),
    usage: () => say("count", () => measureRows(rows)),
    close() {
      for (const lock of locks) lock.release();
      if (isOpen) database.close();
      isOpen = false;
    },
  };

  function transaction<T>(work: () => T): T {
    // IMMEDIATE waits for its turn at the start, where nothing is lost yet; an
    // inner one is a savepoint, undone alone if its caller handles the error.
    const [begin, commit, undo] = depth === 0
      ? ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"] as const
      : ["SAVEPOINT inner", "RELEASE inner", "ROLLBACK TO inner"] as const;
    const step = (sql: string) => say("commit", () => rows.run(sql));
    step(begin);
    depth++;
    try {
      const result = work();
      checkSynchronous(result);
      step(commit);
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (database.isTransaction) {
        rows.run(undo);
        if (depth > 1) rows.run("RELEASE inner");
      }
      throw error;
    } finally {
      depth--;
    }
  }
  return store;
}
