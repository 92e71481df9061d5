import { digestRow, type Part } from "./_digest.ts";
import { type Rows, verify } from "./_rows.ts";
import type { Checkpoint, HistoryEntry } from "./store.ts";

/** What a checkpoint's digest is taken over, its blobs included. */
function checkpointParts(
  run: string,
  { step, json, blobs }: Checkpoint,
): readonly Part[] {
  const names = Object.keys(blobs).toSorted();
  const named = names.flatMap((name) => [name, blobs[name]!]);
  return ["checkpoint", run, step, json, ...named];
}

/** Reads the checkpoint of a run in use. */
export function readCheckpoint(
  rows: Rows,
  path: string,
  run: string,
): Checkpoint | undefined {
  const where = "WHERE run = ? AND archive = 0";
  const row = rows.one(`SELECT * FROM checkpoints ${where}`, run);
  if (row === undefined) return undefined;
  const blobs = rows.all(`SELECT * FROM checkpoint_blobs ${where}`, run)
    .map((blob) => [blob.name as string, blob.bytes as Uint8Array] as const);
  const checkpoint = {
    step: row.step as number,
    json: row.json as string,
    blobs: Object.fromEntries(blobs),
  };
  const parts = checkpointParts(run, checkpoint);
  verify(path, `the checkpoint of run "${run}"`, { row, parts });
  return checkpoint;
}

/** Names of runs in use that have a checkpoint; in the order of JavaScript's strings. */
export function listRuns(rows: Rows, prefix: string): readonly string[] {
  const sql = "SELECT run FROM checkpoints WHERE archive = 0 " +
    "AND substr(run, 1, length(?1)) = ?1";
  return rows.all(sql, prefix).map(({ run }) => run as string).sort();
}

/** Replaces the checkpoint of a run in use; belongs in a transaction. */
export function writeCheckpoint(
  rows: Rows,
  run: string,
  checkpoint: Checkpoint,
): void {
  const { step, json, blobs } = checkpoint;
  const digest = digestRow(checkpointParts(run, checkpoint));
  const where = "WHERE run = ? AND archive = 0";
  rows.run(`DELETE FROM checkpoint_blobs ${where}`, run);
  rows.run(
    "INSERT OR REPLACE INTO checkpoints VALUES (?, 0, ?, ?, ?)",
    run,
    step,
    json,
    digest,
  );
  for (const [name, bytes] of Object.entries(blobs)) {
    const sql = "INSERT INTO checkpoint_blobs VALUES (?, 0, ?, ?)";
    rows.run(sql, run, name, bytes);
  }
}

/** Reads the history of a run in use. */
export function readHistory(
  rows: Rows,
  path: string,
  run: string,
): readonly HistoryEntry[] {
  const sql = "SELECT * FROM history WHERE run = ? AND archive = 0 " +
    "ORDER BY step";
  return rows.all(sql, run).map((row) => {
    const step = row.step as number;
    const json = row.json as string;
    const parts = ["history", run, step, json];
    verify(path, `step ${step} of the history of run "${run}"`, { row, parts });
    return { step, json };
  });
}

/** Number of steps told to the history of a run in use. */
export function countHistory(rows: Rows, run: string): number {
  const sql = "SELECT count(*) AS count FROM history " +
    "WHERE run = ? AND archive = 0";
  return rows.one(sql, run)!.count as number;
}

/** The last step told to the history of a run in use. */
export function lastStep(rows: Rows, run: string): number | undefined {
  const sql = "SELECT max(step) AS step FROM history " +
    "WHERE run = ? AND archive = 0";
  return rows.one(sql, run)?.step as number | null ?? undefined;
}

/** Adds to the history of a run in use. */
export function writeHistory(
  rows: Rows,
  run: string,
  { step, json }: HistoryEntry,
): void {
  const digest = digestRow(["history", run, step, json]);
  const sql = "INSERT INTO history VALUES (?, 0, ?, ?, ?)";
  rows.run(sql, run, step, json, digest);
}

/** Numbers what a run in use has as its next archive; true if there was any. */
export function archiveRows(rows: Rows, run: string): boolean {
  const latest = rows.one(
    "SELECT max(archive) AS archive FROM (" +
      "SELECT archive FROM checkpoints WHERE run = ?1 UNION ALL " +
      "SELECT archive FROM history WHERE run = ?1)",
    run,
  )?.archive as number | null;
  if (latest === null) return false;
  const moved = ["checkpoints", "checkpoint_blobs", "history"].map((table) =>
    rows.run(
      `UPDATE ${table} SET archive = ? WHERE run = ? AND archive = 0`,
      latest + 1,
      run,
    )
  );
  return moved.some((count) => count > 0);
}
