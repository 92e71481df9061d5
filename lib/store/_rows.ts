import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { digestRow, type Part, sameDigest } from "./_digest.ts";
import { storeError } from "./_errors.ts";
import type { Amount, Blob, Usage } from "./store.ts";

/** Row-level reading and writing, every payload with its digest. */
export interface Rows {
  readonly run: (sql: string, ...values: readonly SQLInputValue[]) => number;
  readonly one: (
    sql: string,
    ...values: readonly SQLInputValue[]
  ) => Row | undefined;
  readonly all: (
    sql: string,
    ...values: readonly SQLInputValue[]
  ) => readonly Row[];
}

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Statements are compiled once and kept with the connection. */
export function openRows(database: DatabaseSync): Rows {
  const cache = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  function prepare(sql: string) {
    const statement = cache.get(sql) ?? database.prepare(sql);
    cache.set(sql, statement);
    return statement;
  }
  return {
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    one: (sql, ...values) => prepare(sql).get(...values),
    all: (sql, ...values) => prepare(sql).all(...values),
  };
}

/** Refuses a row that is not what was written. */
export function verify(
  path: string,
  what: string,
  { row, parts }: { readonly row: Row; readonly parts: readonly Part[] },
): void {
  const kept = row.sha256;
  if (kept instanceof Uint8Array && sameDigest(digestRow(parts), kept)) return;
  throw storeError(
    "damaged",
    `Cannot read ${what} in "${path}": its content changed on disk, ` +
      `expected the SHA-256 it was written with`,
  );
}

/** Reads an evaluation. */
export function readEvaluation(
  rows: Rows,
  path: string,
  key: string,
): string | undefined {
  const row = rows.one("SELECT * FROM evaluations WHERE key = ?", key);
  if (row === undefined) return undefined;
  const json = row.json as string;
  verify(path, `evaluation "${key}"`, {
    row,
    parts: ["evaluation", key, json],
  });
  return json;
}

/** Writes an evaluation unless there is one. */
export function writeEvaluation(
  rows: Rows,
  key: string,
  json: string,
): boolean {
  const digest = digestRow(["evaluation", key, json]);
  const sql = "INSERT OR IGNORE INTO evaluations VALUES (?, ?, ?)";
  return rows.run(sql, key, json, digest) > 0;
}

/** Reads a blob. */
export function readBlob(
  rows: Rows,
  path: string,
  key: string,
): Blob | undefined {
  const row = rows.one("SELECT * FROM blobs WHERE key = ?", key);
  if (row === undefined) return undefined;
  const bytes = row.bytes as Uint8Array;
  const meta = row.meta as string;
  verify(path, `blob "${key}"`, { row, parts: ["blob", key, bytes, meta] });
  return { bytes, meta };
}

/** Writes a blob unless there is one. */
export function writeBlob(
  rows: Rows,
  key: string,
  { bytes, meta }: Blob,
): boolean {
  const digest = digestRow(["blob", key, bytes, meta]);
  const sql = "INSERT OR IGNORE INTO blobs VALUES (?, ?, ?, ?)";
  return rows.run(sql, key, bytes, meta, digest) > 0;
}

/** Counts rows and the bytes of their content. */
export function measureRows(rows: Rows): Usage {
  function amount(table: string, size: string): Amount {
    const sql = `SELECT count(*) AS count, ` +
      `coalesce(sum(${size}), 0) AS sizeBytes FROM ${table}`;
    return { ...rows.one(sql)! } as unknown as Amount;
  }
  const checkpoints = amount("checkpoints", "octet_length(json)");
  const { sizeBytes } = amount("checkpoint_blobs", "octet_length(bytes)");
  return {
    evaluations: amount("evaluations", "octet_length(json)"),
    blobs: amount("blobs", "octet_length(bytes) + octet_length(meta)"),
    checkpoints: {
      count: checkpoints.count,
      sizeBytes: checkpoints.sizeBytes + sizeBytes,
    },
    history: amount("history", "octet_length(json)"),
  };
}
