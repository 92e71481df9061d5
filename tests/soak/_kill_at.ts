/**
 * Loaded before a run: kills it at a named point of a write, the way a power cut or
 * the system does. N2N_KILL_AT says which, "rename:before:3" the third time that a
 * file is about to be renamed. Workers do not load it, and write nothing.
 *
 * @module
 */

import { DatabaseSync, StatementSync } from "node:sqlite";
import { isKillPoint, type KillPoint } from "./points.ts";

const wanted = Deno.env.get("N2N_KILL_AT") ?? "";
const seen = new Map<KillPoint, number>();

/** Is told of every point that is passed. */
function pass(point: KillPoint): void {
  const count = (seen.get(point) ?? 0) + 1;
  seen.set(point, count);
  if (wanted === `${point}:${count}`) Deno.kill(Deno.pid, "SIGKILL");
}

const [place = "", side = ""] = wanted.split(":");
if (!isKillPoint(`${place}:${side}`)) {
  throw new RangeError(`N2N_KILL_AT "${wanted}": expected POINT:SIDE:COUNT`);
}

const { sync, syncSync, write } = Deno.FsFile.prototype;
Deno.FsFile.prototype.write = async function (this: Deno.FsFile, bytes) {
  // Half of it: what a kill in the middle leaves.
  const part = bytes.subarray(0, Math.ceil(bytes.length / 2));
  const written = await write.call(this, part);
  pass("write:within");
  return written;
};
Deno.FsFile.prototype.sync = async function (this: Deno.FsFile) {
  pass("sync:before");
  await sync.call(this);
  pass("sync:after");
};

Deno.FsFile.prototype.syncSync = function (this: Deno.FsFile) {
  pass("sync:before");
  syncSync.call(this);
  pass("sync:after");
};

const { rename, renameSync } = Deno;
Deno.rename = async (from, to) => {
  pass("rename:before");
  await rename(from, to);
  pass("rename:after");
};
Deno.renameSync = (from, to) => {
  pass("rename:before");
  renameSync(from, to);
  pass("rename:after");
};

/** Statements that are a point, by how they begin. */
function around<Value>(sql: string, work: () => Value): Value {
  const isCommit = /^COMMIT/.test(sql);
  if (isCommit) pass("commit:before");
  const value = work();
  if (isCommit) pass("commit:after");
  if (/^(INSERT|DELETE|UPDATE|PRAGMA journal_mode =|BEGIN;)/.test(sql)) {
    pass("statement:after");
  }
  return value;
}

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  return around(sql, () => exec.call(this, sql));
};
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (
  this: StatementSync,
  ...values: Parameters<typeof run>
) {
  return around(this.sourceSQL, () => run.apply(this, values));
} as typeof run;
