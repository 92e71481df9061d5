import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { withCreationLock } from "../../lib/store/_lock.ts";
import { openStore, type Store, StoreError } from "../../lib/store/mod.ts";
import { makeReadOnly, testOnSmallDisk } from "../_small_disk.ts";
import { inTemporaryFolder, pattern } from "./_temporary.ts";

/** A store with something of everything, closed. */
function makeStore(folder: string): string {
  const path = join(folder, "runs.sqlite");
  const store = openStore(path);
  for (let index = 0; index < 5; index++) {
    store.putEvaluation(`evaluation ${index}`, `{"accuracy":0.${index}}`);
  }
  store.putBlob("teacher", pattern(5000), "weights");
  for (let step = 1; step <= 5; step++) store.appendHistory("run", step, "{}");
  const blobs = { policy: pattern(300), adam: pattern(300, 7) };
  store.putCheckpoint("run", { step: 5, json: "{}", blobs });
  store.close();
  return path;
}

/** All that {@link makeStore} put in. */
function readAll(store: Store): unknown {
  return {
    evaluations: [0, 1, 2, 3, 4].map((index) =>
      store.getEvaluation(`evaluation ${index}`)
    ),
    teacher: store.getBlob("teacher"),
    history: store.history("run"),
    checkpoint: store.getCheckpoint("run"),
  };
}

function refuses(path: string, words: RegExp, trouble = "damaged"): void {
  const before = Deno.readFileSync(path);
  for (const readonly of [false, true]) {
    assert.throws(() => openStore(path, { readonly }).close(), (error) => {
      assert(error instanceof StoreError, String(error));
      assert.equal(error.trouble, trouble);
      assert.equal(error.exitCode, 5);
      assert(error.message.includes(`"${path}"`), error.message);
      assert.match(error.message, words);
      assert.match(error.message, /; move the file aside/);
      return true;
    });
  }
  assert.deepEqual(Deno.readFileSync(path), before);
}

Deno.test("openStore() finds what was kept when opened again", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const store = openStore(path);
    const first = readAll(store);
    assert.equal(store.getCheckpoint("run")!.step, 5);
    store.close();
    store.close();
    const reader = openStore(path, { readonly: true });
    assert.deepEqual(readAll(reader), first);
    assert.throws(() => reader.putEvaluation("k", ""), /readonly database/);
    assert.throws(() => reader.lockRun("run"), /open for reading/);
    reader.close();
  });
});

Deno.test("openStore() leaves nothing beside the store when it only reads", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const bytes = Deno.readFileSync(path);
    const names = () =>
      [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    const before = names();
    const reader = openStore(path, { readonly: true });
    readAll(reader);
    reader.close();
    assert.deepEqual(names(), before);
    assert.deepEqual(Deno.readFileSync(path), bytes);
  });
});

Deno.test("openStore() sees what is only in the log when it reads beside a writer", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const bytes = Deno.readFileSync(path);
    const writer = openStore(path);
    writer.putEvaluation("late", "{}");
    assert.deepEqual(Deno.readFileSync(path), bytes, "the log is not needed");
    const reader = openStore(path, { readonly: true });
    assert.equal(reader.getEvaluation("late"), "{}");
    reader.close();
    writer.close();
  });
});

Deno.test("openStore() keeps a write-ahead log", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const database = new DatabaseSync(path);
    const mode = database.prepare("PRAGMA journal_mode").get();
    assert.equal(mode!.journal_mode, "wal");
    database.close();
  });
});

Deno.test("openStore() is empty and writes nothing when read-only and missing", async () => {
  await inTemporaryFolder((folder) => {
    const store = openStore(join(folder, "a", "b.sqlite"), { readonly: true });
    assert.equal(store.getCheckpoint("run"), undefined);
    assert.equal(store.usage().blobs.count, 0);
    assert.throws(() => store.putEvaluation("k", ""), StoreError);
    store.close();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("openStore() refuses a file that is no store", async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, "runs.sqlite");
    Deno.writeFileSync(path, new Uint8Array());
    refuses(path, /the file is empty/);
    Deno.writeTextFileSync(path, "not a database ".repeat(1000));
    refuses(path, /it is no SQLite database/);
    Deno.writeTextFileSync(path, "SQLite format 3\0");
    refuses(path, /it is no SQLite database/);
    Deno.removeSync(path);
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE t (a)");
    other.close();
    refuses(path, /it is a database of another program/);
  });
});

