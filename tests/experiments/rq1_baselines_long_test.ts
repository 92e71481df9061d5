/** Simple methods beside a search: what they are trained on, and what repeats. */

import assert from "node:assert/strict";
import { finish, inFolder, type Json, recordsOf, start } from "./_run.ts";
import { look } from "./_traces.ts";
import { readLog } from "../lab/_events.ts";

/** One stage beside two baselines of two sizes. */
const CONFIG = `
stages: removal
compare: [pruning, width]
baselineSizes: [2, 6]
`;

const CELL = (arm: string, seed = 1) => `mnist-vgg13-w0.03-${arm}-s${seed}`;

const contentOf = (record: string): Json => JSON.parse(record).deterministic;

Deno.test("rq1 trains baselines to the end beside a search, which they do not change", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const ended = await start(results, {
      config: CONFIG,
      flags: ["--workers", "2", "--seeds", "2"],
    }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    const records = recordsOf(ended);
    assert.deepEqual([...records.keys()].sort(), [
      CELL("pruning"),
      CELL("pruning", 2),
      CELL("reinforce"),
      CELL("reinforce", 2),
      CELL("width"),
      CELL("width", 2),
    ]);
    const search = contentOf(records.get(CELL("reinforce"))!);
    for (const arm of ["pruning", "width"]) {
      const [first, second] = [1, 2].map((seed) =>
        contentOf(records.get(CELL(arm, seed))!)
      );
      const { identity, teacher, start, sizes } = first;
      assert.deepEqual(teacher, search.teacher);
      assert.equal(start, arm === "pruning" ? "inherited" : "fresh");
      assert.deepEqual(sizes.map(({ asked }: Json) => asked), [2, 6]);
      assert.deepEqual(identity.config.final, search.identity.config.final);
      for (const { epochs, parameters, test, asked } of sizes) {
        assert.equal(epochs, 3);
        const ratio = teacher.parameters / parameters / asked;
        assert(Math.abs(Math.log(ratio)) < 0.4, `${arm}: ${ratio}`);
        assert(test >= 0 && test <= 1);
      }
      // The other seed: the same networks, each with a training of its own.
      const ids = (of: Json) =>
        of.sizes.map(({ networkId }: Json) => networkId);
      assert.deepEqual(ids(second), ids(first));
      assert.equal(identity.config.student.seed, 1);
      assert.equal(second.identity.config.student.seed, 2);
      assert.notDeepEqual(second.sizes, first.sizes);
    }
    // The teacher, two searches' winners, eight networks: each tested once, at most.
    assert(look(results).tests <= 11, `${look(results).tests}`);
    assert.match(
      ended.stdout,
      /^\*\*Verdict: not decidable at this scale\.\*\*/m,
    );
    assert.match(ended.stdout, /^## Baselines$/m);

    // Elsewhere, on one worker, from nothing: the same bits.
    await inFolder(async (other) => {
      const again = await finish(`${other}/results`, {
        config: CONFIG,
        flags: [
          ...["--workers", "1", "--arms", "pruning"],
          ...["--log.tensorboard", `${other}/log`],
        ],
      });
      assert.equal(again.record, records.get(CELL("pruning")));
      const cell = again.place.replace(/\.json$/, "");
      const runs = readLog(`${other}/log`);
      for (const { networkId, epochs } of again.deterministic.sizes) {
        const run = runs.get(`${cell}/final/${networkId.slice(0, 8)}`)!;
        assert.equal(run["training/loss"]!.length, epochs);
      }
    });
    // From its store: nothing is trained again.
    const stored = await finish(results, {
      config: CONFIG,
      flags: ["--arms", "width"],
    });
    assert.equal(stored.record, records.get(CELL("width")));
    assert.equal(stored.environment.evaluations.trained, 0);
    // Without baselines the search is what it was.
    const alone = await finish(results, {
      config: CONFIG,
      flags: ["--compare", "[]", "--seeds", "1"],
    });
    assert.equal(alone.record, records.get(CELL("reinforce")));
    assert.equal(alone.environment.evaluations.trained, 0);
  });
});

Deno.test("rq1 foresees baselines and tells a design that does not fit", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const planned = await start(results, {
      config: CONFIG,
      flags: ["--dry-run", "--arms", "pruning"],
    }).ended;
    assert.equal(planned.code, 0, planned.stderr);
    assert.match(planned.stdout, /^\| final trainings +\| +2 \| +6 \|/m);
    const wrong = await start(results, {
      config: CONFIG,
      flags: ["--dry-run", "--compare", "squeezenet"],
    }).ended;
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(
      wrong.stderr,
      /^--compare squeezenet: expected a design that/m,
    );
    assert.doesNotMatch(wrong.stderr, /^ +at /m);
  });
});
