/** Annealing, evolution and hill climbing, step by step. */

import assert from "node:assert/strict";
import { randomStream } from "../../../lib/random/mod.ts";
import {
  type ActionSpace,
  annealing,
  evolution,
  greedy,
  randomSearch,
  type Scored,
  type Strategy,
} from "../../../lib/search/mod.ts";
// Not behind the room's door: what a first sequence is drawn with.
import { drawActions } from "../../../lib/search/strategy/draw.ts";
import { differences, KINDS, spaceOf } from "./_strategies.ts";

const SPACE = spaceOf({ kind: "shrinkage", grain: "leaf" });

/** Sequences that differ from each other in every free decision. */
function apart({ sequence: { mask }, neutral }: ActionSpace, count: number) {
  return Array.from(
    { length: count },
    (_, k) => mask.map((free) => free ? k : neutral),
  );
}

function current(strategy: Strategy): Scored {
  return (strategy.state().json as { readonly current: Scored }).current;
}

Deno.test("greedy() starts from the network as it is, one decision at a time", () => {
  for (const kind of KINDS) {
    const space = spaceOf({ kind });
    const strategy = greedy({ space, seed: 1 });
    const asItIs = space.decisions.map(() => space.neutral);
    for (const { actions } of strategy.propose(0, 8)) {
      assert.equal(differences(asItIs, actions).length, 1);
    }
  }
});

Deno.test("greedy() follows the best so far, and nothing that is no better", () => {
  const strategy = greedy({ space: SPACE, seed: 1 });
  const [a, b, c, d] = apart(SPACE, 4) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const expectBest = (iteration: number, best: readonly number[]) => {
    for (const { actions } of strategy.propose(iteration, 5)) {
      assert.equal(differences(best, actions).length, 1);
    }
  };
  // A degenerate student is no better than the network as it is.
  strategy.learn(0, [{ actions: a, reward: -1 }]);
  expectBest(1, SPACE.decisions.map(() => SPACE.neutral));
  // The best of several, also when it is not the last.
  strategy.learn(1, [
    { actions: a, reward: -0.5 },
    { actions: b, reward: 0.4 },
    { actions: c, reward: 0.3 },
  ]);
  expectBest(2, b);
  // An equal one is not followed.
  strategy.learn(2, [{ actions: d, reward: 0.4 }]);
  expectBest(3, b);
  strategy.learn(3, [{ actions: c, reward: 0.41 }]);
  expectBest(4, c);
});

Deno.test("annealing() takes what is better, and what is worse by the chance exp((R' - R) / T), in order", () => {
  const temperature = 0.1;
  const options = {
    space: SPACE,
    seed: 1,
    annealing: { temperature, changes: 2 },
    iterations: 4,
    initialKeepBias: 0,
  };
  const strategy = annealing(options);
  const sequences = apart(SPACE, 6);
  // One number of its stream is drawn a proposal, whatever becomes of it.
  const luck = (iteration: number, count: number) => {
    const random = randomStream(1, "lesson", "shrinkage", iteration);
    return Array.from({ length: count }, () => random.uniform());
  };
  // The first is taken whatever it earned.
  strategy.learn(0, [{ actions: sequences[0]!, reward: -1 }]);
  assert.deepEqual(current(strategy), { actions: sequences[0], reward: -1 });
  // T is 0.075 at iteration 1 of 4. Each step by hand:
  const heat = 0.075;
  const rewards = [0.5, 0.45, 0.45, 0.3, 0.44, 0.1];
  const draws = luck(1, rewards.length);
  let at = -1;
  let reward = -1;
  let [worseTaken, worseLeft] = [0, 0];
  rewards.forEach((next, k) => {
    const chance = Math.exp((next - reward) / heat);
    if (next >= reward || draws[k]! < chance) {
      if (next < reward) worseTaken++;
      [at, reward] = [k, next];
    } else worseLeft++;
    // A lesson as long as the steps so far ends where they do.
    const copy = annealing(options);
    copy.restore(strategy.state());
    copy.learn(
      1,
      rewards.slice(0, k + 1).map((reward, i) => ({
        actions: sequences[i]!,
        reward,
      })),
    );
    assert.deepEqual(current(copy), { actions: sequences[at], reward });
  });
  assert(worseTaken > 0 && worseLeft > 0, `${worseTaken}, ${worseLeft}`);
});

Deno.test("annealing() cools: late, what is worse is hardly ever taken", () => {
  const iterations = 100;
  const [good, bad] = apart(SPACE, 2);
  const taken = (iteration: number) => {
    let count = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const strategy = annealing({
        space: SPACE,
        seed,
        annealing: { temperature: 0.1, changes: 1 },
        iterations,
        initialKeepBias: 0,
      });
      strategy.learn(iteration, [
        { actions: good!, reward: 0.5 },
        { actions: bad!, reward: 0.4 },
      ]);
      if (current(strategy).reward === 0.4) count++;
    }
    return count / 200;
  };
  // exp(-0.1 / 0.1) = .37, of 200 with a deviation of .034.
  assert(Math.abs(taken(0) - Math.exp(-1)) < 0.12, `${taken(0)}`);
  // exp(-0.1 / 0.05) = .14, with a deviation of .024.
  assert(Math.abs(taken(50) - Math.exp(-2)) < 0.08, `${taken(50)}`);
  // exp(-0.1 / 0.001) is nothing.
  assert.equal(taken(99), 0);
});

