/** What holds for every strategy; which of them learn: learning_long_test.ts. */

import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { STRATEGY_NAMES } from "../../../lib/search/mod.ts";
import { stateBits, throughStore } from "../_search.ts";
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

Deno.test("smooth() has its maximum where each decision is at its best", () => {
  const space = spaceOf({ kind: "joint" });
  let free = 0;
  const best = space.sequence.mask.map((isFree) =>
    isFree ? [0, 10, 3, 7][free++ % 4]! : space.neutral
  );
  assert(free > 4);
  assert.equal(smooth(space, best), 1);
});
