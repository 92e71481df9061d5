/** Final trainings that fail. */

import assert from "node:assert/strict";
import { finish, inFolder, type Json, reference, stageOf } from "./_run.ts";

const KINDS = ["removal", "shrinkage"];

/** Best candidates of a stage, as the record's proposals tell: distinct, by reward. */
function candidatesOf({ records }: Json): readonly string[] {
  const best = new Map<string, Json>();
  for (const proposal of records.flatMap((each: Json) => each.proposals)) {
    const { networkId, failure } = proposal;
    if (networkId === undefined || failure !== undefined) continue;
    if (!best.has(networkId)) best.set(networkId, proposal);
  }
  return [...best.values()]
    .sort((a, b) => b.reward - a.reward || a.parameters - b.parameters)
    .map(({ networkId }) => networkId);
}

Deno.test("rq1 records and tells it when every final training fails", async () => {
  const good = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const { deterministic, page, table, stderr, place } = await finish(
      results,
      { flags: ["--final.learning-rate", "1e30"], code: 3 },
    );
    // It has a record, which tells: nothing is lacking.
    const index = `${results}/${place.replace(/\/[^/]*$/, "")}.json`;
    assert.deepEqual(JSON.parse(await Deno.readTextFile(index)).cells, [
      { name: "mnist-vgg13-w0.03-reinforce-s1" },
    ]);
    assert.match(
      stderr,
      /^Failed: mnist-\S+: stage removal has no winner: every final training failed$/m,
    );
    for (const kind of KINDS) {
      const stage = stageOf(deterministic, kind);
      assert(!("winner" in stage));
      // The search went as it would have gone; a failure says nothing of it.
      assert.deepEqual(
        stage.records,
        stageOf(good.deterministic, kind).records,
      );
      // The finalist, and two behind it.
      assert.deepEqual(
        stage.finals.map(({ networkId }: Json) => networkId),
        candidatesOf(stage).slice(0, 3),
      );
      for (const { failure, validation, reward, epochs } of stage.finals) {
        assert.match(failure, /^the loss is not a finite number at step \d+$/);
        assert.deepEqual([validation, reward, epochs], [0, -1, 0]);
      }
    }
    assert.match(
      page,
      /^\*\*stage 1 \(removal\) failed:\*\* no final training succeeded \([0-9a-f]{8}: the loss/m,
    );
    assert.match(
      page,
      /^\*\*stage 1\+2 \(shrinkage\) failed:\*\* no final training succeeded/m,
    );
    assert.match(page, /\| final trainings +\| +3 \| +3 \|/);
    assert.match(table, /\| stage 1 \(removal\) +\| +0 \| +– \|/);
    assert.match(table, /\| stage 1\+2 \(shrinkage\) +\| +0 \| +– \|/);
    for (const text of [page, table]) {
      assert.doesNotMatch(text, /NaN(?!\))|Infinity|undefined/);
    }
  });
});

Deno.test("rq1 takes the next candidate when the finalist's training fails", async () => {
  await inFolder(async (folder) => {
    const { deterministic, page } = await finish(`${folder}/results`, {
      deno: ["--preload", "tests/experiments/_failing_finals.ts"],
      flags: ["--stages", "removal", "--workers", "1"],
    });
    const removal = stageOf(deterministic, "removal");
    const [first, second] = candidatesOf(removal);
    assert.deepEqual(
      removal.finals.map(({ networkId }: Json) => networkId),
      [first, second],
    );
    const [failed, won] = removal.finals;
    assert.match(failed.failure, /not a finite number/);
    assert(!("failure" in won));
    assert.equal(removal.winner.networkId, second);
    assert.equal(removal.winner.validation, won.validation);
    assert(won.validation > 0 && removal.winner.test > 0);
    assert.match(page, /\| final trainings +\| +2 \|/);
    assert.doesNotMatch(page, /failed:/);
  });
});

Deno.test("rq1 takes the best of several finalists when one of them fails", async () => {
  await inFolder(async (folder) => {
    const { deterministic } = await finish(`${folder}/results`, {
      deno: ["--preload", "tests/experiments/_failing_finals.ts"],
      flags: ["--stages", "removal", "--workers", "1", "--finalists", "3"],
    });
    const { finals, winner } = stageOf(deterministic, "removal");
    assert.equal(finals.length, 3);
    const [failed, ...others] = finals;
    assert.match(failed.failure, /not a finite number/);
    const most = Math.max(...others.map(({ reward }: Json) => reward));
    const best = others.find(({ reward }: Json) => reward === most);
    assert.equal(winner.networkId, best.networkId);
  });
});
