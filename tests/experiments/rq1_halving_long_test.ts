/** Rungs before the final trainings. */

import assert from "node:assert/strict";
import { networkId } from "../../lib/network/mod.ts";
import { finish, inFolder, type Json, stageOf } from "./_run.ts";

const KINDS = ["removal", "shrinkage"];
const HALVING = [{ students: 3, epochs: 1 }, { students: 2, epochs: 2 }];
const FLAGS = ["--final.halving", JSON.stringify(HALVING)];
const EPOCHS = 3;
const IMAGES = 640;

/** Ids of what a round trained, the highest reward first. */
function ranked(round: Json): readonly string[] {
  return round.toSorted((a: Json, b: Json) => b.reward - a.reward)
    .map((each: Json) => each.networkId);
}

function idsOf(round: Json): readonly string[] {
  return round.map((each: Json) => each.networkId);
}

Deno.test("rq1 trains the best of each rung longer, and records and shows it", async () => {
  await inFolder(async (folder) => {
    const { deterministic, environment, page, table } = await finish(
      `${folder}/results`,
      { flags: FLAGS },
    );
    assert.deepEqual(deterministic.identity.config.final.halving, HALVING);
    let images = 0;
    let trained = 1;
    for (const kind of KINDS) {
      const { rungs, finals, winner, ledger } = stageOf(deterministic, kind);
      assert(ledger.trained > 3, "the case needs more students than the rungs");
      assert.deepEqual(rungs.map(({ length }: Json) => length), [3, 2]);
      for (const [at, rung] of rungs.entries()) {
        for (const { epochs, validation } of rung) {
          assert.equal(epochs, HALVING[at]!.epochs);
          assert(validation > 0);
        }
      }
      assert.deepEqual(
        new Set(idsOf(rungs[1])),
        new Set(ranked(rungs[0]).slice(0, 2)),
      );
      assert.deepEqual(idsOf(finals), ranked(rungs[1]).slice(0, 1));
      assert.equal(winner.networkId, finals[0].networkId);
      images += ledger.studentImages + IMAGES * (3 * 1 + 2 * 2 + EPOCHS);
      trained += ledger.trained + 3 + 2 + 1;
    }
    assert.equal(
      networkId(stageOf(deterministic, "shrinkage").base),
      stageOf(deterministic, "removal").winner.networkId,
    );
    assert.equal(deterministic.studentForwards, images);
    assert.equal(environment.evaluations.trained, trained);
    for (const text of [page, table]) {
      assert.match(
        text,
        /: 3 students for 1 epoch, 2 for 2, 1 to the end\.$/m,
      );
      assert.doesNotMatch(text, /NaN(?!\))|Infinity|undefined/);
    }
    assert.match(
      page,
      /\| trained before the final trainings \(1 epochs\) +\| +3 \| +3 \|/,
    );
    assert.match(
      page,
      /\| trained before the final trainings \(2 epochs\) +\| +2 \| +2 \|/,
    );
    assert.match(page, /\| final trainings +\| +1 \| +1 \|/);
  });
});

Deno.test("rq1 records and tells it when every student of a rung fails", async () => {
  await inFolder(async (folder) => {
    const { deterministic, page, stderr } = await finish(
      `${folder}/results`,
      { flags: [...FLAGS, "--final.learning-rate", "1e30"], code: 3 },
    );
    assert.match(
      stderr,
      /^Failed: mnist-\S+: stage removal has no winner: every final training failed$/m,
    );
    // There is nothing for a second stage to start from.
    assert.equal(deterministic.stages.length, 1);
    const { rungs, finals, ledger, ...stage } = stageOf(
      deterministic,
      "removal",
    );
    assert(!("winner" in stage));
    // The three of the rung and two behind it, as far as there are so many.
    const tried = Math.min(5, ledger.trained);
    assert(tried > 3, "the case needs more students than the rung's");
    assert.deepEqual(rungs.map(({ length }: Json) => length), [tried, 0]);
    assert.deepEqual(finals, []);
    assert.match(
      page,
      /failed:\*\* no final training succeeded \([0-9a-f]{8}: the loss/,
    );
  });
});
