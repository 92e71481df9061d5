import assert from "node:assert/strict";
import { enlarge, makeReadOnly, testOnSmallDisk } from "../_small_disk.ts";
import {
  type Ended,
  finish,
  inFolder,
  reference,
  startRaw,
  tinyFlags,
} from "./_run.ts";
import { exists, look } from "./_traces.ts";

/** Runs with the results on a disk of their own; the options lie elsewhere. */
async function runOn(results: string): Promise<Ended> {
  let ended: Ended | undefined;
  await inFolder(async (folder) => {
    const flags = tinyFlags(folder);
    const at = flags.indexOf("--results") + 1;
    ended = await startRaw(flags.with(at, results)).ended;
  });
  return ended!;
}

/** The command ended because of its disk, in words. */
function checkWords({ code, stdout, stderr }: Ended, words: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, words);
  assert.match(stderr, /; free some space or choose another folder, then run/);
  assert.doesNotMatch(stderr, /^ +at |Uncaught/m);
}

testOnSmallDisk(
  "rq1 names path and code when its disk is too small for a store, or read-only",
  "64k",
  async (disk) => {
    const results = `${disk}/results`;
    const path = `"${results}/.store/runs.sqlite"`;
    checkWords(
      await runOn(results),
      new RegExp(`in ${path}.*: database or disk is full`),
    );
    assert(!exists(`${results}/rq1`));
    await makeReadOnly(disk);
    checkWords(
      await runOn(`${disk}/others`),
      /in ".*\/others\/\.store\/runs\.sqlite" \(EROFS\): /,
    );
  },
);

testOnSmallDisk(
  "rq1 goes on to the same record when its disk was full on the way and is no more",
  "1200k",
  async (disk) => {
    const expected = await reference();
    const results = `${disk}/results`;
    checkWords(
      await runOn(results),
      /^Cannot .* in ".*runs\.sqlite" \(SQLite code 13\): database or disk is/m,
    );
    assert(!exists(`${results}/rq1`));
    await enlarge(disk, "32m");
    // Only now is there room to look.
    const { trainings, evaluations } = look(results);
    assert(trainings + evaluations > 0, "it was full at once");
    const { record, environment } = await finish(results);
    assert.equal(record, expected.record);
    const { trained } = environment.evaluations;
    assert(trained < expected.environment.evaluations.trained);
  },
);
