import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { removeLayers, shrinkLayers } from "../../lib/compress/mod.ts";
import {
  countMacs,
  countParameters,
  networkId,
} from "../../lib/network/mod.ts";
import {
  keepDecisions,
  type PolicyKind,
  shrinkRatios,
} from "../../lib/policy/mod.ts";
import {
  type Candidate,
  evaluate,
  type Evaluation,
  type IterationRecord,
  ledgerOf,
  type Proposal,
  runStage,
  type StageOptions,
  storeJournal,
} from "../../lib/search/mod.ts";
import { failingStore, memoryStore } from "../../lib/store/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
} from "../training/_problem.ts";
import {
  BASE,
  CONFIG,
  fakeEvaluation,
  hashed,
  memoryJournal,
  POOLED,
  SHRINK,
  stageOptions,
  TEACHER,
} from "./_search.ts";

const KINDS: readonly PolicyKind[] = ["removal", "shrinkage"];

function proposalsOf(records: readonly IterationRecord[]): Proposal[] {
  return records.flatMap(({ proposals }) => proposals);
}

/** The network that a proposal's actions give. */
function networkOf(
  { space: { kind, base } }: StageOptions,
  { actions }: Proposal,
) {
  return kind === "removal"
    ? removeLayers(base, keepDecisions(actions))
    : shrinkLayers(base, shrinkRatios(actions), SHRINK);
}

/** As text, in which 0 and -0 are alike: so is a record in a store. */
function text(value: unknown): string {
  return JSON.stringify(value);
}

