/** The strategy with a policy, and its variants. */

import assert from "node:assert/strict";
import {
  createPolicy,
  packPolicyState,
  type PolicyState,
  transferable,
  unpackPolicyState,
} from "../../../lib/policy/mod.ts";
import { randomStream, sha256Hex } from "../../../lib/random/mod.ts";
import {
  type ActionSpace,
  createStrategy,
  foreseeStudents,
  type Lesson,
  type PolicyConfig,
  reinforce,
  runStage,
  type SpaceKind,
  type Strategy,
} from "../../../lib/search/mod.ts";
import {
  BASE,
  CONFIG,
  memoryJournal,
  PLAN,
  stageOptions,
  stateBits,
  throughStore,
} from "../_search.ts";
import {
  KINDS,
  play,
  smooth,
  spaceOf,
  strategyOf,
  using,
} from "./_strategies.ts";

/** The policy's state within a strategy's. */
function policyOf(strategy: Strategy): PolicyState {
  return unpackPolicyState(strategy.state().blobs.policy!);
}

/** A trained policy. */
function trained(
  space: ActionSpace,
  config: PolicyConfig = CONFIG,
): PolicyState {
  return using(strategyOf("reinforce", space, { config, seed: 5 }), (it) => {
    play(it, space, { iterations: 3 });
    return policyOf(it);
  });
}

/** Digest of arrays by name, which no format of theirs changes. */
function arraysDigest({ arrays }: PolicyState): string {
  const lines = Object.entries(arrays).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, { buffer, byteOffset, byteLength }]) =>
      `${name}:${
        sha256Hex(new Uint8Array(buffer, byteOffset, byteLength).slice())
      }`
    );
  return sha256Hex(new TextEncoder().encode(lines.join()));
}

// Written down from the stage that trained its policy itself, before there were
// strategies: records (what was proposed, earned and learned), the parameters and
// moments of the last policy, and the average reward.
const GOLDEN = [
  {
    kind: "removal",
    records: "ad55f39ebb80045876455fc677c6bb5933b1851a1664b9392ad6f26fa889d435",
    policy: "cb19688b9056ad06f33f5da7180e30ceb0580f1c2272c47fa19b56e882fcd902",
    average: 0.2241086974422751,
  },
  {
    kind: "shrinkage",
    records: "e1643907b8753b7c2fd7b8dee6821afee9953812f6d03af4abca682d0caa2f87",
    policy: "5d4f23e345099b383cd4108a9c8bb2cfd320ecfbdc9113e05b0a22ab94091155",
    average: 0.6243326691305704,
  },
] as const;

for (const { kind, records, policy, average } of GOLDEN) {
  Deno.test(`reinforce() gives the bits that the paper's defaults always gave, in ${kind}`, async () => {
    const journal = memoryJournal();
    const found = await runStage(stageOptions({ kind, journal }));
    const digest = sha256Hex(JSON.stringify(found.records.map((record) => [
      record.iteration,
      record.proposals.map(({ actions, reward, networkId }) => [
        actions,
        reward,
        networkId ?? null,
      ]),
      record.baseline,
      record.update!.loss,
      record.update!.entropy,
      record.update!.gradientNorm,
      record.tendency,
    ])));
    assert.equal(digest, records);
    const { json, blobs } = journal.load().checkpoint!.strategy;
    assert.deepEqual(json, { average });
    assert.equal(arraysDigest(unpackPolicyState(blobs.policy!)), policy);
  });
}

/** What can be told a policy beside the paper's defaults, one by one. */
const VARIANTS: Readonly<Record<string, Partial<PolicyConfig>>> = {
  "a leave-one-out baseline": { baseline: "leaveOneOut" },
  "a falling entropy weight": { entropyFalls: true },
  "logits of leaves": { leafLogits: true },
  "clipped passes": { passes: 3, clip: 0.2 },
  "rich features": { features: "rich" },
  "the paper's features": { features: "paper" },
  "all of them": {
    baseline: "leaveOneOut",
    entropyFalls: true,
    leafLogits: true,
    passes: 2,
    clip: 0.1,
    features: "rich",
    normaliseAdvantage: true,
  },
};

const ITERATIONS = 4;

