import assert from "node:assert/strict";
import {
  finish,
  inFolder,
  ITERATIONS,
  PROPOSALS,
  reference,
  stageOf,
  start,
} from "./_run.ts";
import { query, reach } from "./_traces.ts";

Deno.test("rq1 does what the tests below take for granted", async () => {
  const { deterministic, environment, stderr, digest } = await reference();
  for (const kind of ["removal", "shrinkage"]) {
    const stage = stageOf(deterministic, kind);
    assert.equal(stage.ledger.proposed, PROPOSALS);
    assert(stage.ledger.trained > 0, "no student was trained");
    assert(stage.ledger.rejected > 0, "no student was rejected");
    assert(stage.winner.parameters < deterministic.teacher.parameters);
  }
  assert.equal(environment.workers, 2);
  assert(environment.evaluations.trained > 4);
  assert.equal(environment.evaluations.remembered, 0);
  assert(stderr.includes(`\nDigest: ${digest}\n`), stderr);
});

Deno.test("rq1 gives the same bits when run again elsewhere, and from its store", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await finish(results);
    assert.equal(first.digest, expected.digest);
    assert.equal(first.record, expected.record);
    const figure = `${results}/${
      first.place.replace(/\.json$/, "-search.svg")
    }`;
    const drawn = await Deno.readTextFile(figure);

    const second = await finish(results);
    assert.equal(second.environment.evaluations.trained, 0);
    assert.equal(second.record, expected.record);
    assert.equal(await Deno.readTextFile(figure), drawn);

    const fresh = await finish(results, { flags: ["--fresh"] });
    assert.equal(fresh.environment.evaluations.trained, 0);
    assert.equal(fresh.record, expected.record);
    const [{ set_aside }] = query(
      results,
      "SELECT count(*) AS set_aside FROM history WHERE archive > 0",
    );
    assert.equal(set_aside, ITERATIONS);

    const other = await finish(results, { flags: ["--seed", "2"] });
    assert(other.environment.evaluations.trained > 4);
    assert.notEqual(other.digest, expected.digest);
    // Not only the seed's own field: other students, of the same teacher.
    const before = expected.deterministic;
    assert.deepEqual(other.deterministic.teacher, before.teacher);
    assert.notDeepEqual(
      stageOf(other.deterministic, "removal").records,
      stageOf(before, "removal").records,
    );
    assert.equal(other.place, expected.place.replace(/-s1\.json$/, "-s2.json"));
    assert.equal(
      await Deno.readTextFile(`${results}/${first.place}`),
      first.record,
    );

    const taught = await finish(results, { flags: ["--teacher.seed", "2"] });
    assert.notEqual(taught.deterministic.teacher.test, before.teacher.test);
  });
});

Deno.test("rq1 never calls Math.random, in no thread", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const outcome = await finish(`${folder}/results`, {
      deno: ["--preload", "tests/experiments/_no_random.ts"],
    });
    assert(outcome.environment.evaluations.trained > 4);
    assert.equal(outcome.record, expected.record);
  });
});

Deno.test("rq1 gives the same bits when it has 1 worker rather than 2", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const flags = ["--workers", "1"];
    const outcome = await finish(`${folder}/results`, { flags });
    assert.equal(outcome.environment.workers, 1);
    assert(outcome.environment.evaluations.trained > 4);
    assert.equal(outcome.record, expected.record);
  });
});

/** Enough students at a time for three workers: of few, most are known or rejected. */
const WIDE = ["removal", "shrinkage"].flatMap((stage) => [
  ...[`--${stage}.iterations`, "2", `--${stage}.rollouts`, "8"],
]);

Deno.test("rq1 gives the same bits when it has 3 workers rather than 2, all of them busy", async () => {
  await inFolder(async (folder) => {
    const [two, three] = [2, 3].map((workers) => () =>
      finish(`${folder}/${workers}`, {
        flags: [...WIDE, "--workers", `${workers}`],
      })
    );
    const expected = await two!();
    const outcome = await three!();
    assert.deepEqual(
      [expected.environment.workers, outcome.environment.workers],
      [2, 3],
    );
    assert(outcome.environment.evaluations.trained > 6);
    assert.equal(outcome.record, expected.record);
  });
});

Deno.test("rq1 refuses to start when another process has the same run", async () => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = start(results);
    assert(await reach(first, results, ({ iterations }) => iterations >= 1));
    const second = await start(results).ended;
    assert(!first.isOver(), "the first process was too quick for this test");
    assert.notEqual(second.code, 0);
    assert(second.stderr.includes(`process ${first.process.pid} works on it`));
    assert.match(second.stderr, /wait for the other process, or end it\n$/);
    assert.doesNotMatch(second.stderr, /^ +at /m);
    const { code, stderr } = await first.ended;
    assert.equal(code, 0, stderr);
    const record = await Deno.readTextFile(`${results}/${expected.place}`);
    assert.equal(record, expected.record);
  });
});
