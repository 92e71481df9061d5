import assert from "node:assert/strict";
import type { PolicyKind } from "../../lib/policy/mod.ts";
import { type IterationRecord, runStage } from "../../lib/search/mod.ts";
import { bySize, CONFIG, fakeEvaluation, stageOptions } from "./_search.ts";

const ITERATIONS = 40;
const SPAN = 8;

function meanReward(records: readonly IterationRecord[]): number {
  const rewards = records.flatMap(({ proposals }) =>
    proposals.map(({ reward }) => reward)
  );
  return rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}

/** The records of a search in which a student's accuracy grows with its size. */
async function search(
  kind: PolicyKind,
  { seed, learningRate }: {
    readonly seed: number;
    readonly learningRate: number;
  },
): Promise<readonly IterationRecord[]> {
  const { records } = await runStage(stageOptions({
    kind,
    seed,
    config: {
      ...CONFIG,
      iterations: ITERATIONS,
      rollouts: 5,
      learningRate,
      entropyWeight: 0,
      initialKeepBias: 0,
    },
    evaluate: ({ network }) =>
      Promise.resolve(fakeEvaluation(network, bySize(network))),
  }));
  return records;
}

for (const kind of ["removal", "shrinkage"] as const) {
  Deno.test(`runStage() learns to propose better students for every seed when accuracy grows with size, in ${kind}`, async () => {
    let gain = 0;
    for (const seed of [1, 2, 3]) {
      const records = await search(kind, { seed, learningRate: 0.03 });
      const first = meanReward(records.slice(0, SPAN));
      const last = meanReward(records.slice(-SPAN));
      assert(last > first, `seed ${seed}: from ${first} to ${last}`);
      // The control: all of the same search with a policy that stays as it is.
      const still = meanReward(
        await search(kind, { seed, learningRate: 1e-9 }),
      );
      assert(last > still, `seed ${seed}: ${last}, unlearnt ${still}`);
      gain += (last - still) / 3;
    }
    assert(gain > 0.06, `mean gain ${gain}`);
  });
}