/** Checks that a run stopped after any iteration goes on in equal bits. */
function assertResumes(space: ActionSpace, config: PolicyConfig): string {
  const states: ReturnType<typeof throughStore>[] = [];
  const unbroken = using(strategyOf("reinforce", space, { config }), (it) => {
    states.push(throughStore(it.state()));
    return play(it, space, {
      iterations: ITERATIONS,
      after: () => states.push(throughStore(it.state())),
    });
  });
  const last = stateBits(states.at(-1)!);
  for (let from = 0; from < ITERATIONS; from++) {
    using(strategyOf("reinforce", space, { config }), (it) => {
      it.restore(states[from]!);
      const rest = play(it, space, { iterations: ITERATIONS, from });
      assert.deepEqual(rest, unbroken.slice(from));
      assert.equal(stateBits(it.state()), last);
    });
  }
  return last;
}

for (const kind of KINDS) {
  Deno.test(`reinforce() runs each variant and resumes it exactly, in ${kind}`, () => {
    const results = Object.entries({ "the defaults": {}, ...VARIANTS }).map(
      ([, changes]) => {
        const config = { ...CONFIG, iterations: ITERATIONS, ...changes };
        const space = spaceOf({ kind, set: config.features });
        return assertResumes(space, config);
      },
    );
    assert.equal(
      new Set(results).size,
      results.length,
      "a variant does nothing",
    );
  });
}

Deno.test("reinforce() runs and resumes where each size of a layer is a decision of its own", () => {
  for (const features of ["scaled", "rich", "paper"] as const) {
    for (const leafLogits of [false, true]) {
      const space = spaceOf({
        kind: "shrinkage",
        base: BASE,
        shrink: { shrink: "all" },
        set: features,
      });
      assert(
        space.decisions.some(({ variable }) => variable === "kernel"),
        "the case is void",
      );
      const config = {
        ...CONFIG,
        iterations: ITERATIONS,
        features,
        leafLogits,
      };
      assertResumes(space, config);
    }
  }
});

/** The lessons of some iterations. */
function lessons(config: PolicyConfig, count: number): readonly Lesson[] {
  const space = spaceOf();
  return using(
    strategyOf("reinforce", space, { config }),
    (it) =>
      Array.from({ length: count }, (_, iteration) =>
        it.learn(
          iteration,
          it.propose(iteration, 4).map(({ actions }) => ({
            actions,
            reward: smooth(space, actions),
          })),
        )),
  );
}

Deno.test("reinforce() compares with the mean of the others when the baseline is leave-one-out", () => {
  const space = spaceOf();
  const config = { ...CONFIG, baseline: "leaveOneOut" as const };
  const rewards = [0.1, 0.4, 0.7, 0.2];
  using(strategyOf("reinforce", space, { config }), (it) => {
    const proposed = it.propose(0, 4);
    const policy = createPolicy("removal", {
      random: randomStream(1, "policy", "removal"),
      hidden: CONFIG.hidden,
      learningRate: CONFIG.learningRate,
      entropyWeight: CONFIG.entropyWeight,
      initialKeepBias: CONFIG.initialKeepBias,
    });
    // The mean of the other three, by hand: 1.3 / 3, 1 / 3, 0.7 / 3, 1.2 / 3.
    const others = [1.3, 1, 0.7, 1.2].map((sum) => sum / 3);
    const expected = policy.update(
      space.sequence,
      proposed.map(({ actions }, k) => ({
        actions,
        advantage: rewards[k]! - others[k]!,
      })),
    );
    const { baseline, update } = it.learn(
      0,
      proposed.map(({ actions }, k) => ({ actions, reward: rewards[k]! })),
    );
    policy.dispose();
    // The mean of the baselines is that of the rewards.
    assert(Math.abs(baseline! - 0.35) < 1e-12);
    assert(Math.abs(update!.loss - expected.loss) < 1e-6);
    assert(Math.abs(update!.gradientNorm - expected.gradientNorm) < 1e-5);
    // It needs no past.
    assert.deepEqual(it.state().json, { average: null });
  });
});

