import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { randomStream } from "../../lib/random/mod.ts";
import {
  finish,
  inFolder,
  ITERATIONS,
  type Outcome,
  reference,
  start,
} from "./_run.ts";
import { exists, look, type Moment, reach } from "./_traces.ts";

/** Moments of a run in their order, each right after something was stored. */
const MOMENTS: readonly (readonly [string, Moment])[] = [
  ["an epoch of the teacher", ({ trainings }) => trainings > 0],
  ["the teacher", ({ weights }) => weights > 0],
  ["the teacher's logits", ({ logits }) => logits > 0],
  ["the first student", ({ evaluations }) => evaluations > 1],
  ["the first iteration", ({ iterations }) => iterations > 0],
  ["the first shrinkage", ({ iterations }) => iterations > 3],
  ["the last iteration", ({ iterations }) => iterations === ITERATIONS],
  ["the first final training", ({ weights }) => weights > 1],
  ["the first test score", ({ tests }) => tests > 0],
];

/** A record is whole or not there. */
function checkRecord(results: string, expected: Outcome): void {
  const path = `${results}/${expected.place}`;
  if (exists(path)) assert.equal(Deno.readTextFileSync(path), expected.record);
}

Deno.test("rq1 ends in the same bits when killed right after each stored step", async (t) => {
  const expected = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    let kills = 0;
    for (const [name, moment] of MOMENTS) {
      // Stored together with the step before: there is no such moment now.
      if (moment(look(results))) continue;
      await t.step(`after ${name}`, async () => {
        const run = start(results);
        if (!await reach(run, results, moment)) {
          // The end came between two looks.
          const { code, stderr } = await run.ended;
          assert.equal(code, 0, stderr);
          return;
        }
        run.process.kill("SIGKILL");
        const { signal } = await run.ended;
        if (signal === "SIGKILL") kills++;
        assert(moment(look(results)), "what was stored is gone");
        checkRecord(results, expected);
      });
    }
    assert(kills >= 5, `only ${kills} processes were hit`);
    const outcome = await finish(results);
    assert.equal(outcome.record, expected.record);
    // It did continue rather than start over.
    const { trained } = outcome.environment.evaluations;
    assert(trained < expected.environment.evaluations.trained);
  });
});

Deno.test("rq1 ends in the same bits when killed at random moments", async (t) => {
  const expected = await reference();
  const random = randomStream(1, "rq1 kill test");
  // One within each fifth of the duration, in random order.
  const parts = [...random.permutation(5)].map((part) =>
    (part + random.uniform()) / 5
  );
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    let kills = 0;
    for (const part of parts) {
      const delay = 0.9 * part * expected.seconds;
      await t.step(`after ${delay.toFixed(2)} s`, async () => {
        const run = start(results);
        await Promise.race([sleep(1000 * delay), run.ended]);
        if (!run.isOver()) run.process.kill("SIGKILL");
        const { signal } = await run.ended;
        if (signal === "SIGKILL") kills++;
        checkRecord(results, expected);
      });
    }
    assert(kills >= 2, `only ${kills} processes were hit`);
    assert.equal((await finish(results)).record, expected.record);
  });
});
