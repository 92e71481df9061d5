/** Faults of the authors' release that the strategy with a policy can repeat. */

import assert from "node:assert/strict";
import { type Recurrence, unpackPolicyState } from "../../../lib/policy/mod.ts";
import type { Fault, PolicyConfig, Scored } from "../../../lib/search/mod.ts";
import { CONFIG } from "../_search.ts";
import { play, spaceOf, strategyOf, using } from "./_strategies.ts";

const SPACE = spaceOf({ grain: "block" });

/** What the policy is after it learned from some rewards, with its lessons. */
function learned(
  faults: readonly Fault[],
  iterations: readonly (readonly number[])[],
  config: Partial<PolicyConfig> = {},
) {
  const changes = { faults, config: { ...CONFIG, ...config } };
  return using(strategyOf("reinforce", SPACE, changes), (strategy) => {
    const lessons = iterations.map((rewards, iteration) => {
      const scored = strategy.propose(iteration, rewards.length)
        .map(({ actions }, k): Scored => ({ actions, reward: rewards[k]! }));
      return strategy.learn(iteration, scored);
    });
    return {
      lessons,
      state: unpackPolicyState(strategy.state().blobs.policy!),
    };
  });
}

const MOVING = {
  baseline: "movingAverage",
  normaliseAdvantage: false,
} as const;

Deno.test("reinforce() reinforces all rollouts by their mean when the reward is shared", () => {
  const first = [0.25, 0.75];
  const shared = learned(["sharedReward"], [first, [1, 0]], MOVING);
  assert.deepEqual(
    shared,
    learned([], [[0.5, 0.5], [0.5, 0.5]], MOVING),
  );
  assert.notDeepEqual(
    shared.state,
    learned([], [first, [1, 0]], MOVING).state,
  );
});

Deno.test("reinforce() compares with the shrunken mean of the past when the baseline is cumulative", () => {
  const rewards = [[0.5, 0.5], [0.25, 0.25], [1, 1]];
  const baselines = (faults: readonly Fault[]) =>
    learned(faults, rewards, { ...MOVING, baselineDecay: 0.5 })
      .lessons.map(({ baseline }) => baseline);
  assert.deepEqual(baselines(["cumulativeBaseline"]), [0, 0.25, 0.25]);
  assert.deepEqual(baselines([]), [0.5, 0.5, 0.375]);
});

Deno.test("reinforce() compares with nothing when there is no baseline", () => {
  const { lessons } = learned([], [[0.5, 0.25]], { baseline: "none" });
  assert.equal(lessons[0]!.baseline, 0);
});

Deno.test("reinforce() takes a step a rollout when it is told to", () => {
  const rewards = [[0, 1, 0.5], [0.5, 1, 0]];
  assert.equal(learned([], rewards, MOVING).state.step, 2);
  assert.equal(learned(["stepPerRollout"], rewards, MOVING).state.step, 6);
});

Deno.test("reinforce() trains the head alone when an autoregressive policy's LSTM is untrained", () => {
  const arrays = (
    recurrence: Recurrence,
    faults: readonly Fault[],
    iterations: number,
  ) =>
    using(
      strategyOf("reinforce", SPACE, {
        faults,
        config: { ...CONFIG, recurrence },
      }),
      (strategy) => {
        play(strategy, SPACE, { iterations });
        return unpackPolicyState(strategy.state().blobs.policy!).arrays;
      },
    );
  const one = "autoregressive";
  const before = arrays(one, [], 0);
  const after = arrays(one, ["untrainedLstm"], 2);
  const whole = arrays(one, [], 2);
  for (const name of ["parameters/lstm0.input", "parameters/lstm1.recurrent"]) {
    assert.deepEqual(after[name], before[name]);
    assert.notDeepEqual(whole[name], before[name]);
  }
  assert.notDeepEqual(
    after["parameters/head.weight"],
    before["parameters/head.weight"],
  );
  assert.deepEqual(
    arrays("bidirectional", ["untrainedLstm"], 2),
    arrays("bidirectional", [], 2),
  );
});