Deno.test("reinforce() lets the entropy weight fall from whole at the first iteration to none at the last", () => {
  const whole = { ...CONFIG, iterations: 3, entropyWeight: 0.5 };
  const none = { ...whole, entropyWeight: 0 };
  const falling = { ...whole, entropyFalls: true };
  const updates = (config: PolicyConfig) =>
    lessons(config, 3).map(({ update }) => update!);
  // The first updates are of one policy.
  const [first] = updates(falling);
  assert.deepEqual(first, updates(whole)[0]);
  assert.notEqual(first!.loss, updates(none)[0]!.loss);
  // loss = -mean(A log pi) - weight * entropy: only the weight differs in what a
  // policy sees that starts where the falling one stands.
  const space = spaceOf();
  const at = (iteration: number, config: PolicyConfig) =>
    using(strategyOf("reinforce", space, { config: falling }), (it) => {
      play(it, space, { iterations: iteration });
      const state = it.state();
      return using(strategyOf("reinforce", space, { config }), (other) => {
        other.restore(state);
        return other.learn(
          iteration,
          other.propose(iteration, 4).map(({ actions }) => ({
            actions,
            reward: smooth(space, actions),
          })),
        ).update!;
      });
    });
  for (const [iteration, weight] of [[0, 0.5], [1, 0.25], [2, 0]] as const) {
    const plain = at(iteration, none);
    const fallen = at(iteration, falling);
    assert(
      Math.abs(fallen.loss - (plain.loss - weight * plain.entropy)) < 1e-6,
      `iteration ${iteration}`,
    );
  }
});

Deno.test("reinforce() takes as many optimiser steps an iteration as there are passes", () => {
  const space = spaceOf();
  for (const [passes, clip] of [[1, 0], [1, 0.2], [3, 0.2]] as const) {
    const config = { ...CONFIG, passes, clip };
    using(strategyOf("reinforce", space, { config }), (it) => {
      play(it, space, { iterations: 2 });
      assert.equal(policyOf(it).step, 2 * passes);
    });
  }
});

Deno.test("reinforce() holds a policy with clipped passes nearer to the one before than without", () => {
  const space = spaceOf();
  const moved = (clip: number) =>
    using(
      strategyOf("reinforce", space, {
        config: { ...CONFIG, passes: 20, clip, entropyWeight: 0 },
      }),
      (it) => {
        const before = it.propose(0, 4);
        it.learn(
          0,
          before.map(({ actions }) => ({
            actions,
            reward: smooth(space, actions),
          })),
        );
        const after = it.propose(0, 4);
        return Math.max(
          ...before.flatMap(({ probabilities }, k) =>
            probabilities!.flatMap((row, step) =>
              row.map((p, action) =>
                Math.abs(p - after[k]!.probabilities![step]![action]!)
              )
            )
          ),
        );
      },
    );
  assert(moved(0.05) < moved(0.9), `${moved(0.05)}, ${moved(0.9)}`);
});

Deno.test("frozen keeps the policy that reinforce starts with, and says nothing of learning", () => {
  for (const kind of KINDS) {
    const space = spaceOf({ kind });
    const first = using(
      strategyOf("reinforce", space),
      (it) => stateBits(it.state()),
    );
    using(strategyOf("frozen", space), (it) => {
      assert.equal(stateBits(it.state()), first);
      for (let iteration = 0; iteration < 3; iteration++) {
        const scored = it.propose(iteration, 4).map(({ actions }, k) => ({
          actions,
          reward: k / 4,
        }));
        assert.deepEqual(it.learn(iteration, scored), {});
        assert.equal(stateBits(it.state()), first);
      }
    });
  }
});

/** Proposals of an iteration. */
function proposals(strategy: Strategy, iteration: number) {
  return strategy.propose(iteration, 4);
}