Deno.test("openStore() refuses other formats in words", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    for (const [format, age] of [[0, "an older"], [2, "a newer"]] as const) {
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA user_version = ${format}`);
      database.close();
      const words = `it is of format ${format}, written by ${age} version`;
      refuses(path, new RegExp(words), "format");
    }
  });
});

Deno.test("openStore() refuses a file cut at any length", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const whole = Deno.readFileSync(path);
    for (let length = 0; length < whole.length; length += 1531) {
      Deno.writeFileSync(path, whole.subarray(0, length));
      refuses(path, /Cannot open/);
    }
  });
});

Deno.test("openStore() never gives wrong content when a byte is flipped", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const whole = Deno.readFileSync(path);
    const good = openStore(path);
    const expected = readAll(good);
    good.close();
    let refused = 0;
    // The step is prime to the page size: all places of a page are visited.
    for (let at = 0; at < whole.length; at += 83) {
      for (const end of ["-wal", "-shm"]) {
        try {
          Deno.removeSync(path + end);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      }
      const changed = whole.slice();
      changed[at]! ^= 0x10;
      Deno.writeFileSync(path, changed);
      let store: Store | undefined;
      try {
        store = openStore(path);
        assert.deepEqual(readAll(store), expected, `byte ${at}`);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        assert.equal(error.exitCode, 5, error.message);
        refused++;
      } finally {
        store?.close();
      }
    }
    // Most of this small file is in use, so most flips must show.
    assert(refused > 50, `${refused} flips noticed`);
  });
});

Deno.test("openStore() never takes a run for new when its name is flipped", async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, "runs.sqlite");
    const run = "run 0123456789abcdef";
    const made = openStore(path);
    made.putCheckpoint(run, { step: 1, json: "{}", blobs: {} });
    made.appendHistory(run, 1, "{}");
    made.close();
    const whole = Deno.readFileSync(path);
    const name = new TextEncoder().encode(run);
    const places = [...whole.keys()].filter((at) =>
      name.every((byte, index) => whole[at + index] === byte)
    );
    // Once in each table and once in each table's index.
    assert.equal(places.length, 4);
    for (const place of places) {
      const changed = whole.slice();
      changed[place + 10]! ^= 1;
      Deno.writeFileSync(path, changed);
      refuses(path, /expected whole pages/);
    }
  });
});

Deno.test("openStore() starts over when killed while it made the file", async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, "runs.sqlite");
    const made = Deno.readFileSync(makeStore(folder));
    Deno.removeSync(path);
    for (const half of [new Uint8Array(), made.subarray(0, 5000)]) {
      for (const end of ["", "-wal", "-shm"]) {
        Deno.writeFileSync(`${path}.new${end}`, half);
      }
      const store = openStore(path);
      assert.equal(store.usage().evaluations.count, 0);
      store.putEvaluation("k", "");
      store.close();
      Deno.removeSync(path);
    }
  });
});

Deno.test("openStore() names the lost entry when its content was changed", async () => {
  await inTemporaryFolder((folder) => {
    const path = makeStore(folder);
    const database = new DatabaseSync(path);
    database.exec(`
      UPDATE evaluations SET json = '{"accuracy":0.9}' WHERE key = 'evaluation 1';
      UPDATE blobs SET meta = 'other';
      UPDATE history SET json = '{ }' WHERE step = 3;
      DELETE FROM checkpoint_blobs WHERE name = 'adam';
    `);
    database.close();
    const store = openStore(path);
    const at = path.replaceAll(/[.\\]/g, "\\$&");
    const cases: readonly (readonly [() => unknown, string])[] = [
      [() => store.getEvaluation("evaluation 1"), 'evaluation "evaluation 1"'],
      [() => store.getBlob("teacher"), 'blob "teacher"'],
      [() => store.history("run"), 'step 3 of the history of run "run"'],
      [() => store.getCheckpoint("run"), 'the checkpoint of run "run"'],
    ];
    for (const [read, what] of cases) {
      const words = `Cannot read ${what} in "${at}": its content changed`;
      assert.throws(read, new RegExp(words));
    }
    // The rest is still good, and a damaged run can begin anew.
    assert.equal(store.getEvaluation("evaluation 2"), '{"accuracy":0.2}');
    assert.equal(store.archiveRun("run"), true);
    assert.equal(store.getCheckpoint("run"), undefined);
    store.close();
  });
});

testOnSmallDisk(
  "openStore() keeps the last good state when the disk is full",
  "512k",
  (folder) => {
    const path = makeStore(folder);
    const store = openStore(path);
    const before = readAll(store);
    assert.throws(() => {
      for (let step = 6;; step++) {
        store.transaction(() => {
          store.appendHistory("run", step, "{}");
          store.putBlob(`big ${step}`, pattern(600_000), "");
        });
      }
    }, (error) => {
      assert(error instanceof StoreError, String(error));
      assert.equal(error.trouble, "unwritable");
      assert(error.message.includes(`"${path}" (SQLite code `), error.message);
      return true;
    });
    assert.deepEqual(readAll(store), before);
    store.appendHistory("run", 6, "{}");
    store.close();
    const again = openStore(path);
    assert.equal(again.history("run").length, 6);
    again.close();
  },
);

testOnSmallDisk(
  "openStore() reads and does not write when the disk is read-only",
  "512k",
  async (folder) => {
    const path = makeStore(folder);
    await makeReadOnly(folder);
    const reader = openStore(path, { readonly: true });
    assert.equal(reader.getCheckpoint("run")!.step, 5);
    reader.close();
    assert.throws(() => writeTo(path), (error) => {
      assert(error instanceof StoreError, String(error));
      assert.equal(error.trouble, "unwritable");
      assert(error.message.includes(`"${path}" (SQLite code `), error.message);
      return true;
    });
    assert.throws(
      () => openStore(join(folder, "new", "runs.sqlite")),
      /^StoreError: Cannot open the run store in ".*" \(EROFS\): /,
    );
  },
);

function writeTo(path: string): void {
  const store = openStore(path);
  try {
    store.putEvaluation("k", "");
  } finally {
    store.close();
  }
}

const PROGRAM = `
import { openStore } from "${import.meta.resolve("../../lib/store/mod.ts")}";
const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
const store = openStore(Deno.args[0]);
const lock = store.lockRun("run");
const start = store.getCheckpoint("run")?.step ?? 0;
for (let step = start + 1;; step++) {
  store.transaction(() => {
    store.putEvaluation("student " + step, String(step));
    store.appendHistory("run", step, String(step));
    const blobs = { policy: new Uint8Array(20_000).fill(step) };
    store.putCheckpoint("run", { step, json: String(step), blobs });
  });
  say(step + "\\n");
  if (Deno.args[1]) await new Promise((done) => setTimeout(done, 50));
}
`;

/** Starts a process that takes steps until it is killed. */
function startProgram(
  folder: string,
  ...args: readonly string[]
): Deno.ChildProcess {
  const program = join(folder, "program.ts");
  Deno.writeTextFileSync(program, PROGRAM);
  const config = fileURLToPath(import.meta.resolve("../../deno.json"));
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--quiet",
      `--config=${config}`,
      program,
      ...args,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The last step that a text tells. */
const lastStep = (told: string) => Number(told.trimEnd().split("\n").at(-1));

// Seen to fail: without transactions.
Deno.test("openStore() goes on from the last step when killed at any time", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "runs.sqlite");
    let reached = 0;
    // So many steps later than it began, whatever the time that takes; the first kill
    // hits the start of the process and of the file.
    for (const steps of [0, 1, 2, 5, 13, 21]) {
      const child = startProgram(folder, path);
      const reader = child.stdout.getReader();
      let told = "";
      while (steps > 0 && !(lastStep(told) >= reached + steps)) {
        const { value, done } = await reader.read();
        if (done) assert.fail(await new Response(child.stderr).text());
        told += new TextDecoder().decode(value);
      }
      child.kill("SIGKILL");
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        told += new TextDecoder().decode(value);
      }
      await child.status;
      assert.equal(await new Response(child.stderr).text(), "");
      const last = lastStep(told);
      // A kill loses nothing that was committed.
      const store = openStore(path, { onLoss: (loss) => assert.fail(loss) });
      // The lock went with its owner.
      store.lockRun("run").release();
      const checkpoint = store.getCheckpoint("run");
      const step = checkpoint?.step ?? 0;
      // Killed between commit and message, it is one step further than told.
      assert(step >= Math.max(last, reached), `${step} after ${last}`);
      assert.equal(store.history("run").length, step);
      assert.equal(store.usage().evaluations.count, step);
      if (checkpoint !== undefined) {
        const expected = new Uint8Array(20_000).fill(step);
        assert.deepEqual(checkpoint.blobs.policy, expected);
      }
      reached = step;
      store.close();
    }
  });
});

Deno.test("openStore() refuses a run that another process works on", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "runs.sqlite");
    const child = startProgram(folder, path, "calm");
    const reader = child.stdout.getReader();
    await reader.read();
    const store = openStore(path);
    const words = new RegExp(
      `^StoreError: Cannot start run "run" in ".*": process ${child.pid} works`,
    );
    assert.throws(() => store.lockRun("run"), words);
    // Another run may work at the same time.
    store.lockRun("other").release();
    store.appendHistory("other", 1, "");
    child.kill("SIGKILL");
    await reader.cancel();
    await child.stderr.cancel();
    await child.status;
    store.lockRun("run").release();
    assert.equal(store.history("other").length, 1);
    store.close();
  });
});

Deno.test("openStore() makes one file when several processes start at once", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, "runs.sqlite");
    const module = import.meta.resolve("../../lib/store/mod.ts");
    const code = `import { openStore } from "${module}";
      const store = openStore("${path.replaceAll("\\", "/")}");
      store.putEvaluation(String(Deno.pid), "");
      store.close();`;
    const processes = await Promise.all(
      [1, 2, 3].map(() =>
        new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output()
      ),
    );
    for (const { success, stderr } of processes) {
      assert(success, new TextDecoder().decode(stderr));
    }
    const store = openStore(path);
    assert.equal(store.usage().evaluations.count, 3);
    store.close();
  });
});

/** A store as a kill leaves it, with ten transactions that are only in its log. */
async function killedStore(folder: string): Promise<string> {
  const path = join(folder, "runs.sqlite");
  openStore(path).close();
  const module = new URL("../../lib/store/mod.ts", import.meta.url);
  const code = `
    import { openStore } from ${JSON.stringify(module.href)};
    const store = openStore(${JSON.stringify(path)});
    for (let step = 0; step < 10; step++) store.appendHistory("run", step, "");
    Deno.kill(Deno.pid, "SIGKILL");
  `;
  const args = ["eval", "--quiet", code];
  await new Deno.Command(Deno.execPath(), { args }).output();
  return path;
}

Deno.test("openStore() reads nothing from the log of a file that was moved away", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await killedStore(folder);
    const log = await Deno.readFile(`${path}-wal`);
    await Deno.rename(path, `${path}.aside`);
    const store = openStore(path);
    assert.deepEqual(store.history("run"), []);
    store.appendHistory("run", 0, "new");
    store.close();
    // The log is not lost: it is of the file that was moved.
    assert.deepEqual(await Deno.readFile(`${path}-wal.aside-1`), log);
    const again = openStore(path);
    assert.equal(again.history("run").length, 1);
    again.close();
  });
});

Deno.test("openStore() tells when its log is lost or damaged, and not when it is whole", async () => {
  await inTemporaryFolder(async (folder) => {
    const killed = await killedStore(folder);
    const log = await Deno.readFile(`${killed}-wal`);
    const frameBytes = 24 + new DataView(log.buffer).getUint32(8);
    const flipped = (at: number) => {
      const bytes = log.slice();
      bytes[at]! ^= 1;
      return bytes;
    };
    const frames = (log.length - 32) / frameBytes;
    /** What is left of the log, and of the ten. */
    const logs: readonly (readonly [Uint8Array | undefined, number])[] = [
      [log, 10],
      [undefined, 0],
      [new Uint8Array(0), 0],
      [flipped(0), 0],
      [flipped(28), 0],
      [log.slice(0, 32 + (frames / 2 + 0.5) * frameBytes), 5],
    ];
    const open = (bytes: Uint8Array | undefined, hasIndex: boolean) => {
      const path = join(Deno.makeTempDirSync({ dir: folder }), "runs.sqlite");
      Deno.copyFileSync(killed, path);
      if (bytes !== undefined) Deno.writeFileSync(`${path}-wal`, bytes);
      if (hasIndex) Deno.copyFileSync(`${killed}-shm`, `${path}-shm`);
      const told: string[] = [];
      const store = openStore(path, { onLoss: (loss) => told.push(loss) });
      const left = store.history("run").length;
      store.close();
      // Once is enough.
      openStore(path, { onLoss: (loss) => told.push(loss) }).close();
      return { left, told, path };
    };
    for (const [bytes, left] of logs) {
      const { path, ...found } = open(bytes, true);
      assert.equal(found.left, left);
      const lost = frames * (1 - left / 10);
      assert.deepEqual(
        found.told,
        lost === 0 ? [] : [
          `The log of "${path}" lost ${lost} of ${frames} pages; what was done since its last whole state is done again`,
        ],
      );
    }
    // Without an index, only what follows tells.
    assert.deepEqual(open(log, false).told, []);
    const middle = flipped(32 + Math.floor(log.length / 2));
    const { left, told, path } = open(middle, false);
    assert(left > 0 && left < 9, `${left}`);
    assert.deepEqual(told, [
      `The log of "${path}" lost its last ${
        10 - left
      } transactions; what was done since its last whole state is done again`,
    ]);
  });
});

Deno.test("openStore() refuses a pipe, and does not wait for ever to make a file", async () => {
  if (Deno.build.os === "windows") return;
  await inTemporaryFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    for (const readonly of [false, true]) {
      assert.throws(() => openStore(pipe, { readonly }), {
        name: "StoreError",
        exitCode: 5,
        message: /it is no regular file, expected a run store/,
      });
    }
    const path = join(folder, "runs.sqlite");
    withCreationLock(path, () => {
      assert.throws(() => withCreationLock(path, () => {}, 50), {
        name: "StoreError",
        trouble: "locked",
        message: /another process has made it for 0\.05 seconds/,
      });
    });
  });
});