for (const kind of KINDS) {
  Deno.test(`runStage() gives the unbroken run's records and policies when it is stopped before any iteration and continued, in ${kind}`, async () => {
    const whole = memoryJournal();
    const unbroken = await runStage(stageOptions({ kind, journal: whole }));
    assert.equal(whole.saved.length, CONFIG.iterations);
    assert.equal(
      new Set(whole.saved.map(({ bits }) => bits)).size,
      CONFIG.iterations,
      "the policy does not change",
    );
    for (let stop = 0; stop <= CONFIG.iterations; stop++) {
      const journal = memoryJournal();
      let begun = 0;
      const stopping = runStage(stageOptions({
        kind,
        journal,
        throwIfInterrupted: () => {
          if (begun++ === stop) throw new Error("stop");
        },
      }));
      if (stop < CONFIG.iterations) {
        await assert.rejects(stopping, { message: "stop" });
      } else await stopping;
      assert.equal(journal.saved.length, stop);
      const told: number[] = [];
      const recorded: IterationRecord[] = [];
      const continued = await runStage(stageOptions({
        kind,
        journal,
        onIteration: ({ iteration }) => told.push(iteration),
        onRecord: (record) => recorded.push(record),
      }));
      assert.equal(text(recorded), text(continued.records));
      assert.deepEqual(
        told,
        [0, 1, 2, 3, 4].slice(stop),
        "restored iterations were told again",
      );
      assert.equal(text(continued), text(unbroken));
      assert.equal(text(journal.saved), text(whole.saved));
    }
  });

  Deno.test(`runStage() gives the unbroken run's result when any evaluation is the last, in ${kind}`, async () => {
    const options = stageOptions({ kind });
    const unbroken = text(await runStage(options));
    for (let last = 0;; last++) {
      const store = memoryStore();
      const journal = storeJournal(store, "run/stage");
      let calls = 0;
      let broken = true;
      try {
        await runStage(stageOptions({
          kind,
          journal,
          evaluate: (student) =>
            calls++ >= last
              ? Promise.reject(new Error("stop"))
              : options.evaluate(student),
        }));
        broken = false;
      } catch (error) {
        assert.equal((error as Error).message, "stop");
      }
      // Whole iterations only.
      const { records, checkpoint } = journal.load();
      assert.equal(records.length, checkpoint?.iterations ?? 0);
      records.forEach(({ proposals }) =>
        assert.equal(proposals.length, CONFIG.rollouts)
      );
      assert.equal(
        text(await runStage(stageOptions({ kind, journal }))),
        unbroken,
      );
      if (!broken) break;
    }
  });

  Deno.test(`runStage() leaves nothing half-written when the store fails on any call, and a rerun succeeds, in ${kind}`, async () => {
    const unbroken = text(await runStage(stageOptions({ kind })));
    let call = 1;
    for (;; call++) {
      const store = memoryStore();
      const failing = failingStore(store, call);
      const attempt = runStage(
        stageOptions({ kind, journal: storeJournal(failing.store, "run") }),
      );
      const failed = await attempt.then(() => false, () => true);
      assert.equal(failed, failing.fired());
      const journal = storeJournal(store, "run");
      const { records, checkpoint } = journal.load();
      assert.equal(records.length, checkpoint?.iterations ?? 0);
      assert.equal(
        text(await runStage(stageOptions({ kind, journal }))),
        unbroken,
        `failed on call ${call}`,
      );
      if (!failed) break;
    }
    // Two reads at the start; a transaction and its two writes per iteration.
    assert(call > 3 * CONFIG.iterations, `only ${call - 1} calls`);
  });

  Deno.test(`runStage() proposes nothing new when it was done, in ${kind}`, async () => {
    const journal = memoryJournal();
    const first = await runStage(stageOptions({ kind, journal }));
    const again = await runStage(stageOptions({
      kind,
      journal,
      evaluate: () => Promise.reject(new Error("nothing is left to evaluate")),
    }));
    assert.equal(text(again), text(first));
  });

  Deno.test(`runStage() depends on the seed and not on the order in which evaluations end, in ${kind}`, async () => {
    const result = await runStage(stageOptions({ kind }));
    const base = text(result);
    const other = await runStage(stageOptions({ kind, seed: 2 }));
    const [first, second] = [result, other].map(({ records }) => records[0]!);
    assert.notDeepEqual(first!.tendency, second!.tendency, "equal policies");
    assert.notDeepEqual(first!.proposals, second!.proposals);
    const waiting: (() => void)[] = [];
    const shuffled = await runStage(stageOptions({
      kind,
      // The last one asked for answers first.
      evaluate: async ({ network }) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          setTimeout(() => waiting.pop()!(), 0);
        });
        return fakeEvaluation(network);
      },
    }));
    assert.equal(text(shuffled), base);
  });

  Deno.test(`runStage() records what each proposal came to, against the teacher, in ${kind}`, async () => {
    // A teacher that is not the base: as in stage 2.
    const teacher = { parameters: 3 * TEACHER.parameters, accuracy: 0.8 };
    const options = stageOptions({ kind, teacher });
    const asked: string[] = [];
    const { records } = await runStage({
      ...options,
      evaluate: (student) => {
        asked.push(networkId(student.network));
        return options.evaluate(student);
      },
    });
    assert.deepEqual(
      records.map(({ iteration, proposals }) => [iteration, proposals.length]),
      [0, 1, 2, 3, 4].map((iteration) => [iteration, CONFIG.rollouts]),
    );
    const seen = new Set<string>();
    for (const proposal of proposalsOf(records)) {
      const outcome = networkOf(options, proposal);
      if (!outcome.ok) {
        assert.deepEqual(proposal, {
          actions: proposal.actions,
          rejection: outcome.rejection,
          reward: -1,
        });
        continue;
      }
      const { network } = outcome;
      const id = networkId(network);
      const accuracy = hashed(network);
      const parameters = countParameters(network);
      const c = 1 - parameters / teacher.parameters;
      const { reward, compression, ...rest } = proposal;
      assert.deepEqual(rest, {
        actions: proposal.actions,
        networkId: id,
        parameters,
        accuracy,
        repeated: seen.has(id),
        epochs: seen.has(id) ? 0 : 2,
      });
      assert.equal(compression, c);
      const expected = accuracy / teacher.accuracy * c * (2 - c);
      assert(Math.abs(reward - expected) < 1e-12);
      seen.add(id);
    }
    // An iteration's longest first, whatever the order of the records.
    assert.deepEqual(
      asked,
      records.flatMap(({ proposals }) =>
        proposals.flatMap((proposal) => {
          const outcome = networkOf(options, proposal);
          return outcome.ok ? [outcome.network] : [];
        }).toSorted((a, b) => countMacs(b) - countMacs(a)).map(networkId)
      ),
    );
    assert.notDeepEqual(
      asked,
      proposalsOf(records).flatMap(({ networkId }) => networkId ?? []),
      "the case needs proposals of other order",
    );
  });

  Deno.test(`runStage() takes a moving average of earlier mean rewards as the baseline, in ${kind}`, async () => {
    const { records } = await runStage(stageOptions({ kind }));
    let average: number | undefined;
    for (const { proposals, baseline } of records) {
      const mean = proposals.reduce((sum, { reward }) => sum + reward, 0) /
        proposals.length;
      // The first iteration has no earlier one and takes its own mean.
      average ??= mean;
      assert(Math.abs(baseline! - average) < 1e-12);
      average = 0.7 * average + 0.3 * mean;
    }
  });

  Deno.test(`runStage() gives the distinct students as candidates, by reward, in ${kind}`, async () => {
    const options = stageOptions({ kind });
    const { records, candidates } = await runStage(options);
    const first = new Map<string, Candidate>();
    for (const { iteration, proposals } of records) {
      for (const proposal of proposals) {
        const outcome = networkOf(options, proposal);
        if (!outcome.ok || first.has(proposal.networkId!)) continue;
        first.set(proposal.networkId!, {
          network: outcome.network,
          origin: outcome.origin,
          networkId: proposal.networkId!,
          parameters: proposal.parameters!,
          reward: proposal.reward,
          accuracy: proposal.accuracy!,
          iteration,
        });
      }
    }
    assert(first.size > 3, "the case needs several students");
    assert.deepEqual(
      new Set(candidates.map((candidate) => text(candidate))),
      new Set([...first.values()].map((candidate) => text(candidate))),
    );
    const rewards = candidates.map(({ reward }) => reward);
    assert.deepEqual(rewards, rewards.toSorted((a, b) => b - a));
  });
}

