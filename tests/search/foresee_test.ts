import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { type Network, networkId } from "../../lib/network/mod.ts";
import {
  foreseeStudents,
  runStage,
  STRATEGY_NAMES,
} from "../../lib/search/mod.ts";
import { BASE, CONFIG, forAll, PLAN, stageOptions } from "./_search.ts";

const KINDS = ["removal", "shrinkage", "joint"] as const;

function ids(students: readonly (Network | undefined)[]) {
  return students.map((network) => network && networkId(network));
}

for (const search of STRATEGY_NAMES) {
  Deno.test(`foreseeStudents() gives the first iteration that the stage will propose with ${search}`, async () => {
    for (const kind of KINDS) {
      const plan = { ...PLAN, search };
      const [first] = foreseeStudents(plan, {
        kind,
        base: BASE,
        iterations: 1,
      });
      const { records } = await runStage(stageOptions({ kind, search }));
      assert.deepEqual(
        ids(first!),
        records[0]!.proposals.map(({ networkId }) => networkId),
      );
    }
  });
}

Deno.test("foreseeStudents() gives what a policy that never learns proposes in every iteration", async () => {
  const foreseen = foreseeStudents(PLAN, {
    kind: "removal",
    base: BASE,
    iterations: CONFIG.iterations,
  });
  const { records } = await runStage(stageOptions({ search: "frozen" }));
  assert.deepEqual(
    foreseen.map(ids),
    records.map(({ proposals }) => proposals.map(({ networkId }) => networkId)),
  );
  assert(foreseen.flat().includes(undefined), "the case needs a rejection");
});

Deno.test("foreseeStudents() looks beyond the stage's length, and at its number of rollouts", () => {
  const config = forAll({ ...CONFIG, iterations: 2, rollouts: 3 });
  for (const search of STRATEGY_NAMES) {
    const foreseen = foreseeStudents({ ...PLAN, config, search }, {
      kind: "joint",
      base: BASE,
      iterations: 7,
    });
    assert.deepEqual(foreseen.map(({ length }) => length), Array(7).fill(3));
  }
});

Deno.test("foreseeStudents() gives nothing where nothing is free", () => {
  const base: Network = {
    input: [1, 8, 8],
    blocks: [BASE.blocks[0]!, BASE.blocks.at(-1)!],
  };
  assert.deepEqual(
    foreseeStudents(PLAN, { kind: "removal", base, iterations: 3 }),
    [[], [], []],
  );
});

Deno.test("foreseeStudents() leaves no tensors", () => {
  const before = tf.memory().numTensors;
  foreseeStudents(PLAN, { kind: "shrinkage", base: BASE, iterations: 2 });
  assert.equal(tf.memory().numTensors, before);
});
