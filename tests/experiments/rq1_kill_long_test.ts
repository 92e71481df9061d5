import assert from "node:assert/strict";
import { randomStream } from "../../lib/random/mod.ts";
import { MOMENTS, signalled } from "./_moments.ts";
import { finish, inFolder, type Outcome, reference, start } from "./_run.ts";
import { exists, look } from "./_traces.ts";

async function kill(results: string, when: string): Promise<void> {
  const options = signalled(when, "SIGKILL");
  const { signal, code, stderr } = await start(results, options).ended;
  assert.equal(signal, "SIGKILL", `it ended with ${code}: ${stderr}`);
}

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
    for (const [name, moment] of Object.entries(MOMENTS)) {
      // Stored together with the step before: there is no such moment now.
      if (moment(look(results))) continue;
      await t.step(`after ${name}`, async () => {
        await kill(results, name);
        kills++;
        assert(moment(look(results)), "what was stored is gone");
        checkRecord(results, expected);
      });
    }
    assert(kills >= 5, `only ${kills} moments`);
    const outcome = await finish(results);
    assert.equal(outcome.record, expected.record);
    // It did continue rather than start over.
    const { trained } = outcome.environment.evaluations;
    assert(trained < expected.environment.evaluations.trained);
  });
});

/** All over a run; behind the last one there is still more to do than this. */
const PARTS = [
  "an epoch of the teacher",
  "the teacher's logits",
  "the first iteration",
  "the first shrinkage",
  "the first final training",
];
const MOST_MS = 60;

Deno.test("rq1 ends in the same bits when killed at random moments", async (t) => {
  const expected = await reference();
  const random = randomStream(1, "rq1 kill test");
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const part of PARTS) {
      const when = `${part} + ${random.integer(MOST_MS)}`;
      await t.step(`milliseconds after ${when}`, async () => {
        await kill(results, when);
        checkRecord(results, expected);
      });
    }
    assert.equal((await finish(results)).record, expected.record);
  });
});
