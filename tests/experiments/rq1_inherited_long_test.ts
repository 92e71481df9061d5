/** Students and final trainings that start from inherited weights. */

import assert from "node:assert/strict";
import { finish, inFolder, type Json, stageOf } from "./_run.ts";

const KINDS = ["removal", "shrinkage"];
const STUDENTS = [
  ...["--student.start", "inherited", "--student.observe", "500"],
  ...["--student.epochs", "0"],
];
const FINALS = ["--final.start", "inherited"];

Deno.test("rq1 scores students by inherited weights without training, and gives the same bits on 1 and 2 workers and from its store", async () => {
  await inFolder(async (folder) => {
    const run = (name: string, ...flags: readonly string[]) =>
      finish(`${folder}/${name}`, { flags: [...STUDENTS, ...flags] });
    const two = await run("two", "--workers", "2", ...FINALS);
    const { student, final } = two.deterministic.identity.config;
    assert.deepEqual(
      [student.start, student.epochs, student.observe, final.start],
      ["inherited", 0, 500, "inherited"],
    );
    let trained = 1;
    for (const kind of KINDS) {
      const { ledger, finals, records } = stageOf(two.deterministic, kind);
      assert(ledger.trained > 1, "the case needs students");
      assert.equal(ledger.studentEpochs, 0);
      assert.deepEqual(finals.map(({ epochs }: Json) => epochs), [3]);
      const accuracies = new Set(
        records.flatMap(({ proposals }: Json) =>
          proposals.flatMap(({ accuracy }: Json) => accuracy ?? [])
        ),
      );
      assert(accuracies.size > 1, "students score alike");
      trained += ledger.trained + finals.length;
    }
    assert.equal(two.environment.evaluations.trained, trained);
    for (const text of [two.page, two.table]) {
      assert.match(
        text,
        /^Students start from the weights of .* on 500 images; final trainings start from these too\.$/m,
      );
      assert.match(text, /students scored untrained/);
      assert.doesNotMatch(text, /NaN(?!\))|Infinity|undefined/);
    }

    const one = await run("one", "--workers", "1", ...FINALS);
    assert.equal(one.environment.workers, 1);
    assert.equal(one.digest, two.digest);
    assert.equal(one.record, two.record);
    const again = await run("two", ...FINALS);
    assert.equal(again.environment.evaluations.trained, 0);
    assert.equal(again.record, two.record);

    // Final trainings from fresh weights: the same first stage has another end.
    const fresh = await run("two");
    const [before, after] = [two, fresh].map(({ deterministic }) =>
      stageOf(deterministic, "removal")
    );
    assert.deepEqual(after.records, before.records);
    assert.match(fresh.page, /; final trainings start from fresh ones\.$/m);
    assert.equal(after.finals[0].networkId, before.finals[0].networkId);
    assert.notEqual(after.finals[0].validation, before.finals[0].validation);
  });
});
