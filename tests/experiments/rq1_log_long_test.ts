import assert from "node:assert/strict";
import { readLog } from "../lab/_events.ts";
import {
  finish,
  inFolder,
  type Json,
  PROJECT,
  PROPOSALS,
  reference,
  stageOf,
  start,
} from "./_run.ts";
import { exists, query, reach } from "./_traces.ts";

const KINDS = ["removal", "shrinkage"];

const logOf = (folder: string) => [`--log.tensorboard`, `${folder}/log`];

/** Numbers as an event holds them. */
const narrow = (values: readonly number[]) =>
  values.map((value, i) => [i + 1, Math.fround(value)]);

/** A training that the store remembers. */
function trainingIn(results: string, networkId: string, epochs: number): Json {
  return query(
    results,
    "SELECT json FROM evaluations WHERE key NOT LIKE 'test/%'",
  ).map(({ json }) => JSON.parse(json).evaluation).find((evaluation) =>
    evaluation?.networkId === networkId && evaluation.losses.length === epochs
  );
}

/** What a log must hold, by what the record and the store have. */
function expectedOf(
  { teacher, stages, identity: { config } }: Json,
  { results, cell }: { readonly results: string; readonly cell: string },
): ReadonlyMap<string, Json> {
  const taught = trainingIn(results, teacher.networkId, config.teacher.epochs);
  return new Map([
    [`${cell}/teacher`, {
      "training/loss": narrow(taught.losses),
      "training/validationAccuracy": narrow(taught.validations),
    }],
    ...stages.flatMap(({ kind, records, finals }: Json) => {
      const proposals = records.flatMap(({ proposals }: Json) => proposals);
      return [
        [`${cell}/${kind}`, {
          "student/reward": narrow(
            proposals.map(({ reward }: Json) => reward),
          ),
          "iteration/entropy": narrow(
            records.map(({ update }: Json) => update.entropy),
          ),
        }],
        ...finals.map(({ networkId, epochs, validation }: Json) => [
          `${cell}/${kind}/final/${networkId.slice(0, 8)}`,
          {
            "training/loss": narrow(
              trainingIn(results, networkId, epochs).losses,
            ),
            "training/validationAccuracy": [[epochs, Math.fround(validation)]],
          },
        ]),
      ];
    }),
  ]);
}

/** The log holds all of it, and nothing else has a folder. */
function assertLog(folder: string, record: Json, cell: string): void {
  const log = readLog(`${folder}/log`);
  const expected = expectedOf(record, { results: `${folder}/results`, cell });
  assert.deepEqual(
    [...log.keys()].toSorted(),
    [cell, ...expected.keys()].toSorted(),
  );
  for (const [run, tags] of expected) {
    for (const [tag, points] of Object.entries(tags)) {
      assert.deepEqual(log.get(run)![tag], points, `${run} ${tag}`);
    }
  }
}

// Seen to fail: with the restored iterations not told, with the files of the
// command before left there, and with the log's folder among the recorded options.
Deno.test("rq1 writes a log that an interruption does not double, and the same record as without", async () => {
  const expected = await reference();
  const cell = expected.place.replace(/\.json$/, "");
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const flags = ["--workers", "2", ...logOf(folder)];
    for (
      const isThere of [
        // In the teacher's training, then in the second stage.
        (trainings: number) => trainings > 0,
        (_: number, iterations: number) => iterations > 3,
      ]
    ) {
      const run = start(results, { flags });
      assert(
        await reach(
          run,
          results,
          ({ trainings, iterations }) => isThere(trainings, iterations),
        ),
        "the run was too quick",
      );
      run.process.kill("SIGINT");
      const { code, stderr } = await run.ended;
      assert.equal(code, 130, stderr);
    }
    // What is there meanwhile is whole, and goes as far as the search.
    const { "student/reward": before } = readLog(`${folder}/log`)
      .get(`${cell}/removal`)!;
    assert.equal(before!.length, PROPOSALS);

    const last = await finish(results, { flags });
    assert.equal(last.record, expected.record);
    assertLog(folder, last.deterministic, cell);
    for (const kind of KINDS) {
      assert.equal(
        stageOf(last.deterministic, kind).ledger.proposed,
        PROPOSALS,
      );
    }

    // Afterwards, from the store, to another place.
    const again = await finish(results, { flags: logOf(`${folder}/again`) });
    assert.equal(again.environment.evaluations.trained, 0);
    assert.equal(again.record, expected.record);
    assert.deepEqual(
      [...readLog(`${folder}/again/log`)],
      [...readLog(`${folder}/log`)],
    );
  });
});

// Seen to fail: with errors of the log thrown on, and with exit code 0.
Deno.test("rq1 goes on to the same record where its log cannot be written, and says so", async () => {
  const expected = await reference();
  const cell = expected.place.replace(/\.json$/, "");
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    // A file where the stage's folder should be.
    await Deno.mkdir(`${folder}/log/${cell}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/log/${cell}/removal`, "in the way");
    const flags = ["--workers", "2", ...logOf(folder)];
    const ended = await finish(results, { flags, code: 1 });
    assert.equal(ended.record, expected.record);
    assert.equal(
      ended.stderr.match(/^Cannot write the log in .*$/gm)?.length,
      1,
      ended.stderr,
    );
    assert.match(ended.stderr, /^Digest: [0-9a-f]{64}$/m);
    assert.doesNotMatch(ended.stderr, /^ +at /m);
    await Deno.remove(`${folder}/log/${cell}/removal`);
    const mended = await finish(results, { flags });
    assertLog(folder, mended.deterministic, cell);
  });
});

Deno.test("rq1 refuses a log where none can be, before anything is done", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const place = `${folder}/file`;
    await Deno.writeTextFile(place, "");
    const flags = ["--log.tensorboard", place];
    const { code, stdout, stderr } = await start(results, { flags }).ended;
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^Cannot write the log in ".*" \(E[A-Z]+\)[^\n]*\n$/);
    assert(!exists(results));
    const refused = await start(results, {
      flags: ["--log.tensorboard", `${PROJECT}lib/log`],
    }).ended;
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^Not permitted: [^\n]*docs\/permissions\.md/);
    assert(!exists(results));
    const dry = await start(results, {
      flags: ["--dry-run", "--log.tensorboard", `${folder}/log`],
    }).ended;
    assert.equal(dry.code, 0, dry.stderr);
    assert(!exists(`${folder}/log`));
  });
});