Deno.test("runStage() orders equal rewards by size, then by id", async () => {
  // An accuracy of 0 is a reward of 0 whatever the size.
  const { candidates } = await runStage(stageOptions({
    evaluate: ({ network }) => Promise.resolve(fakeEvaluation(network, 0)),
    config: { ...CONFIG, iterations: 8, learningRate: 0.001 },
  }));
  assert(candidates.every(({ reward }) => reward === 0));
  const sizes = candidates.map(({ parameters }) => parameters);
  assert(new Set(sizes).size < sizes.length, "the case needs equal sizes");
  const key = ({ parameters, networkId }: Candidate) =>
    `${String(parameters).padStart(9, "0")} ${networkId}`;
  assert.deepEqual(
    candidates.map(key),
    candidates.map(key).toSorted(),
  );
});

Deno.test("runStage() gives -1 with a reason and no candidates when the policy changes nothing", async () => {
  for (const kind of KINDS) {
    const { records, candidates } = await runStage(stageOptions({
      kind,
      config: { ...CONFIG, initialKeepBias: 60, learningRate: 1e-6 },
      evaluate: () => Promise.reject(new Error("there is nothing to evaluate")),
    }));
    assert.deepEqual(candidates, []);
    for (const { reward, rejection, ...rest } of proposalsOf(records)) {
      assert.equal(reward, -1);
      assert.deepEqual(rejection, {
        rule: "noReduction",
        reason:
          "the student has 2343 parameters, expected fewer than the base network's 2343",
      });
      assert.deepEqual(Object.keys(rest), ["actions"]);
    }
    assert.deepEqual(ledgerOf(records, 100), {
      proposed: 20,
      rejected: 20,
      rejections: { noReduction: 20 },
      repeated: 0,
      trained: 0,
      failed: 0,
      violations: 0,
      studentEpochs: 0,
      studentImages: 0,
    });
    assert(records.every(({ baseline }) => baseline === -1));
  }
});

Deno.test("runStage() trains one student when the policy always removes everything", async () => {
  for (const normaliseAdvantage of [false, true]) {
    const { records, candidates } = await runStage(stageOptions({
      base: POOLED,
      config: {
        ...CONFIG,
        initialKeepBias: -60,
        learningRate: 1e-6,
        normaliseAdvantage,
      },
    }));
    assert.equal(candidates.length, 1);
    assert.equal(candidates[0]!.network.blocks.length, 3);
    assert.deepEqual(ledgerOf(records, 100), {
      proposed: 20,
      rejected: 0,
      rejections: {},
      repeated: 19,
      trained: 1,
      failed: 0,
      violations: 0,
      studentEpochs: 2,
      studentImages: 200,
    });
    // Equal rewards teach nothing, and divide nothing by 0.
    for (const { update } of records) {
      assert(Object.values(update!).every(Number.isFinite));
    }
  }
});

Deno.test("runStage() goes on when no decision is free", async () => {
  const rigid = {
    input: [1, 8, 8],
    blocks: [BASE.blocks[0]!, BASE.blocks.at(-1)!],
  } as const;
  const { records, candidates } = await runStage(stageOptions({ base: rigid }));
  assert.deepEqual(candidates, []);
  assert.deepEqual(
    records.map(({ update }) => update!.gradientNorm),
    [0, 0, 0, 0, 0],
  );
});

