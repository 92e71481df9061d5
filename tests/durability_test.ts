/**
 * What must reach the disk before what: a power cut cannot be tried here, so the
 * calls are counted.
 */

import assert from "node:assert/strict";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { writeFileAtomic } from "../lib/cli/mod.ts";
import {
  renameDurably,
  writeFileAtomic as writeData,
} from "../lib/data/disk/write.ts";
import { openStore } from "../lib/store/mod.ts";

const posix = Deno.build.os !== "windows";

/** What a work asks of the disk, in order. */
async function calls(work: () => Promise<void>): Promise<readonly string[]> {
  const log: string[] = [];
  const { sync } = Deno.FsFile.prototype;
  const { rename } = Deno;
  Deno.FsFile.prototype.sync = function (this: Deno.FsFile) {
    log.push(this.statSync().isDirectory ? "sync folder" : "sync file");
    return sync.call(this);
  };
  Deno.rename = (from, to) => {
    log.push("rename");
    return rename(from, to);
  };
  try {
    await work();
  } finally {
    Deno.FsFile.prototype.sync = sync;
    Deno.rename = rename;
  }
  return log;
}

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Seen to fail: with each of the syncs taken out (deno task test:mutations).
Deno.test("every writer brings the file, then its name to the disk", () =>
  inFolder(async (folder) => {
    const expected = [
      "sync file",
      "rename",
      ...posix ? ["sync folder"] : [],
    ];
    const path = `${folder}/file`;
    const bytes = Uint8Array.of(1, 2, 3);
    assert.deepEqual(await calls(() => writeFileAtomic(path, bytes)), expected);
    assert.deepEqual(
      await calls(() => writeData(path, [bytes], () => {})),
      expected,
    );
    assert.deepEqual(
      await calls(() => renameDurably(path, `${path}.new`)),
      expected,
    );
  }));

// Seen to fail: with synchronous = OFF for the connection (deno task test:mutations).
Deno.test("openStore() has SQLite bring every transaction to the disk", () =>
  inFolder((folder) => {
    const found = new Set<DatabaseSync>();
    const { prepare } = DatabaseSync.prototype;
    DatabaseSync.prototype.prepare = function (sql, ...rest) {
      // Others are of the file while it is made, and of the tables as they should be.
      if (/^PRAGMA busy_timeout/.test(sql)) found.add(this);
      return prepare.call(this, sql, ...rest);
    };
    try {
      const store = openStore(`${folder}/runs.sqlite`);
      const [database, ...others] = found;
      assert.equal(others.length, 0);
      // 2 is FULL: https://sqlite.org/pragma.html#pragma_synchronous
      assert.equal(
        database!.prepare("PRAGMA synchronous").get()!.synchronous,
        2,
      );
      assert.equal(
        database!.prepare("PRAGMA journal_mode").get()!.journal_mode,
        "wal",
      );
      store.close();
    } finally {
      DatabaseSync.prototype.prepare = prepare;
    }
    return Promise.resolve();
  }));

// Seen to fail: with the transaction around a checkpoint taken out.
Deno.test("putCheckpoint() keeps the earlier one whole when a later one fails within", () =>
  inFolder((folder) => {
    const store = openStore(`${folder}/runs.sqlite`);
    const first = {
      step: 1,
      json: "{}",
      blobs: { a: Uint8Array.of(1), b: Uint8Array.of(2) },
    };
    store.putCheckpoint("run", first);
    let inserts = 0;
    const statements: { run: (...args: unknown[]) => unknown } = StatementSync
      .prototype as never;
    const { run } = statements;
    statements.run = function (
      this: { readonly sourceSQL: string },
      ...args: unknown[]
    ) {
      const isBlob = /INSERT INTO checkpoint_blobs/.test(this.sourceSQL);
      // Between the first blob and the second.
      if (isBlob && ++inserts === 2) throw new Error("the machine stops");
      return run.apply(this, args);
    };
    try {
      assert.throws(
        () => store.putCheckpoint("run", { ...first, step: 2 }),
        /the machine stops/,
      );
    } finally {
      statements.run = run;
    }
    assert.deepEqual(store.getCheckpoint("run"), first);
    store.close();
    return Promise.resolve();
  }));
