import assert from "node:assert/strict";
import { shrinkLayers } from "../../lib/compress/mod.ts";
import {
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import { shrinkRatios } from "../../lib/policy/mod.ts";
import {
  type AskOptions,
  type Candidate,
  type EvaluationRequest,
  type Evaluator,
  runStage,
  searchTwoStages,
  type TwoStageOptions,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { makeRecipe } from "../training/_problem.ts";
import {
  BASE,
  CONFIG,
  fakeEvaluation,
  hashed,
  SHRINK,
  stageOptions,
  TEACHER,
} from "./_search.ts";

const STUDENTS = {
  removal: makeRecipe({ epochs: 1 }),
  shrinkage: makeRecipe({ epochs: 2 }),
};
const FINAL = makeRecipe({ epochs: 9 });

/** An evaluation that was asked for. */
interface Asked {
  readonly request: EvaluationRequest;
  readonly options: AskOptions | undefined;
}

/** Accuracies of short and of final trainings, from the network alone. */
interface Accuracies {
  readonly short?: (network: Network) => number;
  readonly final?: (network: Network) => number;
}

/** An evaluator that trains nothing. */
function fakeEvaluator(
  { short = hashed, final = hashed }: Accuracies,
): Evaluator & { readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    cost: { asked: 0, remembered: 0, trained: 0, cpuSeconds: 0 },
    evaluate(request, options) {
      asked.push({ request, options });
      const { network, recipe } = request;
      const accuracy = recipe === FINAL ? final(network) : short(network);
      return Promise.resolve(fakeEvaluation(network, accuracy));
    },
    weights: () => new Uint8Array(),
    seconds: () => 1,
    settled: () => Promise.resolve(),
  };
}

function search(
  accuracies: Accuracies = {},
  changes: Partial<TwoStageOptions> = {},
) {
  const evaluator = fakeEvaluator(accuracies);
  const options: TwoStageOptions = {
    run: "run",
    store: memoryStore(),
    evaluator,
    teacher: BASE,
    reference: TEACHER,
    seed: 1,
    engine: "onnx-cpu",
    students: STUDENTS,
    searchData: "some",
    final: FINAL,
    finalData: "all",
    finalists: 1,
    removal: CONFIG,
    shrinkage: CONFIG,
    shrink: SHRINK,
    ...changes,
  };
  return { asked: evaluator.asked, result: searchTwoStages(options) };
}

/** What a stage finds by itself. */
async function candidatesOf(
  kind: "removal" | "shrinkage",
  base: Network,
): Promise<readonly Candidate[]> {
  return (await runStage(stageOptions({ kind, base }))).candidates;
}

/** By size against the teacher, whatever the stage. */
function rewardOf(network: Network, accuracy: number): number {
  const c = 1 - countParameters(network) / TEACHER.parameters;
  return accuracy / TEACHER.accuracy * c * (2 - c);
}

function finals(asked: readonly Asked[]): readonly Asked[] {
  return asked.filter(({ request }) => request.recipe === FINAL);
}

Deno.test("searchTwoStages() shrinks the winner of the first stage and scores both stages against the teacher", async () => {
  const { result } = search();
  const { removal, shrinkage } = await result;
  const base = (await candidatesOf("removal", BASE))[0]!;
  assert.equal(removal.winner!.networkId, base.networkId);
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
    removal.students,
    (await candidatesOf("removal", BASE)).length,
  );
});

Deno.test("searchTwoStages() trains candidates briefly and each winner to the end, with weights and checkpoints", async () => {
  const { asked, result } = search({ final: (network) => hashed(network) / 2 });
  const { removal, shrinkage } = await result;
  const winners = [removal.winner!, shrinkage!.winner!];
  assert.deepEqual(
    finals(asked),
    winners.map(({ network }) => ({
      request: {
        network,
        recipe: FINAL,
        data: "all",
        seed: 1,
        engine: "onnx-cpu",
      },
      options: { weights: true, checkpoints: true },
    })),
  );
  for (const { network, final, request, accuracy } of winners) {
    assert.deepEqual(final, fakeEvaluation(network, hashed(network) / 2));
    assert.equal(accuracy, hashed(network));
    assert.deepEqual(request.network, network);
  }
  const short = asked.filter(({ request }) => request.recipe !== FINAL);
  const stages = { removal, shrinkage: shrinkage! };
  for (const kind of ["removal", "shrinkage"] as const) {
    const ids = stages[kind].records.flatMap(({ proposals }) =>
      proposals.flatMap(({ networkId }) => networkId ?? [])
    );
    assert.deepEqual(
      short.filter(({ request }) => request.recipe === STUDENTS[kind])
        .map(({ request }) => networkId(request.network)),
      ids,
    );
  }
  for (const { request: { data, seed, engine }, options } of short) {
    assert.deepEqual([data, seed, engine, options], [
      "some",
      1,
      "onnx-cpu",
      undefined,
    ]);
  }
});