Deno.test("runStage() scores a failed training as degenerate, without a candidate, and goes on", async () => {
  const fails = (accuracy: number) => accuracy < 0.5;
  const { records, candidates } = await runStage(stageOptions({
    evaluate: ({ network }): Promise<Evaluation> => {
      const evaluation = fakeEvaluation(network);
      return Promise.resolve(
        fails(evaluation.accuracy)
          ? {
            networkId: evaluation.networkId,
            accuracy: 0,
            losses: [3],
            steps: 5,
            failure: { step: 5, reason: "the loss is not a finite number" },
          }
          : evaluation,
      );
    },
  }));
  const proposals = proposalsOf(records);
  const failed = proposals.filter(({ failure }) => failure !== undefined);
  assert(failed.length > 0, "the case needs a failure");
  for (const { reward, accuracy, failure, networkId } of failed) {
    assert.deepEqual([reward, accuracy], [-1, 0]);
    assert.equal(failure, "the loss is not a finite number at step 5");
    assert(candidates.every((candidate) => candidate.networkId !== networkId));
  }
  const distinct = new Set(failed.map(({ networkId }) => networkId)).size;
  const ledger = ledgerOf(records, 10);
  assert.equal(ledger.failed, distinct);
  assert.equal(ledger.trained, candidates.length + distinct);
  assert.equal(ledger.studentEpochs, 2 * candidates.length + distinct);
});

Deno.test("runStage() rejects when an evaluation does", async () => {
  const error = new Error("a worker failed");
  await assert.rejects(
    runStage(stageOptions({ evaluate: () => Promise.reject(error) })),
    error,
  );
});

Deno.test("runStage() leaves no tensors when it is done, interrupted or failed", async () => {
  const before = tf.memory().numTensors;
  for (const kind of KINDS) {
    await runStage(stageOptions({ kind }));
    assert.equal(tf.memory().numTensors, before, `${kind} that is done`);
    const error = new Error("stop");
    for (
      const changes of [
        { evaluate: () => Promise.reject(error) },
        {
          throwIfInterrupted() {
            throw error;
          },
        },
      ]
    ) {
      await assert.rejects(runStage(stageOptions({ kind, ...changes })), error);
      assert.equal(tf.memory().numTensors, before, `${kind} that failed`);
    }
  }
});

Deno.test("runStage() records the policy's tendency before the update", async () => {
  const frozen = { ...CONFIG, learningRate: 1e-9, initialKeepBias: 0 };
  const removal = await runStage(stageOptions({ config: frozen }));
  const shrinkage = await runStage(
    stageOptions({ kind: "shrinkage", config: frozen }),
  );
  for (const { tendency } of removal.records) {
    assert.equal(tendency.length, 11);
    // Undecided: its first parameters are small.
    tendency.forEach((keep) => assert(keep > 0.2 && keep < 0.8, `${keep}`));
  }
  for (const { tendency } of shrinkage.records) {
    assert.equal(tendency.length, 11);
    // The mean of the ratios 0.1 … 1 is 0.55.
    tendency.forEach((ratio) => assert(ratio > 0.4 && ratio < 0.7, `${ratio}`));
  }
  const keeping = await runStage(
    stageOptions({ config: { ...frozen, initialKeepBias: 20 } }),
  );
  assert(keeping.records[0]!.tendency.every((keep) => keep === 1));
  const removing = await runStage(stageOptions({
    base: POOLED,
    config: { ...frozen, initialKeepBias: -20 },
  }));
  assert(removing.records[0]!.tendency.every((keep) => keep === 0));
  for (const kept of [removal, shrinkage]) {
    const values = kept.records.flatMap(({ tendency }) => tendency);
    assert(values.every((value) => value === Math.round(value * 1e4) / 1e4));
  }
});

Deno.test("runStage() hands its rules to shrinkage", async () => {
  const options = (minChannels: number) =>
    stageOptions({
      kind: "shrinkage",
      shrink: { ...SHRINK, minChannels },
    });
  const widths = async (minChannels: number) => {
    const { candidates } = await runStage(options(minChannels));
    return Math.min(
      ...candidates.flatMap(({ network }) =>
        network.blocks.flatMap((block) =>
          block.type === "conv" ? block.outChannels : []
        )
      ),
    );
  };
  assert.equal(await widths(6), 6);
  assert(await widths(1) < 6);
});

Deno.test("runStage() and trainings never call Math.random", async () => {
  const { random } = Math;
  Math.random = () => {
    throw new Error("Math.random was called");
  };
  try {
    for (const kind of KINDS) await runStage(stageOptions({ kind }));
    const split = makeSplit({ count: 30 });
    const data = makeData({ split, train: 20, validation: 10 });
    const engine = await openEngine("onnx-cpu");
    const recipe = makeRecipe({ augmentation: { cropPadding: 1, flip: true } });
    const request = { network: NETWORK, recipe, data: "data", seed: 1 };
    await evaluate(engine, { ...request, engine: "onnx-cpu" }, data);
  } finally {
    Math.random = random;
  }
});
