import assert from "node:assert/strict";
import { PROJECT_RESULTS } from "../../lib/lab/mod.ts";
import {
  createRecord,
  environmentText,
  recordText,
} from "../../lib/report/mod.ts";
import { type Ended, inFolder, type Running, startRaw, TINY } from "./_run.ts";
import { exists, reach } from "./_traces.ts";

/** A results folder, and a command on it. */
interface Bench {
  readonly results: string;
  /** Starts the regression test. */
  readonly start: (...args: readonly string[]) => Running;
  /** Runs it to its end, which must be the one expected. */
  readonly run: (code: number, ...args: readonly string[]) => Promise<Ended>;
}

async function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const profiles = `${folder}/profiles`;
    await Deno.mkdir(profiles);
    await Deno.writeTextFile(`${profiles}/rq1.smoke.yaml`, TINY);
    const start = (...args: readonly string[]) =>
      startRaw([profiles, ...args, "--results", results, "--workers", "2"], {
        script: "../tests/experiments/_regress_tiny.ts",
      });
    await work({
      results,
      start,
      async run(code, ...args) {
        const ended = await start(...args).ended;
        assert.equal(ended.code, code, ended.stderr);
        return ended;
      },
    });
  });
}

/** The only record, and where its environment is. */
function recordIn(results: string): { path: string; text: string } {
  const folder = `${results}/rq1/smoke`;
  const [name] = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith("-s1.json"));
  const path = `${folder}/${name}`;
  return { path, text: Deno.readTextFileSync(path) };
}

/** The least that an environment tells. */
const ENVIRONMENT = {
  cpu: "x",
  cores: 1,
  wallSeconds: 1,
  commands: 1,
  workerSeconds: 1,
  workers: 1,
  evaluations: { asked: 0, remembered: 0, trained: 0, workerSeconds: 0 },
};

/** Changes a record as if it had been made so: its digests fit. Gives the new one. */
function tamper(results: string): string {
  const { path, text } = recordIn(results);
  const { question, profile, cell, deterministic } = JSON.parse(text);
  deterministic.teacher.test = 0.125;
  const record = createRecord({ question, profile, cell }, deterministic);
  Deno.writeTextFileSync(path, recordText(record));
  const environment = path.replace(/\.json$/, ".environment.json");
  const told = JSON.parse(Deno.readTextFileSync(environment)).environment;
  Deno.writeTextFileSync(environment, environmentText(record, told));
  return record.digest;
}

Deno.test("regress makes a record, goes on after an interruption, tells a difference and updates", async () => {
  await withBench(async ({ results, start, run }) => {
    const made = await run(0, "rq1", "--update");
    assert.match(
      made.stdout,
      /\| +none \| digest [0-9a-f]{8} \|.*new, updated/,
    );
    const { text } = recordIn(results);
    const folder = `${results}/.store/regress/onnx-cpu-smoke/rq1`;

    const first = start();
    assert(await reach(first, folder, ({ evaluations }) => evaluations > 1));
    first.process.kill("SIGINT");
    assert.equal((await first.ended).code, 130);
    const digest = tamper(results);
    const different = await run(4);
    assert.match(different.stderr, /Going on where an earlier/);
    const { test } = JSON.parse(text).deterministic.teacher;
    const row = different.stdout.split("\n").find((line) =>
      line.includes("teacher.test")
    );
    assert.deepEqual(
      row?.split("|").map((cell) => cell.trim()).slice(2, 7),
      ["teacher.test", "0.125", `${test}`, "equal", "DIFFERENT"],
    );
    assert.equal(recordIn(folder).text, text, "what was obtained is kept");

    const updated = await run(0, "rq1", "--update");
    // It proves something each time: what came to its end is not gone on with.
    assert.doesNotMatch(updated.stderr, /Going on/);
    assert.match(updated.stdout, /teacher\.test +\| +0\.125 /);
    assert.match(updated.stdout, /DIFFERENT, updated/);
    const now = recordIn(results);
    assert.equal(now.text, text);
    assert(
      exists(now.path.replace(/\.json$/, `.${digest.slice(0, 8)}.json`)),
      "the earlier record is kept",
    );

    const equal = await run(0);
    assert.match(equal.stdout, /\| all \d+ +\|.*\| equal +\| equal +\|/);
    assert(!exists(folder), "what is equal is not kept twice");
  });
});

Deno.test("regress refuses an unknown experiment and a folder without records, and misses what is gone", async () => {
  await withBench(async ({ results, run }) => {
    const unknown = await run(2, "rq11");
    assert.match(
      unknown.stderr,
      /"rq11": expected some of rq1; did you mean "rq1"/,
    );
    const bare = await run(2, "rq1");
    assert.match(bare.stderr, /has no record of its profile smoke.*--update/);
    const empty = await run(2);
    assert.match(empty.stderr, /--profile smoke: ".*" has no record of it/);
    // A record that nothing gives any more is a difference.
    const cell = "gone";
    const { deterministic } = JSON.parse(
      await Deno.readTextFile(
        `${PROJECT_RESULTS}/rq1/smoke/mnist-vgg13-w0.125-pruning-s1.json`,
      ),
    );
    const record = createRecord(
      { question: "rq1", profile: "smoke", cell },
      deterministic,
    );
    const place = `${results}/rq1/smoke`;
    await Deno.mkdir(place, { recursive: true });
    await Deno.writeTextFile(`${place}/${cell}.json`, recordText(record));
    await Deno.writeTextFile(
      `${place}/${cell}.environment.json`,
      environmentText(record, ENVIRONMENT),
    );
    await Deno.writeTextFile(
      `${place}.json`,
      JSON.stringify({ format: 1, cells: [{ name: cell }] }),
    );
    const gone = await run(4);
    assert.match(gone.stdout, /rq1\/smoke\/gone .*does not declare it/);
  });
});