Deno.test("searchTwoStages() picks the finalist with the highest reward after its final training", async () => {
  // Orders the finalists against the short trainings.
  const final = (network: Network) => 1 - hashed(network);
  const { asked, result } = search({ final }, { finalists: 3 });
  const { removal, shrinkage } = await result;
  const best = (candidates: readonly Candidate[]) =>
    candidates.slice(0, 3).toSorted((a, b) =>
      rewardOf(b.network, final(b.network)) -
      rewardOf(a.network, final(a.network))
    )[0]!;
  const first = await candidatesOf("removal", BASE);
  const chosen = best(first);
  assert.notEqual(chosen.networkId, first[0]!.networkId, "the case is void");
  assert.equal(removal.winner!.networkId, chosen.networkId);
  assert.equal(removal.winner!.final.accuracy, final(chosen.network));
  const second = await candidatesOf("shrinkage", chosen.network);
  assert.equal(shrinkage!.winner!.networkId, best(second).networkId);
  const trained = finals(asked).map(({ request }) =>
    networkId(request.network)
  );
  assert.deepEqual(
    new Set(trained),
    new Set(
      [...first.slice(0, 3), ...second.slice(0, 3)].map(({ networkId }) =>
        networkId
      ),
    ),
  );
});

Deno.test("searchTwoStages() keeps the first finalist when final trainings agree with the short ones", async () => {
  const one = await search().result;
  const five = await search({}, { finalists: 5 }).result;
  assert.equal(five.removal.winner!.networkId, one.removal.winner!.networkId);
  assert.deepEqual(five, one);
});

Deno.test("searchTwoStages() ends without a winner and without a second stage when every removal is rejected", async () => {
  const { asked, result } = search({}, {
    removal: { ...CONFIG, initialKeepBias: 60, learningRate: 1e-6 },
    finalists: 2,
  });
  const { removal, ...rest } = await result;
  assert.deepEqual(rest, { cpuSeconds: 0 });
  assert.equal(removal.students, 0);
  assert.equal("winner" in removal, false);
  assert.equal(removal.records.length, CONFIG.iterations);
  assert.deepEqual(asked, []);
});

Deno.test("searchTwoStages() ends with one winner when every shrinkage is rejected", async () => {
  const { asked, result } = search({}, {
    shrinkage: { ...CONFIG, initialKeepBias: 60, learningRate: 1e-6 },
  });
  const { removal, shrinkage } = await result;
  assert.notEqual(removal.winner, undefined);
  assert.equal(shrinkage!.students, 0);
  assert.equal("winner" in shrinkage!, false);
  assert.equal(finals(asked).length, 1);
});

Deno.test("searchTwoStages() tells of iterations by stage and hands over who listens to epochs", async () => {
  const told: string[] = [];
  const onFinalEpoch = () => {};
  const { asked, result } = search({}, {
    onIteration: (kind, { iteration }) => told.push(`${kind} ${iteration}`),
    onFinalEpoch,
  });
  await result;
  assert.deepEqual(
    told,
    ["removal", "shrinkage"].flatMap((kind) =>
      [0, 1, 2, 3, 4].map((iteration) => `${kind} ${iteration}`)
    ),
  );
  assert(
    finals(asked).every(({ options }) => options!.onEpoch === onFinalEpoch),
  );
});

Deno.test("searchTwoStages() gives the unbroken run's result when it is stopped before any iteration of either stage", async () => {
  const unbroken = JSON.stringify(await search().result);
  for (let stop = 0; stop < 2 * CONFIG.iterations; stop++) {
    const store = memoryStore();
    let begun = 0;
    const stopped = search({}, {
      store,
      throwIfInterrupted: () => {
        if (begun++ === stop) throw new Error("stop");
      },
    });
    await assert.rejects(stopped.result, { message: "stop" });
    const { result } = search({}, { store });
    assert.equal(JSON.stringify(await result), unbroken);
  }
});

Deno.test("searchTwoStages() keeps runs of different names in one store apart", async () => {
  const store = memoryStore();
  const run = async (changes: Partial<TwoStageOptions>) =>
    JSON.stringify(await search({}, changes).result);
  const first = await run({ store });
  assert.equal(
    await run({ store, run: "other", seed: 2 }),
    await run({ seed: 2 }),
  );
  assert.equal(await run({ store }), first);
});
