/** What holds for every strategy. */

import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  type Scored,
  type SpaceKind,
  STRATEGY_NAMES,
  type StrategyName,
} from "../../../lib/search/mod.ts";
import { CONFIG, stateBits, throughStore } from "../_search.ts";
import { VGG_13 } from "../space/_spaces.ts";
import {
  GRAINS,
  KINDS,
  play,
  smooth,
  spaceOf,
  strategyOf,
  using,
} from "./_strategies.ts";

const ITERATIONS = 5;

for (const name of STRATEGY_NAMES) {
  for (const kind of KINDS) {
    Deno.test(`${name} proposes the same with the same seed, and other with another, in ${kind} on every grain`, () => {
      for (const grain of GRAINS) {
        const space = spaceOf({ kind, grain });
        const run = (seed: number) =>
          using(
            strategyOf(name, space, { seed }),
            (strategy) => play(strategy, space, { iterations: ITERATIONS }),
          );
        const first = run(1);
        assert.deepEqual(run(1), first, grain);
        assert.notDeepEqual(run(2), first, grain);
        assert.equal(first.length, ITERATIONS);
        for (const scored of first) {
          assert.equal(scored.length, 4);
          for (const { actions } of scored) {
            assert.equal(actions.length, space.decisions.length);
            actions.forEach((action, decision) =>
              assert(
                space.sequence.mask[decision]
                  ? space.values[action] !== undefined
                  : action === space.neutral,
                `${grain}: action ${action} at decision ${decision}`,
              )
            );
          }
        }
      }
    });

    Deno.test(`${name} goes on with equal bits from a state after any iteration, in ${kind}`, () => {
      const space = spaceOf({ kind });
      const states: ReturnType<typeof throughStore>[] = [];
      const unbroken = using(strategyOf(name, space), (strategy) => {
        states.push(throughStore(strategy.state()));
        return play(strategy, space, {
          iterations: ITERATIONS,
          after: () => states.push(throughStore(strategy.state())),
        });
      });
      const last = stateBits(states.at(-1)!);
      for (let from = 0; from <= ITERATIONS; from++) {
        using(strategyOf(name, space), (strategy) => {
          strategy.restore(states[from]!);
          assert.deepEqual(
            play(strategy, space, { iterations: ITERATIONS, from }),
            unbroken.slice(from),
          );
          assert.equal(stateBits(strategy.state()), last);
        });
      }
    });
  }

  Deno.test(`${name} gives a state that later lessons do not change`, () => {
    const space = spaceOf();
    using(strategyOf(name, space), (strategy) => {
      play(strategy, space, { iterations: 2 });
      const state = strategy.state();
      const before = stateBits(state);
      play(strategy, space, { iterations: 4, from: 2 });
      assert.equal(stateBits(state), before);
    });
  });

  Deno.test(`${name} proposes what does not depend on how many are asked for, or on what was before`, () => {
    const space = spaceOf();
    using(strategyOf(name, space), (strategy) => {
      play(strategy, space, { iterations: 3 });
      const actions = (count: number) =>
        strategy.propose(3, count).map(({ actions }) => actions);
      const six = actions(6);
      assert.deepEqual(actions(2), six.slice(0, 2));
      assert.deepEqual(actions(6), six);
    });
  });

  Deno.test(`${name} never calls Math.random`, () => {
    const { random } = Math;
    Math.random = () => {
      throw new Error("Math.random was called");
    };
    try {
      for (const kind of KINDS) {
        const space = spaceOf({ kind });
        using(
          strategyOf(name, space),
          (strategy) => play(strategy, space, { iterations: 2 }),
        );
      }
    } finally {
      Math.random = random;
    }
  });

  Deno.test(`${name} leaves no tensors when it is disposed of`, () => {
    const before = tf.memory().numTensors;
    const space = spaceOf();
    using(
      strategyOf(name, space),
      (strategy) => play(strategy, space, { iterations: 2 }),
    );
    assert.equal(tf.memory().numTensors, before);
  });

  Deno.test(`${name} bears an iteration of which nothing came`, () => {
    const space = spaceOf();
    using(strategyOf(name, space), (strategy) => {
      const proposed = strategy.propose(0, 4);
      strategy.learn(
        0,
        proposed.map(({ actions }) => ({ actions, reward: -1 })),
      );
      assert.equal(strategy.propose(1, 4).length, 4);
    });
  });
}

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

Deno.test("smooth() has its maximum where each decision is at its best", () => {
  const space = spaceOf({ kind: "joint" });
  let free = 0;
  const best = space.sequence.mask.map((isFree) =>
    isFree ? [0, 10, 3, 7][free++ % 4]! : space.neutral
  );
  assert(free > 4);
  assert.equal(smooth(space, best), 1);
});
