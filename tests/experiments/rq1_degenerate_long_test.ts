import assert from "node:assert/strict";
import { finish, inFolder, PROPOSALS, stageOf, start } from "./_run.ts";
import { query } from "./_traces.ts";

/** The exit code when a stage found no student. */
const code = 3;

/** A policy that keeps every layer: each proposal is the base network itself. */
const NOTHING_REMOVED = ["--removal.initial-keep-bias", "50"];
/** The same in the second stage: every ratio is 1. */
const NOTHING_SHRUNK = ["--shrinkage.initial-keep-bias", "50"];
/** Every student's loss becomes infinite. */
const DIVERGING = ["--student.learning-rate", "1e30"];

/** What no table may show; "(NaN)" is a row's label. */
const NO_NUMBER = /NaN(?!\))|Infinity|undefined/;

Deno.test("rq1 says that no student was found when all removals are rejected", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const flags = NOTHING_REMOVED;
    const { deterministic, page, table, digest } = await finish(folder, {
      flags,
      code,
    });
    const removal = stageOf(deterministic, "removal");
    const shrinkage = stageOf(deterministic, "shrinkage");
    assert.equal(removal.ledger.rejected, PROPOSALS);
    assert.deepEqual(removal.ledger.rejections, { noReduction: PROPOSALS });
    assert.equal(removal.ledger.trained, 0);
    assert.equal(removal.winner, undefined);
    assert.equal(shrinkage, undefined);
    for (const { proposals, baseline, update } of removal.records) {
      assert(
        proposals.every(({ reward }: { reward: number }) => reward === -1),
      );
      assert.equal(baseline, -1);
      // No advantage, no gradient; the rest is rounding.
      assert(update.gradientNorm < 1e-12, `${update.gradientNorm}`);
    }
    assert.match(page, /^- stage 1 \(removal\): no student was found$/m);
    assert.match(page, /^\*\*stage 1 \(removal\) failed:\*\* no student was/m);
    assert.doesNotMatch(page, /shrinkage/);
    assert.match(table, /\| stage 1 \(removal\) +\| +0 \| +– \|/);
    for (const text of [page, table]) assert.doesNotMatch(text, NO_NUMBER);
    // Again from the store.
    assert.equal((await finish(folder, { flags, code })).digest, digest);
  });
});

Deno.test("rq1 keeps stage 1's student when all shrinkages are rejected", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const flags = NOTHING_SHRUNK;
    const { deterministic, page, table, stderr } = await finish(folder, {
      flags,
      code,
    });
    const removal = stageOf(deterministic, "removal");
    const shrinkage = stageOf(deterministic, "shrinkage");
    assert(removal.winner.parameters < deterministic.teacher.parameters);
    assert.equal(shrinkage.ledger.rejected, PROPOSALS);
    assert.equal(shrinkage.winner, undefined);
    assert.match(page, /^- stage 1 \(removal\): `28x28x1 /m);
    assert.match(
      page,
      /^- stage 1\+2 \(shrinkage\): no student was found$/m,
    );
    assert.match(table, /\| stage 1 \(removal\) +\| +1 \| +\d/);
    assert.match(table, /\| stage 1\+2 \(shrinkage\) +\| +0 \| +– \|/);
    for (const text of [page, table]) assert.doesNotMatch(text, NO_NUMBER);
    assert.match(stderr, /^Failed: \S+: stage shrinkage found no student: /m);
  });
});

Deno.test("rq1 goes on when every student's training fails", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const { deterministic, page, table } = await finish(folder, {
      flags: DIVERGING,
      code,
    });
    const removal = stageOf(deterministic, "removal");
    const { rejected, trained, failed } = removal.ledger;
    assert(failed > 0);
    assert.deepEqual([trained, rejected + failed], [failed, PROPOSALS]);
    for (const { proposals } of removal.records) {
      for (const { rejection, failure, reward } of proposals) {
        assert.equal(reward, -1);
        if (rejection === undefined) assert.match(failure, /not a finite/);
      }
    }
    const failures = query(
      folder,
      "SELECT json ->> '$.evaluation.failure.step' AS step FROM evaluations",
    ).filter(({ step }) => step !== null);
    assert.equal(failures.length, failed);
    assert(failures.every(({ step }) => Number(step) >= 1));
    assert.match(
      page,
      new RegExp(`of these failed \\(NaN\\) +\\| +${failed} `),
    );
    assert.match(page, /^- stage 1 \(removal\): no student was found$/m);
    // Proposed, rejected, from memory, trained, failed.
    assert.match(
      table,
      new RegExp(
        `reinforce \\| +${PROPOSALS} \\| +${rejected} \\| +0 \\| +${trained} \\| +${failed} \\|`,
      ),
    );
    for (const text of [page, table]) assert.doesNotMatch(text, NO_NUMBER);
  });
});

Deno.test("rq1 claims no saved teacher forwards when no student was trained", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const { page, table } = await finish(folder, {
      flags: NOTHING_REMOVED,
      code,
    });
    assert.match(page, /The teacher looked at [\d,]+ images, once for all/);
    assert.doesNotMatch(page, /teacher forwards were saved/);
    assert.match(table, /teacher forwards saved \|[^]*\| +0 \| +0\.00 \|\n/);
  });
});

Deno.test("rq1 tells without a stack when the teacher's training fails", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const flags = ["--teacher.learning-rate", "1e30"];
    const { code, stderr } = await start(folder, { flags }).ended;
    assert.match(
      stderr,
      /^Failed: mnist-\S+: Cannot train the teacher: .* at step \d+/m,
    );
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.equal(code, 3);
  });
});

Deno.test("rq1 tells without a stack when a policy's numbers overflow, and goes on to the same when run again", async () => {
  await inFolder(async (parent) => {
    const folder = `${parent}/results`;
    const flags = ["--removal.learning-rate", "1e300"];
    for (const _ of [1, 2]) {
      const { code, stderr } = await start(folder, { flags }).ended;
      assert.match(
        stderr,
        /^Failed: mnist-\S+: Cannot update the policy: .*, expected a finite number/m,
      );
      assert.doesNotMatch(stderr, /^ +at /m);
      assert.equal(code, 3);
    }
  });
});
