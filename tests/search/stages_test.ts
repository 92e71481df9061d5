import assert from "node:assert/strict";
import { shrinkLayers } from "../../lib/compress/mod.ts";
import {
  countMacs,
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import { shrinkRatios } from "../../lib/policy/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  type Candidate,
  type IterationRecord,
  ledgerOf,
  runStage,
  type SearchOptions,
  type SearchResult,
  searchStages,
  type SpaceKind,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import {
  type Accuracies,
  fakeEvaluator,
  FINAL,
  searchOptions,
  SECONDS,
  STUDENTS,
} from "./_evaluator.ts";
import {
  BASE,
  CONFIG,
  fakeEvaluation,
  forAll,
  hashed,
  PLAN,
  SHRINK,
  stageOptions,
  TEACHER,
} from "./_search.ts";

/** Keeps everything as it is, for ever. */
const STUBBORN = { ...CONFIG, initialKeepBias: 60, learningRate: 1e-6 };

function search(
  accuracies: Accuracies = {},
  changes: Partial<SearchOptions> = {},
) {
  const evaluator = fakeEvaluator(accuracies);
  return {
    evaluator,
    result: searchStages(searchOptions({ evaluator, ...changes })),
  };
}

/** The plan with other stages. */
function planOf(...stages: readonly SpaceKind[]) {
  return { ...PLAN, stages };
}

/** What a stage finds by itself. */
async function candidatesOf(
  kind: SpaceKind,
  base: Network,
): Promise<readonly Candidate[]> {
  return (await runStage(stageOptions({ kind, base }))).candidates;
}

/** By size against the teacher, whatever the stage. */
function rewardOf(network: Network, accuracy: number): number {
  const c = 1 - countParameters(network) / TEACHER.parameters;
  return accuracy / TEACHER.accuracy * c * (2 - c);
}

/** As text, in which what was learned is its bits. */
function text(result: SearchResult): string {
  return JSON.stringify(
    result,
    (_, value) => value instanceof Uint8Array ? sha256Hex(value) : value,
  );
}

Deno.test("searchStages() shrinks the winner of the first stage and scores both stages against the teacher", async () => {
  const { stages } = await search().result;
  const [removal, shrinkage] = stages;
  assert.deepEqual(stages.map(({ kind }) => kind), ["removal", "shrinkage"]);
  const base = (await candidatesOf("removal", BASE))[0]!;
  assert.equal(removal!.base, BASE);
  assert.equal(removal!.winner!.networkId, base.networkId);
  assert.deepEqual(shrinkage!.base, base.network);
  let proposed = 0;
  for (const { proposals } of shrinkage!.records) {
    for (const { actions, networkId: id, reward } of proposals) {
      const outcome = shrinkLayers(base.network, shrinkRatios(actions), SHRINK);
      assert.equal(outcome.ok, id !== undefined);
      if (!outcome.ok) continue;
      proposed++;
      const { network } = outcome;
      assert.equal(networkId(network), id);
      assert(Math.abs(reward - rewardOf(network, hashed(network))) < 1e-12);
    }
  }
  assert(proposed > 5, "the case needs students");
  const smallest = (await candidatesOf("shrinkage", base.network))[0]!;
  assert.equal(shrinkage!.winner!.networkId, smallest.networkId);
  assert(smallest.parameters < base.parameters);
  assert.equal(
    ledgerOf(removal!.records, 1).trained,
    (await candidatesOf("removal", BASE)).length,
  );
});

Deno.test("searchStages() trains candidates briefly and each winner to the end, with weights and checkpoints", async () => {
  const { evaluator, result } = search({
    final: (network) => hashed(network) / 2,
  });
  const { stages } = await result;
  const winners = stages.map(({ winner }) => winner!);
  assert.deepEqual(
    evaluator.finals(),
    winners.map(({ network, networkId }, i) => ({
      request: {
        network,
        recipe: FINAL,
        data: "all",
        seed: 7,
        engine: "onnx-cpu",
      },
      options: {
        weights: true,
        checkpoints: true,
        purpose: [stages[i]!.kind, "final", networkId.slice(0, 8)],
      },
    })),
  );
  for (const { network, final, request, accuracy } of winners) {
    const { reward, ...rest } = final;
    assert.deepEqual(rest, {
      networkId: networkId(network),
      evaluation: fakeEvaluation(network, hashed(network) / 2),
    });
    assert(Math.abs(reward - rewardOf(network, hashed(network) / 2)) < 1e-12);
    assert.equal(accuracy, hashed(network));
    assert.deepEqual(request.network, network);
  }
  assert.deepEqual(
    stages.map(({ finals }) => finals),
    winners.map(({ final }) => [final]),
  );
  for (const { kind, space, records } of stages) {
    // Longest first within an iteration.
    const expected = records.flatMap(({ proposals }) =>
      proposals.flatMap(({ actions }) => {
        const outcome = space.apply(actions);
        return outcome.ok ? [outcome.network] : [];
      }).toSorted((a, b) => countMacs(b) - countMacs(a))
    );
    assert.deepEqual(
      evaluator.short()
        .filter(({ request }) => request.recipe === STUDENTS[kind])
        .map(({ request }) => networkId(request.network)),
      expected.map(networkId),
    );
  }
  for (const { request, options } of evaluator.short()) {
    const { data, seed, engine } = request;
    assert.deepEqual([data, seed, engine, options], [
      "some",
      7,
      "onnx-cpu",
      undefined,
    ]);
  }
});

Deno.test("searchStages() picks the finalist with the highest reward after its final training", async () => {
  // Orders the finalists against the short trainings.
  const final = (network: Network) => 1 - hashed(network);
  const { evaluator, result } = search({ final }, { finalists: 3 });
  const [removal, shrinkage] = (await result).stages;
  const best = (candidates: readonly Candidate[]) =>
    candidates.slice(0, 3).toSorted((a, b) =>
      rewardOf(b.network, final(b.network)) -
      rewardOf(a.network, final(a.network))
    )[0]!;
  const first = await candidatesOf("removal", BASE);
  const chosen = best(first);
  assert.notEqual(chosen.networkId, first[0]!.networkId, "the case is void");
  assert.equal(removal!.winner!.networkId, chosen.networkId);
  assert.equal(
    removal!.winner!.final.evaluation.accuracy,
    final(chosen.network),
  );
  const second = await candidatesOf("shrinkage", chosen.network);
  assert.equal(shrinkage!.winner!.networkId, best(second).networkId);
  const trained = evaluator.finals().map(({ request }) =>
    networkId(request.network)
  );
  const finalists = [...first.slice(0, 3), ...second.slice(0, 3)]
    .map(({ networkId }) => networkId);
  assert.deepEqual(new Set(trained), new Set(finalists));
  assert.deepEqual(
    [removal!, shrinkage!].flatMap(({ finals }) =>
      finals.map(({ networkId }) => networkId)
    ),
    finalists,
  );
});

Deno.test("searchStages() keeps the first finalist when final trainings agree with the short ones", async () => {
  const winners = async (finalists: number) =>
    (await search({}, { finalists }).result).stages.map((
      { records, winner },
    ) => ({ records, winner }));
  assert.deepEqual(await winners(5), await winners(1));
});

Deno.test("searchStages() gives the bits of the two stages that the paper's defaults gave before there were plans", async () => {
  // Written down from the search of two fixed stages that this one replaced.
  const golden = [
    {
      finalists: 1,
      trainings: 30,
      stages: [
        [
          "ad55f39ebb80045876455fc677c6bb5933b1851a1664b9392ad6f26fa889d435",
          "8a5f1bb10be03e3baace20b91f5ff3c304b5d2771bcab841a39f3fa1d6d07c0b",
        ],
        [
          "be1092c7249519d5d209bf519c510bfe43001a4f06025ca70e1370347accc5e0",
          "04b4dfefa53b62c96970a1f0069119a28025bd2db0a3982fb8689421ecfd263b",
        ],
      ],
    },
    {
      finalists: 3,
      trainings: 22 + 4,
      stages: [
        [
          "ad55f39ebb80045876455fc677c6bb5933b1851a1664b9392ad6f26fa889d435",
          "f4fd605d70dedb8056df5641923924dfda692582af72a0e340760fa56921d66d",
        ],
        [
          "cb208a3d767e482802aa388f655e8b1b6738f4b704b77667604adda8726843b0",
          "c200fdf8977a921bfb79f774aa7624db102cccaabcc2407fd22e79166f7578d0",
        ],
      ],
    },
  ];
  for (const { finalists, trainings, stages } of golden) {
    const { evaluator, result } = search(
      { final: (network) => 1 - hashed(network) },
      { finalists },
    );
    const found = await result;
    assert.deepEqual(
      found.stages.map(({ records, winner }) => [
        recordsDigest(records),
        winner!.networkId,
      ]),
      stages,
    );
    const finals = evaluator.finals().length;
    assert.equal(finals, 2 * finalists);
    assert.equal(
      found.workerSeconds,
      (trainings - finals) * SECONDS.short + finals * SECONDS.final,
    );
  }
});

/** What was proposed, earned and learned. */
function recordsDigest(records: readonly IterationRecord[]): string {
  return sha256Hex(JSON.stringify(
    records.map(({ iteration, proposals, baseline, update, tendency }) => [
      iteration,
      proposals.map(({ actions, reward, networkId }) => [
        actions,
        reward,
        networkId ?? null,
      ]),
      baseline,
      update!.loss,
      update!.entropy,
      update!.gradientNorm,
      tendency,
    ]),
  ));
}

Deno.test("searchStages() ends without a winner and without a second stage when every removal is rejected", async () => {
  const { evaluator, result } = search({}, {
    plan: { ...PLAN, config: { ...PLAN.config, removal: STUBBORN } },
    finalists: 2,
  });
  const { stages, workerSeconds } = await result;
  assert.equal(workerSeconds, 0);
  assert.deepEqual(stages.map(({ kind }) => kind), ["removal"]);
  const [removal] = stages;
  assert.equal(ledgerOf(removal!.records, 1).trained, 0);
  assert.equal("winner" in removal!, false);
  assert.deepEqual(removal!.finals, []);
  assert.equal(removal!.records.length, CONFIG.iterations);
  assert.deepEqual(evaluator.asked, []);
});

Deno.test("searchStages() ends with one winner when every shrinkage is rejected", async () => {
  const { evaluator, result } = search({}, {
    plan: { ...PLAN, config: { ...PLAN.config, shrinkage: STUBBORN } },
  });
  const [removal, shrinkage] = (await result).stages;
  assert.notEqual(removal!.winner, undefined);
  assert.equal(ledgerOf(shrinkage!.records, 1).trained, 0);
  assert.equal("winner" in shrinkage!, false);
  assert.equal(evaluator.finals().length, 1);
});

Deno.test("searchStages() ends with the first stage when all its students fail, and counts their seconds", async () => {
  const { evaluator, result } = search({ short: () => undefined });
  const { stages, workerSeconds } = await result;
  assert.deepEqual(stages.map(({ kind }) => kind), ["removal"]);
  assert.equal("winner" in stages[0]!, false);
  const { trained, failed } = ledgerOf(stages[0]!.records, 1);
  assert(failed > 3, "the case needs failures");
  assert.equal(trained, failed);
  assert.equal(workerSeconds, failed * SECONDS.short);
  assert.deepEqual(evaluator.finals(), []);
});

Deno.test("searchStages() ends without a winner when no final training succeeds, and counts the seconds of all", async () => {
  for (const finalists of [1, 2]) {
    const { evaluator, result } = search({ final: () => undefined }, {
      finalists,
    });
    const { stages, workerSeconds } = await result;
    assert(stages.every((stage) => !("winner" in stage)));
    // With one finalist the next stage begins before it is trained.
    assert.equal(stages.length, finalists === 1 ? 2 : 1);
    const short = stages.reduce(
      (sum, { records }) => sum + ledgerOf(records, 1).trained,
      0,
    );
    const finals = evaluator.finals().length;
    assert.equal(finals, stages.length * (finalists + 2));
    assert.equal(
      workerSeconds,
      short * SECONDS.short + finals * SECONDS.final,
    );
  }
});

Deno.test("searchStages() ends at once with a stage in which nothing is free", async () => {
  const rigid: Network = {
    input: [1, 8, 8],
    blocks: [BASE.blocks[0]!, BASE.blocks.at(-1)!],
  };
  for (const grain of ["leaf", "unit", "block"] as const) {
    for (const kind of ["removal", "shrinkage", "joint"] as const) {
      // A convolution that has as few channels as it may, and a linear layer.
      const shrink = { ...SHRINK, minChannels: 8 };
      const plan = { ...planOf(kind, "removal"), grain, shrink };
      const { evaluator, result } = search({}, { plan, teacher: rigid });
      const { stages, workerSeconds } = await result;
      assert.equal(stages.length, 1);
      const [{ space, ...rest }] = stages as [typeof stages[0] & object];
      assert.equal(space.bits, 0);
      assert.deepEqual(rest, {
        kind,
        base: rigid,
        records: [],
        rungs: [],
        finals: [],
        learned: { json: {}, blobs: {} },
      });
      assert.equal(workerSeconds, 0);
      assert.deepEqual(evaluator.asked, []);
    }
  }
});

Deno.test("searchStages() tells of stages and iterations and hands over who listens to epochs", async () => {
  const told: string[] = [];
  const bases: Network[] = [];
  const recorded: unknown[] = [];
  let epochs = 0;
  const { evaluator, result } = search({}, {
    onStage(kind, base) {
      told.push(kind);
      bases.push(base);
    },
    onIteration: (kind, { iteration }) => told.push(`${kind} ${iteration}`),
    onSearched: (kind) => told.push(`${kind} is over`),
    onRecord: (kind, record) => recorded.push([kind, record]),
    onFinalEpochs: (more, { remembered }) => epochs += remembered ? more : 0,
  });
  const { stages } = await result;
  assert.deepEqual(
    recorded,
    stages.flatMap(({ kind, records }) =>
      records.map((record) => [kind, record])
    ),
  );
  assert.deepEqual(
    told,
    ["removal", "shrinkage"].flatMap((kind) => [
      kind,
      ...[0, 1, 2, 3, 4].map((iteration) => `${kind} ${iteration}`),
      `${kind} is over`,
    ]),
  );
  assert.deepEqual(bases, stages.map(({ base }) => base));
  // All of them are known to this evaluator.
  const finals = evaluator.finals();
  assert.equal(finals.length, 2);
  assert.equal(
    epochs,
    finals.reduce((sum, { request }) => sum + request.recipe.epochs, 0),
  );
});

const PLANS: readonly (readonly SpaceKind[])[] = [
  ["removal", "shrinkage"],
  ["shrinkage", "removal"],
  ["joint"],
  ["removal"],
  ["shrinkage"],
];

for (const kinds of PLANS) {
  const name = kinds.join(",");

  Deno.test(`searchStages() gives the unbroken run's result when it is stopped before any iteration, with the stages ${name}`, async () => {
    const plan = planOf(...kinds);
    const whole = await search({}, { plan }).result;
    assert.deepEqual(whole.stages.map(({ kind }) => kind), kinds);
    whole.stages.forEach(({ kind, base, space }, i) => {
      assert.equal(space.kind, kind);
      assert.equal(space.base, base);
      const expected = i === 0 ? BASE : whole.stages[i - 1]!.winner!.network;
      assert.deepEqual(base, expected);
    });
    const unbroken = text(whole);
    for (let stop = 0; stop < kinds.length * CONFIG.iterations; stop++) {
      const store = memoryStore();
      let begun = 0;
      const stopped = search({}, {
        plan,
        store,
        throwIfInterrupted: () => {
          if (begun++ === stop) throw new Error("stop");
        },
      });
      await assert.rejects(stopped.result, { message: "stop" });
      const { result } = search({}, { plan, store });
      assert.equal(text(await result), unbroken);
    }
  });

  Deno.test(`searchStages() gives the unbroken run's result when any training is the last, with the stages ${name}`, async () => {
    const options = {
      plan: { ...planOf(...kinds), search: "evolution" as const },
      finalists: 2,
    };
    const unbroken = text(await search({}, options).result);
    for (let last = 0;; last++) {
      const store = memoryStore();
      const evaluator = fakeEvaluator();
      let calls = 0;
      const stopped = searchStages(searchOptions({
        ...options,
        store,
        evaluator: {
          ...evaluator,
          evaluate: (request, ask) =>
            calls++ === last
              ? Promise.reject(new Error("stop"))
              : evaluator.evaluate(request, ask),
        },
      }));
      const broken = await stopped.then(() => false, ({ message }) => {
        assert.equal(message, "stop");
        return true;
      });
      const again = search({}, { ...options, store });
      assert.equal(text(await again.result), unbroken);
      if (!broken) {
        assert(last > 10 * kinds.length, `only ${last} trainings`);
        break;
      }
    }
  });
}

Deno.test("searchStages() keeps runs of different names in one store apart", async () => {
  const store = memoryStore();
  const run = async (changes: Partial<SearchOptions>) =>
    text(await search({}, changes).result);
  const first = await run({ store });
  const plan = { ...PLAN, seed: 2 };
  assert.equal(
    await run({ store, run: "other", plan }),
    await run({ plan }),
  );
  assert.equal(await run({ store }), first);
});

Deno.test("searchStages() gives what each strategy has learned", async () => {
  for (const strategy of ["reinforce", "greedy"] as const) {
    const { stages } = await search({}, {
      plan: { ...PLAN, search: strategy },
    }).result;
    for (const { learned, records } of stages) {
      if (strategy === "reinforce") {
        assert.notEqual(learned.blobs.policy, undefined);
        continue;
      }
      const best = records.flatMap(({ proposals }) => proposals)
        .reduce((a, b) => b.reward > a.reward ? b : a);
      const { actions, reward } = best;
      assert.deepEqual(learned.json, {
        best: { actions, reward },
      });
    }
  }
});

Deno.test("searchStages() looks at each stage's own length and budget", async () => {
  const config = {
    removal: { ...CONFIG, iterations: 3, rollouts: 2 },
    shrinkage: { ...CONFIG, iterations: 50, budget: 13 },
    joint: CONFIG,
  };
  const { stages } = await search({}, { plan: { ...PLAN, config } }).result;
  const [removal, shrinkage] = stages;
  assert.deepEqual(
    removal!.records.map(({ proposals }) => proposals.length),
    [2, 2, 2],
  );
  const epochs = shrinkage!.records.map(({ proposals }) =>
    proposals.reduce((sum, { epochs = 0 }) => sum + epochs, 0)
  );
  const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
  assert(sum(epochs) >= 13);
  assert(sum(epochs.slice(0, -1)) < 13);
});

Deno.test("searchStages() names no winner when the final accuracy breaks a limit", async () => {
  const objective = createObjective({
    teacher: TEACHER,
    limits: { minAccuracy: 0.5 },
  });
  const { result } = search({ short: () => 0.8, final: () => 0.4 }, {
    objective,
    plan: planOf("removal"),
  });
  const [removal] = (await result).stages;
  assert.equal("winner" in removal!, false);
  assert.deepEqual(removal!.finals.map(({ reward }) => reward), [-1, -1, -1]);
});

Deno.test("searchStages() uses the plan's configuration of the stage's kind", async () => {
  const plan = {
    ...planOf("joint"),
    config: { ...forAll(STUBBORN), joint: CONFIG },
  };
  const { stages } = await search({}, { plan }).result;
  assert.notEqual(stages[0]!.winner, undefined);
});