Deno.test("annealing() proposes neighbours of where it stands, and a random sequence at first", () => {
  const options = {
    space: SPACE,
    seed: 4,
    annealing: { temperature: 0.1, changes: 2 },
    iterations: 4,
    initialKeepBias: 1,
  };
  const strategy = annealing(options);
  assert.deepEqual(
    strategy.propose(0, 3),
    randomSearch(options).propose(0, 3),
  );
  const [actions] = apart(SPACE, 1);
  strategy.learn(0, [{ actions: actions!, reward: 0.1 }]);
  for (const proposed of strategy.propose(1, 6)) {
    assert.equal(differences(actions!, proposed.actions).length, 2);
  }
});

const EVOLUTION = { population: 4, tournament: 2, changes: 1 };

Deno.test("evolution() lets the oldest die, whatever they earned", () => {
  const strategy = evolution({
    space: SPACE,
    seed: 1,
    evolution: EVOLUTION,
    initialKeepBias: 0,
  });
  const scored = apart(SPACE, 6).map((actions, k) => ({
    actions,
    reward: 1 - k / 10,
  }));
  const living = () =>
    (strategy.state().json as { readonly living: readonly Scored[] }).living;
  strategy.learn(0, scored.slice(0, 3));
  assert.deepEqual(living(), scored.slice(0, 3));
  strategy.learn(1, scored.slice(3, 6));
  assert.deepEqual(living(), scored.slice(2, 6));
});

Deno.test("evolution() has a child of the best of a tournament once the population is full, and strangers before", () => {
  const options = {
    space: SPACE,
    seed: 1,
    evolution: EVOLUTION,
    initialKeepBias: 0,
  };
  const strategy = evolution(options);
  const strangers = (iteration: number, count: number) =>
    randomSearch(options).propose(iteration, count);
  assert.deepEqual(strategy.propose(0, 9), strangers(0, 9));
  const rewards = [0.3, 0.9, 0.1, 0.6];
  const living = apart(SPACE, 4);
  strategy.learn(
    0,
    living.slice(0, 3).map((actions, k) => ({
      actions,
      reward: rewards[k]!,
    })),
  );
  // Three live: the first of an iteration is the fourth, the others are children.
  const second = strategy.propose(1, 3);
  assert.deepEqual(second.slice(0, 1), strangers(1, 1));
  for (const { actions } of second.slice(1)) {
    const near = living.slice(0, 3).filter((parent) =>
      differences(parent, actions).length === 1
    );
    assert.equal(near.length, 1);
  }
  strategy.learn(1, [{ actions: living[3]!, reward: rewards[3]! }]);
  const parents = strategy.propose(2, 40).map(({ actions }, rollout) => {
    // Two entrants are drawn, with replacement, before the change is.
    const random = randomStream(1, "rollout", "shrinkage", 2, rollout);
    const entrants = [random.integer(4), random.integer(4)];
    const [first, other] = entrants as [number, number];
    const parent = rewards[other]! > rewards[first]! ? other : first;
    assert.equal(differences(living[parent]!, actions).length, 1);
    return parent;
  });
  // Chances by hand: 7/16 the best, 5/16 the second, 3/16 the third, 1/16 the last.
  const counts = [0, 1, 2, 3].map((k) =>
    parents.filter((parent) => parent === k).length
  );
  assert(counts[1]! > counts[0]! && counts[3]! > counts[2]!, counts.join());
});

Deno.test("randomSearch() learns nothing and draws every decision by itself", () => {
  const options = { space: SPACE, seed: 5, initialKeepBias: 2 };
  const strategy = randomSearch(options);
  const expected = [0, 1, 2].map((rollout) => ({
    actions: drawActions(
      SPACE,
      randomStream(5, "rollout", "shrinkage", 3, rollout),
      2,
    ),
  }));
  assert.deepEqual(strategy.propose(3, 3), expected);
  assert.deepEqual(
    strategy.learn(0, expected.map((each) => ({ ...each, reward: 1 }))),
    {},
  );
  assert.deepEqual(strategy.propose(3, 3), expected);
  assert.deepEqual(strategy.state(), { json: {}, blobs: {} });
});

Deno.test("greedy() and annealing() compare with what they hold on to as it is worth now", () => {
  const [held, other, asItIs] = apart(SPACE, 3) as [
    number[],
    number[],
    number[],
  ];
  const strategies = {
    greedy: greedy({ space: SPACE, seed: 1 }),
    annealing: annealing({
      space: SPACE,
      seed: 1,
      annealing: { temperature: 1e-9, changes: 1 },
      iterations: 9,
      initialKeepBias: 0,
    }),
  };
  for (const strategy of Object.values(strategies)) {
    const stand = () => {
      const { best, current } = strategy.state().json as {
        readonly best?: Scored;
        readonly current?: Scored;
      };
      return (best ?? current)!.actions;
    };
    strategy.learn(0, [{ actions: held, reward: 0.9 }]);
    strategy.learn(
      1,
      [{ actions: other, reward: 0.5 }],
      ({ reward }) => reward,
    );
    assert.deepEqual(stand(), held);
    // Its limit has become hard.
    strategy.learn(2, [{ actions: other, reward: 0.5 }], ({ actions }) => {
      assert.deepEqual(actions, held);
      return -1;
    });
    assert.deepEqual(stand(), other);
    strategy.learn(3, [{ actions: asItIs, reward: 0.4 }]);
    assert.deepEqual(stand(), other);
  }
});