for (const kind of KINDS) {
  Deno.test(`reinforce() proposes as the policy that it starts from, whose optimiser begins anew, in ${kind}`, () => {
    const space = spaceOf({ kind });
    const start = trained(space);
    assert.equal(start.step, 3);
    const like = createPolicy(kind, {
      random: randomStream(9, "other"),
      hidden: CONFIG.hidden,
    });
    like.restore(start);
    const expected = like.sample(
      space.sequence,
      [0, 1, 2, 3].map((rollout) =>
        randomStream(1, "rollout", kind, 0, rollout)
      ),
    );
    like.dispose();
    using(strategyOf("reinforce", space, { start }), (it) => {
      assert.deepEqual(proposals(it, 0), expected);
      const { step, arrays } = policyOf(it);
      assert.equal(step, 0);
      let moments = 0;
      for (const [name, array] of Object.entries(arrays)) {
        if (name.startsWith("parameters/")) {
          assert.deepEqual(array, start.arrays[name]);
          continue;
        }
        moments++;
        assert(array.every((value) => value === 0), name);
      }
      assert(moments > 0);
      assert(
        Object.entries(start.arrays).some(([name, array]) =>
          !name.startsWith("parameters/") && array.some((value) => value !== 0)
        ),
        "the case needs an optimiser that has moved",
      );
    });
    using(
      strategyOf("reinforce", space),
      (it) => assert.notDeepEqual(proposals(it, 0), expected),
    );
  });

  Deno.test(`reinforce() starts from a policy with or without logits of leaves, on another network, in ${kind}`, () => {
    const other = spaceOf({ kind, base: BASE });
    const space = spaceOf({ kind });
    const count = space.sequence.mask.length;
    assert.notEqual(other.sequence.mask.length, count, "the case is void");
    for (const had of [false, true]) {
      const start = trained(other, { ...CONFIG, leafLogits: had });
      const without = packPolicyState(transferable(start));
      for (const leafLogits of [false, true]) {
        const config = { ...CONFIG, leafLogits };
        using(strategyOf("reinforce", space, { config, start }), (it) => {
          const state = policyOf(it);
          const logits = Object.entries(state.arrays).filter(([name]) =>
            !(name in transferable(start).arrays)
          );
          // Parameters and both moments, of nothing that is known yet.
          assert.equal(logits.length, leafLogits ? 3 : 0);
          for (const [, array] of logits) {
            assert.equal(array.length, count * space.actionCount);
            assert(array.every((value) => value === 0));
          }
          for (
            const [name, array] of Object.entries(
              unpackPolicyState(without).arrays,
            )
          ) {
            if (!name.startsWith("parameters/")) continue;
            assert.deepEqual(state.arrays[name], array);
          }
          // It goes on from there.
          play(it, space, { iterations: 2 });
          assert.equal(policyOf(it).step, 2);
        });
      }
    }
  });
}

Deno.test("reinforce() refuses a policy of other features or another kind to start from", () => {
  const start = trained(spaceOf());
  const rich = { ...CONFIG, features: "rich" as const };
  assert.throws(
    () =>
      strategyOf("reinforce", spaceOf({ set: "rich" }), {
        config: rich,
        start,
      }),
    RangeError,
  );
  assert.throws(
    () => strategyOf("reinforce", spaceOf({ kind: "joint" }), { start }),
    RangeError,
  );
});

Deno.test("runStage() begins with the students of the policy that the plan starts from, of its kind alone", async () => {
  const policies = {
    removal: trained(spaceOf({ kind: "removal", base: BASE })),
  };
  const run = async (kind: SpaceKind, changes = {}) =>
    (await runStage(stageOptions({ kind, ...changes }))).records;
  const [first] = foreseeStudents({ ...PLAN, policies }, {
    kind: "removal",
    base: BASE,
    iterations: 1,
  });
  const [plain] = foreseeStudents(PLAN, {
    kind: "removal",
    base: BASE,
    iterations: 1,
  });
  assert.notDeepEqual(first, plain);
  const actions = (records: Awaited<ReturnType<typeof run>>) =>
    records[0]!.proposals.map(({ actions }) => actions);
  const started = actions(await run("removal", { policies }));
  const space = spaceOf({ kind: "removal", base: BASE });
  assert.deepEqual(
    started,
    using(
      reinforce({ space, seed: 1, config: CONFIG, start: policies.removal }),
      (it) => proposals(it, 0).map(({ actions }) => actions),
    ),
  );
  assert.notDeepEqual(started, actions(await run("removal")));
  assert.deepEqual(
    actions(await run("shrinkage", { policies })),
    actions(await run("shrinkage")),
  );
});

Deno.test("createStrategy() hands a policy to those that have one, and to no other", () => {
  const space = spaceOf();
  const start = trained(space);
  for (const name of ["random", "greedy", "annealing", "evolution"] as const) {
    const make = (changes: object) =>
      createStrategy(name, {
        space,
        seed: 1,
        config: CONFIG,
        annealing: PLAN.annealing,
        evolution: PLAN.evolution,
        ...changes,
      });
    assert.deepEqual(
      make({ start }).propose(0, 3),
      make({}).propose(0, 3),
    );
    assert.deepEqual(make({ start }).state().blobs, {});
  }
  using(
    strategyOf("frozen", space, { start }),
    (frozen) =>
      using(
        strategyOf("reinforce", space, { start }),
        (learning) =>
          assert.deepEqual(proposals(frozen, 0), proposals(learning, 0)),
      ),
  );
});
