/** Which strategies learn, over long runs of several seeds. */

import assert from "node:assert/strict";
import type {
  Scored,
  SpaceKind,
  StrategyName,
} from "../../../lib/search/mod.ts";
import { CONFIG } from "../_search.ts";
import { VGG_13 } from "../space/_spaces.ts";
import { KINDS, play, spaceOf, strategyOf, using } from "./_strategies.ts";

const LEARNING = ["reinforce", "greedy", "annealing", "evolution"] as const;
const LONG = 40;

/** Mean over iterations of the mean reward. */
function mean(played: readonly (readonly Scored[])[]): number {
  const rewards = played.flat().map(({ reward }) => reward);
  return rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}

function longRun(name: StrategyName, kind: SpaceKind, seed: number) {
  const space = spaceOf({ kind, grain: "unit", base: VGG_13 });
  const config = {
    ...CONFIG,
    iterations: LONG,
    leafLogits: true,
    entropyWeight: 0,
    initialKeepBias: 0,
    baseline: "leaveOneOut" as const,
    normaliseAdvantage: true,
  };
  const strategy = strategyOf(name, space, {
    seed,
    config,
    annealing: { temperature: 0.02, changes: 1 },
    evolution: { population: 12, tournament: 5, changes: 1 },
  });
  return using(
    strategy,
    () => play(strategy, space, { iterations: LONG, rollouts: 5 }),
  );
}

for (const kind of KINDS) {
  for (const name of LEARNING) {
    Deno.test(`${name} ends better than it began, and than random, for every seed on a smooth reward in ${kind}`, () => {
      for (const seed of [1, 2, 3]) {
        const played = longRun(name, kind, seed);
        const first = mean(played.slice(0, 4));
        const last = mean(played.slice(-4));
        const control = mean(longRun("random", kind, seed).slice(-4));
        assert(last > first + 0.05, `seed ${seed}: from ${first} to ${last}`);
        assert(
          last > control + 0.05,
          `seed ${seed}: ${last}, at random ${control}`,
        );
      }
    });
  }

  for (const name of ["random", "frozen"] as const) {
    Deno.test(`${name} does not learn on a smooth reward in ${kind}`, () => {
      const gains = [1, 2, 3, 4].map((seed) => {
        const played = longRun(name, kind, seed);
        return mean(played.slice(LONG / 2)) - mean(played.slice(0, LONG / 2));
      });
      const gain = gains.reduce((sum, each) => sum + each, 0) / gains.length;
      assert(Math.abs(gain) < 0.03, `${gain}`);
    });
  }
}
