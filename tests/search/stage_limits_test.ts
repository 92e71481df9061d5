/** Limits on students, and on how much a stage may train. */

import assert from "node:assert/strict";
import {
  countMacs,
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import {
  createObjective,
  type Limits,
  type ObjectiveOptions,
  studentSizes,
} from "../../lib/reward/mod.ts";
import {
  type IterationRecord,
  ledgerOf,
  type Proposal,
  runStage,
  type Student,
} from "../../lib/search/mod.ts";
import {
  CONFIG,
  conv,
  failedEvaluation,
  fakeEvaluation,
  hashed,
  memoryJournal,
  stageOptions,
  TEACHER,
} from "./_search.ts";

function objectiveOf(
  limits: Limits,
  rest: Partial<ObjectiveOptions> = {},
) {
  return createObjective({ teacher: TEACHER, limits, ...rest });
}

/** Runs a stage, and keeps which networks were trained. */
async function search(changes: Parameters<typeof stageOptions>[0]) {
  const trained: Network[] = [];
  const result = await runStage(stageOptions({
    ...changes,
    evaluate({ network }) {
      trained.push(network);
      return Promise.resolve(fakeEvaluation(network));
    },
  }));
  return {
    ...result,
    asked: trained,
    proposals: result.records.flatMap(({ iteration, proposals }) =>
      proposals.map((proposal) => ({ iteration, ...proposal }))
    ),
  };
}

/** R without limits. */
function free({ accuracy, parameters }: Proposal): number {
  const c = 1 - parameters! / TEACHER.parameters;
  return accuracy! / TEACHER.accuracy * c * (2 - c);
}

Deno.test("runStage() trains nothing when every student breaks a hard limit on size", async () => {
  for (const kind of ["removal", "shrinkage", "joint"] as const) {
    const objective = objectiveOf({ maxParameters: 1 });
    const { asked, candidates, trained, proposals, records } = await search({
      kind,
      objective,
    });
    assert.deepEqual([asked, candidates, trained], [[], [], []]);
    const limited = proposals.filter(({ rejection }) =>
      rejection?.rule === "limit"
    );
    assert(limited.length > 0);
    for (const { iteration: _, ...proposal } of proposals) {
      const { actions, rejection, reward, ...rest } = proposal;
      assert.equal(reward, -1);
      assert.deepEqual(rest, {});
      assert.equal(actions.length > 0, true);
      if (rejection!.rule !== "limit") continue;
      assert.match(
        rejection!.reason,
        /^[\d,]+ parameters, expected at most 1$/,
      );
    }
    const ledger = ledgerOf(records, 100);
    assert.equal(ledger.rejected, 20);
    assert.equal(ledger.rejections.limit, limited.length);
    assert.deepEqual(
      [ledger.trained, ledger.studentEpochs, ledger.violations],
      [0, 0, 0],
    );
  }
});

/** A made-up latency, in no order with the sizes. */
function latencyOf(network: Network): number {
  return Math.round(1e4 * hashed(network)) / 1e4;
}

Deno.test("runStage() rejects those that are too slow before training, and records what was measured", async () => {
  const measured: Network[] = [];
  const { asked, proposals } = await search({
    objective: objectiveOf({ maxLatencyMs: 0.5 }),
    sizesOf(network) {
      measured.push(network);
      const latencyMs = latencyOf(network);
      return Promise.resolve({ ...studentSizes(network), latencyMs });
    },
  });
  assert(asked.length > 0);
  for (const network of asked) assert(latencyOf(network) <= 0.5);
  const slow = proposals.filter(({ rejection }) => rejection?.rule === "limit");
  assert(slow.length > 0, "the case needs a slow student");
  for (const { latencyMs, rejection } of slow) {
    assert(latencyMs! > 0.5);
    assert.match(
      rejection!.reason,
      /^[\d.]+ milliseconds an image, expected at most 0.5$/,
    );
  }
  const known = new Set(measured.map(latencyOf));
  for (const { networkId, latencyMs, rejection } of proposals) {
    const isStudent = networkId !== undefined || rejection?.rule === "limit";
    assert.equal(latencyMs !== undefined, isStudent);
    if (isStudent) assert(known.has(latencyMs!));
  }
});

Deno.test("runStage() proposes and rewards alike under late and hard limits, and trains more", async () => {
  const open = await search({});
  const macs = open.candidates.map(({ network }) => countMacs(network))
    .toSorted((a, b) => a - b);
  const limits = { maxMacs: macs[Math.floor(macs.length / 2)]! };
  const hard = await search({ objective: objectiveOf(limits) });
  const late = await search({
    objective: objectiveOf(limits, { mode: "late" }),
  });
  const seen = ({ actions, reward }: Proposal) => ({ actions, reward });
  assert.deepEqual(late.proposals.map(seen), hard.proposals.map(seen));
  assert.deepEqual(late.candidates, hard.candidates);
  const over = new Set(
    late.proposals.filter(({ violation }) => violation !== undefined)
      .map(({ networkId }) => networkId),
  );
  assert(over.size > 0, "the case needs a student above the limit");
  const count = ({ records }: typeof hard) => ledgerOf(records, 1).trained;
  assert.equal(count(late), count(hard) + over.size);
});

Deno.test("runStage() rejects those that break a hard limit before training, and trains the others", async () => {
  const open = await search({});
  const macs = open.candidates.map(({ network }) => countMacs(network))
    .toSorted((a, b) => a - b);
  const maxMacs = macs[Math.floor(macs.length / 2)]!;
  const { asked, proposals, candidates } = await search({
    objective: objectiveOf({ maxMacs }),
  });
  assert(asked.length > 0);
  for (const network of asked) assert(countMacs(network) <= maxMacs);
  assert(
    proposals.some(({ rejection }) => rejection?.rule === "limit"),
    "the case needs a student above the limit",
  );
  assert.deepEqual(
    new Set(candidates.map(({ networkId }) => networkId)),
    new Set(asked.map(networkId)),
  );
  for (const proposal of proposals) {
    if (proposal.networkId === undefined) continue;
    assert.equal(proposal.violation, undefined);
    assert(Math.abs(proposal.reward - free(proposal)) < 1e-12);
  }
});

Deno.test("runStage() trains students that break a soft limit, punishes them more and more, and rejects them once it is hard", async () => {
  const maxParameters = 800;
  const iterations = 3;
  const { asked, candidates, trained, proposals, records } = await search({
    objective: objectiveOf({ maxParameters }, { mode: "soft", iterations }),
  });
  const large = new Set(
    asked.filter((network) => countParameters(network) > maxParameters)
      .map(networkId),
  );
  assert(large.size > 0, "the case needs a student above the limit");
  const seen = new Set<number>();
  for (const proposal of proposals) {
    const { iteration, rejection, violation, parameters, reward } = proposal;
    if (rejection !== undefined) {
      // As long as something of the reward is left, only no students are refused.
      assert(rejection.rule !== "limit" || iteration >= iterations);
      if (rejection.rule === "limit") assert.equal(reward, -1);
      continue;
    }
    if (parameters! <= maxParameters) {
      assert.equal(violation, undefined);
      assert(Math.abs(reward - free(proposal)) < 1e-12);
      continue;
    }
    seen.add(iteration);
    assert(iteration < iterations);
    assert.equal(
      violation,
      `${
        parameters!.toLocaleString("en-US")
      } parameters, expected at most ${maxParameters}`,
    );
    // epsilon (R + 1) - 1 with epsilon = (1 - t / 3)^4: 1, 16/81, 1/81.
    const epsilon = [1, 16 / 81, 1 / 81][iteration]!;
    const expected = epsilon * (free(proposal) + 1) - 1;
    assert(Math.abs(reward - expected) < 1e-12);
  }
  assert(seen.size > 1, "the case needs violations in several iterations");
  assert(
    proposals.some(({ rejection }) => rejection?.rule === "limit"),
    "the case needs a student above the limit when it is hard",
  );
  // They are students, but none that may win.
  assert(candidates.every(({ parameters }) => parameters <= maxParameters));
  assert.deepEqual(
    new Set(trained.map(({ network }) => networkId(network))),
    new Set(asked.map(networkId)),
  );
  const ledger = ledgerOf(records, 1);
  assert.equal(ledger.violations, large.size);
  assert.equal(ledger.trained, candidates.length + large.size);
});

Deno.test("runStage() makes no candidate of a student below the accuracy floor, though it is trained", async () => {
  const minAccuracy = 0.5;
  const { asked, candidates, proposals, records } = await search({
    objective: objectiveOf({ minAccuracy }),
  });
  const below = asked.filter((network) => hashed(network) < minAccuracy);
  assert(below.length > 0 && candidates.length > 0, "the case is void");
  for (const proposal of proposals) {
    const { accuracy, violation, reward, networkId } = proposal;
    if (networkId === undefined) continue;
    if (accuracy! >= minAccuracy) {
      assert.equal(violation, undefined);
      assert(Math.abs(reward - free(proposal)) < 1e-12);
    } else {
      assert.equal(reward, -1);
      assert.equal(
        violation,
        `an accuracy of ${accuracy}, expected at least 0.5`,
      );
      assert(candidates.every((each) => each.networkId !== networkId));
    }
  }
  assert(candidates.every(({ accuracy }) => accuracy >= minAccuracy));
  assert.equal(
    ledgerOf(records, 1).violations,
    new Set(below.map(networkId)).size,
  );
});

Deno.test("runStage() says of a failed training that it failed, not that it is below the accuracy floor", async () => {
  const { records, candidates, trained } = await runStage(stageOptions({
    objective: objectiveOf({ minAccuracy: 0.5 }),
    evaluate: ({ network }) => Promise.resolve(failedEvaluation(network)),
  }));
  const { failed, violations } = ledgerOf(records, 1);
  assert(failed > 0);
  assert.deepEqual([failed, violations], [trained.length, 0]);
  assert.deepEqual(candidates, []);
  for (const { networkId, failure, reward, ...rest } of records[0]!.proposals) {
    assert.equal(reward, -1);
    assert.equal("violation" in rest, false);
    assert.equal(failure !== undefined, networkId !== undefined);
  }
});

/** Epochs trained for an iteration. */
function epochsOf({ proposals }: IterationRecord): number {
  return proposals.reduce((sum, { epochs = 0 }) => sum + epochs, 0);
}

Deno.test("runStage() begins no iteration once its budget of student-epochs is spent", async () => {
  const config = { ...CONFIG, iterations: 12 };
  const whole = (await search({ config })).records;
  const spent = whole.map((_, i) =>
    whole.slice(0, i).reduce((sum, record) => sum + epochsOf(record), 0)
  );
  for (const budget of [1, 6, 7, 8, 20, 25]) {
    const expected = spent.filter((epochs) => epochs < budget).length;
    const { records } = await search({ config: { ...config, budget } });
    assert.equal(
      JSON.stringify(records),
      JSON.stringify(whole.slice(0, expected)),
      `budget ${budget}`,
    );
    assert(expected > 0 && expected < config.iterations);
  }
  const none = await search({ config: { ...config, budget: undefined } });
  assert.equal(none.records.length, config.iterations);
  const ample = await search({ config: { ...config, budget: 1e6 } });
  assert.equal(ample.records.length, config.iterations);
});

Deno.test("runStage() counts the budget over interruptions, and failed trainings with it", async () => {
  const evaluate = ({ network }: Student) =>
    Promise.resolve(
      hashed(network) < 0.5
        ? failedEvaluation(network)
        : fakeEvaluation(network),
    );
  const config = { ...CONFIG, iterations: 12, budget: 11 };
  const unbroken = await runStage(stageOptions({ config, evaluate }));
  const spent = unbroken.records.map(epochsOf);
  assert(unbroken.records.length > 2, "the case needs some iterations");
  assert(spent.reduce((a, b) => a + b) >= 11);
  assert(spent.slice(0, -1).reduce((a, b) => a + b) < 11);
  for (let stop = 0; stop < unbroken.records.length; stop++) {
    const journal = memoryJournal();
    let begun = 0;
    await assert.rejects(runStage(stageOptions({
      config,
      evaluate,
      journal,
      throwIfInterrupted: () => {
        if (begun++ === stop) throw new Error("stop");
      },
    })));
    const again = await runStage(stageOptions({ config, evaluate, journal }));
    assert.equal(JSON.stringify(again), JSON.stringify(unbroken));
  }
});

Deno.test("runStage() asks for the longest training first, and keeps records in the order of rollouts", async () => {
  for (const kind of ["removal", "shrinkage", "joint"] as const) {
    const asked: Network[][] = [];
    let begun = -1;
    const options = stageOptions({
      kind,
      throwIfInterrupted: () => {
        begun++;
        asked.push([]);
      },
      evaluate({ network }) {
        asked[begun]!.push(network);
        return Promise.resolve(fakeEvaluation(network));
      },
    });
    const proposed: (readonly number[])[][] = [];
    const { records } = await runStage({
      ...options,
      strategy: {
        ...options.strategy,
        propose(iteration, count) {
          const all = options.strategy.propose(iteration, count);
          proposed.push(all.map(({ actions }) => actions));
          return all;
        },
      },
    });
    for (const networks of asked) {
      const macs = networks.map(countMacs);
      assert.deepEqual(macs, macs.toSorted((a, b) => b - a));
    }
    assert(
      asked.some((networks) => new Set(networks.map(countMacs)).size > 2),
      "the case needs students of several sizes",
    );
    assert.deepEqual(
      records.map(({ proposals }) => proposals.map(({ actions }) => actions)),
      proposed,
    );
  }
});

Deno.test("runStage() says what students of before are worth under a limit that hardens", async () => {
  const objective = objectiveOf({ maxParameters: 800 }, {
    mode: "soft",
    iterations: 3,
  });
  const options = stageOptions({
    objective,
    evaluate: ({ network }) => Promise.resolve(fakeEvaluation(network)),
  });
  const worths: [number, Proposal, number][] = [];
  const heard: Proposal[] = [];
  await runStage({
    ...options,
    strategy: {
      ...options.strategy,
      learn(iteration, scored, worth) {
        for (const held of heard) worths.push([iteration, held, worth!(held)]);
        heard.push(...scored as readonly Proposal[]);
        return options.strategy.learn(iteration, scored, worth);
      },
    },
  });
  let hardened = 0;
  for (
    const [iteration, { rejection, reward, violation, ...held }, now] of worths
  ) {
    if (rejection !== undefined || violation === undefined) {
      assert.equal(now, reward);
      continue;
    }
    const epsilon = [1, 16 / 81, 1 / 81][iteration] ?? 0;
    const expected = epsilon * (free({ reward, ...held }) + 1) - 1;
    assert(Math.abs(now - expected) < 1e-12);
    hardened++;
  }
  assert(hardened > 0, "the case needs a student above the limit");
});

Deno.test("runStage() lets a student win that keeps a limit on activations, after one that computes the same broke it", async () => {
  const [norm, relu] = [{ type: "batchNorm" }, { type: "relu" }] as const;
  const base: Network = {
    input: [1, 8, 8],
    blocks: [conv(8), norm, relu, conv(8), norm, relu, {
      type: "linear",
      outFeatures: 3,
      bias: true,
    }],
  };
  // The second ReLU of the first does nothing.
  const actions = [[1, 1, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0, 1]];
  for (const mode of ["soft", "late"] as const) {
    const options = stageOptions({
      base,
      objective: objectiveOf({ maxActivationBytes: 7000 }, {
        mode,
        iterations: 9,
      }),
      config: { ...CONFIG, iterations: 1, rollouts: 2 },
    });
    const { records, candidates } = await runStage({
      ...options,
      strategy: {
        ...options.strategy,
        propose: () => actions.map((each) => ({ actions: each })),
        learn: () => ({}),
      },
    });
    const [first, second] = records[0]!.proposals;
    assert.equal(first!.networkId, second!.networkId);
    assert.notEqual(first!.violation, undefined);
    assert.equal(second!.violation, undefined);
    assert.deepEqual(candidates.map(({ network }) => network.blocks.length), [
      4,
    ]);
  }
});
