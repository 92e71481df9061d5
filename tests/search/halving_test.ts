/** Rungs before the final trainings of a stage. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { networkId } from "../../lib/network/mod.ts";
import { createObjective, type Objective } from "../../lib/reward/mod.ts";
import {
  type AskOptions,
  createEvaluator,
  type EvaluationRequest,
  type Evaluator,
  type Executor,
  type FinalOptions,
  type Finals,
  finalsOf,
  type Rung,
  searchStages,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { makeRecipe } from "../training/_problem.ts";
import { candidatesOf } from "./_candidates.ts";
import { fakeEvaluator, FINAL, searchOptions, SECONDS } from "./_evaluator.ts";
import {
  failedEvaluation,
  fakeEvaluation,
  hashed,
  TEACHER,
} from "./_search.ts";

const CANDIDATES = candidatesOf([0.95, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]);
const IDS = CANDIDATES.map(({ networkId }) => networkId);
assert.equal(new Set(IDS).size, 8, "candidates are alike");

/** What a student is worth is its accuracy: so that ties are easily made. */
const PLAIN: Objective = {
  rejects: () => undefined,
  score: ({ accuracy }) => ({ reward: accuracy, compression: 0 }),
};

/** An accuracy a candidate, or undefined where its training fails. */
type Outcomes = readonly (number | undefined)[];

/** Rungs of some students each, of 1, 2, ... epochs. */
function rungsOf(...students: readonly number[]): readonly Rung[] {
  return students.map((students, at) => ({
    students,
    recipe: makeRecipe({ epochs: at + 1 }),
  }));
}

interface Halving {
  readonly asked: readonly {
    readonly request: EvaluationRequest;
    readonly options: AskOptions | undefined;
  }[];
  readonly finals: Finals;
}

/** Rungs and final training with an outcome each, in this order. */
function halving(
  students: readonly number[],
  outcomes: readonly Outcomes[],
  changes: Partial<FinalOptions> = {},
): Halving {
  const rungs = rungsOf(...students);
  const asked: {
    readonly request: EvaluationRequest;
    readonly options: AskOptions | undefined;
  }[] = [];
  const evaluator: Evaluator = {
    ...fakeEvaluator(),
    evaluate(request, options) {
      asked.push({ request, options });
      const { network, recipe } = request;
      const round = recipe === FINAL
        ? students.length
        : rungs.findIndex((rung) => rung.recipe === recipe);
      const accuracy = outcomes[round]![IDS.indexOf(networkId(network))];
      return Promise.resolve(
        accuracy === undefined
          ? failedEvaluation(network)
          : fakeEvaluation(network, accuracy),
      );
    },
  };
  const options = searchOptions({
    evaluator,
    objective: PLAIN,
    rungs,
    ...changes,
  });
  return { asked, finals: finalsOf(options, CANDIDATES) };
}

/** Numbers of the candidates that were trained, by round, in the order of asking. */
function roundsOf(
  { asked }: Halving,
): readonly (readonly [epochs: number, trained: readonly number[]])[] {
  const byEpochs = Map.groupBy(asked, ({ request }) => request.recipe.epochs);
  return [...byEpochs].map(([epochs, of]) => [
    epochs,
    of.map(({ request }) => IDS.indexOf(networkId(request.network))),
  ]);
}

/** Numbers of the candidates in what a round tells of itself. */
function numbersOf(
  finals: readonly { readonly networkId: string }[],
): readonly number[] {
  return finals.map(({ networkId }) => IDS.indexOf(networkId));
}

const LIKE_FIRST = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
const LIKE_LAST = LIKE_FIRST.toReversed();

Deno.test("finalsOf() trains the best of each rung in the next one, and the best of the last to the end", async () => {
  const run = halving([6, 3], [
    // Candidates 6 and 7 are not among the first six, however good they are.
    [0.1, 0.6, 0.2, 0.5, 0.3, 0.4, 1, 1],
    [0, 0.1, 0, 0.2, 0, 0.3, 0, 0],
    [0, 0.7, 0, 0, 0, 0.6, 0, 0],
  ], { finalists: 2 });
  const winner = await run.finals.winner();
  assert.deepEqual(roundsOf(run), [
    [1, [0, 1, 2, 3, 4, 5]],
    [2, [1, 3, 5]],
    // The best of the second rung first.
    [FINAL.epochs, [5, 3]],
  ]);
  assert.equal(winner!.networkId, IDS[5]);
  assert.equal(winner!.final.reward, 0.6);
  assert.equal(winner!.request.recipe, FINAL);
  assert.deepEqual(run.finals.rungs().map(numbersOf), [
    [0, 1, 2, 3, 4, 5],
    [1, 3, 5],
  ]);
  assert.deepEqual(run.finals.rungs()[1]!.map(({ reward }) => reward), [
    0.1,
    0.2,
    0.3,
  ]);
  assert.deepEqual(numbersOf(run.finals.trained()), [3, 5]);
});

Deno.test("finalsOf() trains in each rung the best of the one before, whatever the accuracies", async () => {
  // Few different ones: there are ties, which keep the order.
  const outcomes = fc.array(
    fc.array(fc.integer({ min: 0, max: 3 }).map((n) => n / 3), {
      minLength: 8,
      maxLength: 8,
    }),
    { minLength: 4, maxLength: 4 },
  );
  const students = fc.uniqueArray(fc.integer({ min: 2, max: 7 }), {
    minLength: 1,
    maxLength: 3,
  }).map((each) => each.toSorted((a, b) => b - a));
  await fc.assert(fc.asyncProperty(
    outcomes,
    students,
    async (outcomes, students) => {
      const run = halving(students, outcomes);
      const winner = await run.finals.winner();
      const rounds = roundsOf(run).map(([, trained]) => trained);
      assert.deepEqual(rounds[0], IDS.keys().take(students[0]!).toArray());
      for (const [at, trained] of rounds.entries()) {
        if (at === 0) continue;
        const before = rounds[at - 1]!;
        const rank = before.toSorted((a, b) =>
          outcomes[at - 1]![b]! - outcomes[at - 1]![a]!
        );
        assert.deepEqual(trained, rank.slice(0, students[at] ?? 1));
      }
      assert.equal(rounds.length, students.length + 1);
      assert.equal(winner!.networkId, IDS[rounds.at(-1)![0]!]);
    },
  ));
});

Deno.test("finalsOf() keeps the weights of final trainings alone, and checkpoints of all", async () => {
  let epochs = 0;
  const run = halving([2], [LIKE_FIRST, LIKE_FIRST], {
    onFinalEpochs: (more) => epochs += more,
  });
  await run.finals.winner();
  assert.deepEqual(
    run.asked.map(({ request: { recipe }, options }) => [
      recipe.epochs,
      options?.weights,
      options?.checkpoints,
    ]),
    [[1, undefined, true], [1, undefined, true], [FINAL.epochs, true, true]],
  );
  for (const { request } of run.asked) {
    assert.deepEqual([request.data, request.seed], ["all", 7]);
  }
  // Each of them to its last one, of which a training itself does not tell.
  assert.equal(epochs, 1 + 1 + FINAL.epochs);
  run.asked.at(-1)!.options!.onEpoch!(FINAL.epochs + 2);
  assert.equal(epochs, 1 + 1 + FINAL.epochs + 2);
  assert.deepEqual(
    run.finals.requests(),
    run.asked.map(({ request }) => request),
  );
});

Deno.test("finalsOf() chooses the best of the last rung for the next stage before it is trained to the end", async () => {
  const run = halving([4, 2], [LIKE_LAST, LIKE_FIRST, LIKE_FIRST]);
  const chosen = await run.finals.chosen();
  assert.equal(chosen, CANDIDATES[2]);
  assert.deepEqual(roundsOf(run), [[1, [0, 1, 2, 3]], [2, [3, 2]]]);
  assert.deepEqual(run.finals.trained(), []);
  assert.equal((await run.finals.winner())!.networkId, IDS[2]);
  assert.equal(run.asked.length, 7);
});

Deno.test("finalsOf() chooses the best of the last rung with the weights of that rung where they are needed", async () => {
  const run = halving([4, 2], [LIKE_LAST, LIKE_FIRST, LIKE_FIRST], {
    needsWeights: true,
  });
  const chosen = await run.finals.chosen();
  assert.deepEqual(roundsOf(run), [[1, [0, 1, 2, 3]], [2, [3, 2]]]);
  assert(chosen !== undefined && "request" in chosen);
  const { request, ...candidate } = chosen;
  assert.deepEqual(candidate, CANDIDATES[2]);
  assert.deepEqual(request, run.asked[5]!.request);
  assert.equal(request.recipe.epochs, 2);
  assert.equal(networkId(request.network), IDS[2]);
  // The first rung's weights serve nobody.
  assert.deepEqual(
    run.asked.map(({ options }) => options!.weights),
    [...Array(4).fill(undefined), true, true],
  );
  assert.deepEqual(
    run.finals.trained(),
    [],
    "it was trained to the end for it",
  );
  assert.equal((await run.finals.winner())!.networkId, IDS[2]);
});

Deno.test("finalsOf() chooses the trained winner where weights are needed and the last rung was left out or several are trained to the end", async () => {
  const leftOut = halving([4, 2], [
    // A single one comes through: the second rung has nothing to decide.
    [undefined, undefined, 0.5, undefined, 0.9, 0.9],
    LIKE_FIRST,
    LIKE_FIRST,
  ], { needsWeights: true });
  const chosen = await leftOut.finals.chosen();
  assert.equal(chosen, await leftOut.finals.winner());
  assert.equal(chosen!.networkId, IDS[2]);
  assert.deepEqual(roundsOf(leftOut), [
    [1, [0, 1, 2, 3]],
    [FINAL.epochs, [2]],
  ]);
  assert.equal(leftOut.asked.at(-1)!.options!.weights, true);
  const several = halving([4], [LIKE_FIRST, LIKE_LAST], {
    needsWeights: true,
    finalists: 2,
  });
  assert.equal(
    await several.finals.chosen(),
    await several.finals.winner(),
  );
});

Deno.test("finalsOf() leaves failed students of a rung behind and fills their places with nobody", async () => {
  const run = halving([5, 3, 2], [
    [undefined, 0.2, undefined, 0.4, 0.3, 0.9],
    [undefined, 0.5, undefined, undefined, 0.6],
    LIKE_FIRST,
    LIKE_FIRST,
  ]);
  assert.equal((await run.finals.winner())!.networkId, IDS[1]);
  assert.deepEqual(roundsOf(run), [
    [1, [0, 1, 2, 3, 4]],
    [2, [3, 4, 1]],
    [3, [4, 1]],
    [FINAL.epochs, [1]],
  ]);
  assert.deepEqual(
    run.finals.rungs().map((rung) => rung.map(({ reward }) => reward)),
    [[-1, 0.2, -1, 0.4, 0.3], [0.5, -1, 0.6], [0.8, 0.5]],
  );
});

Deno.test("finalsOf() tries the candidates behind a rung whose students all fail, one by one", async () => {
  const none = [undefined, undefined, undefined];
  const run = halving([3, 2], [
    [...none, undefined, 0.5, 0.9],
    [],
    LIKE_FIRST,
  ]);
  assert.equal((await run.finals.winner())!.networkId, IDS[4]);
  // The only one left goes on without a second rung: it decides nothing.
  assert.deepEqual(roundsOf(run), [[1, [0, 1, 2, 3, 4]], [FINAL.epochs, [4]]]);
  assert.deepEqual(run.finals.rungs()[1], []);
});

Deno.test("finalsOf() has neither choice nor winner when a rung's students and two behind them fail", async () => {
  const run = halving([3], [[], LIKE_FIRST]);
  assert.equal(await run.finals.chosen(), undefined);
  assert.equal(await run.finals.winner(), undefined);
  assert.deepEqual(roundsOf(run), [[1, [0, 1, 2, 3, 4]]]);
  assert.deepEqual(run.finals.trained(), []);
  assert.equal(run.finals.requests().length, 5);
});

Deno.test("finalsOf() goes on in the order of the last rung when final trainings fail", async () => {
  const run = halving([4], [
    [0.1, 0.4, 0.2, 0.3],
    [0.5, undefined, undefined, undefined, 0.5],
  ]);
  assert.equal(await run.finals.chosen(), CANDIDATES[1]);
  // 1 is the finalist, 3 and 2 are tried behind it; 0 would be the third.
  assert.equal(await run.finals.winner(), undefined);
  assert.deepEqual(roundsOf(run)[1], [FINAL.epochs, [1, 3, 2]]);
  const sooner = halving([4], [
    [0.1, 0.4, 0.2, 0.3],
    [0.5, undefined, 0.5, undefined, 0.5],
  ]);
  assert.equal((await sooner.finals.winner())!.networkId, IDS[2]);
});

Deno.test("finalsOf() ranks a student that breaks a limit in a rung last, and lets the final training judge it", async () => {
  const objective = createObjective({
    teacher: TEACHER,
    limits: { minAccuracy: 0.6 },
  });
  // Of the first three one keeps the limit; of the others the second is nearer to it.
  const run = halving([3], [
    [0.5, 0.55, 0.7],
    [0.9, 0.9, 0.9],
  ], { objective, finalists: 2 });
  const winner = await run.finals.winner();
  assert.deepEqual(roundsOf(run)[1], [FINAL.epochs, [2, 1]]);
  assert.deepEqual(
    run.finals.rungs()[0]!.map(({ reward }) => reward === -1),
    [true, true, false],
  );
  assert.equal(winner!.networkId, IDS[2]);
  // All are below it after so few epochs: nobody behind them is asked.
  const low = halving([3], [[0.5, 0.5, 0.5], [0.9]], { objective });
  assert.equal((await low.finals.winner())!.networkId, IDS[0]);
  assert.deepEqual(roundsOf(low), [[1, [0, 1, 2]], [FINAL.epochs, [0]]]);
});

Deno.test("finalsOf() leaves out rungs after which all would go on", async () => {
  const run = halving([6, 3], [LIKE_LAST, LIKE_LAST, LIKE_LAST]);
  const few = (count: number) =>
    finalsOf(
      searchOptions({
        objective: PLAIN,
        rungs: rungsOf(6, 3),
        evaluator: fakeEvaluator(),
      }),
      CANDIDATES.slice(0, count),
    );
  const trainedOf = async (finals: Finals) => {
    await finals.winner();
    return [...finals.rungs(), finals.trained()].map(({ length }) => length);
  };
  assert.deepEqual(await trainedOf(run.finals), [6, 3, 1]);
  assert.deepEqual(await trainedOf(few(4)), [4, 3, 1]);
  assert.deepEqual(await trainedOf(few(3)), [0, 3, 1]);
  assert.deepEqual(await trainedOf(few(1)), [0, 0, 1]);
  assert.deepEqual(await trainedOf(few(0)), [0, 0, 0]);
  const one = few(1);
  assert.equal(await one.chosen(), CANDIDATES[0]);
  assert.deepEqual(one.requests(), [], "it was trained for nothing");
});

Deno.test("finalsOf() asks a store for what was trained before, and ends alike wherever it was stopped", async () => {
  const engine = { name: "onnx-cpu", version: "1", instructionSet: "any" };
  const store = () => {
    const kept = memoryStore();
    let trained = 0;
    /** Trains, until one too many is asked for. */
    const begin = (most = Infinity) => {
      const executor: Executor = {
        workers: 1,
        register: () => {},
        registerWeights: () => {},
        predict: () => Promise.reject(new Error("nothing is to be predicted")),
        measure: () => Promise.reject(new Error("nothing is to be measured")),
        interrupt: () => {},
        close: () => Promise.resolve(),
        submit({ network, recipe }) {
          if (trained >= most) return Promise.reject(new Error("stop"));
          trained++;
          const accuracy = hashed(network) / recipe.epochs;
          const evaluation = fakeEvaluation(network, accuracy);
          const weights = Uint8Array.of(recipe.epochs);
          return Promise.resolve({ evaluation, weights, seconds: 1 });
        },
      };
      const evaluator = createEvaluator(kept, executor, engine);
      return finalsOf(
        searchOptions({
          evaluator,
          objective: PLAIN,
          rungs: rungsOf(5, 3),
          finalists: 2,
        }),
        CANDIDATES,
      );
    };
    return { begin, trained: () => trained };
  };
  const whole = store();
  const finals = whole.begin();
  const winner = await finals.winner();
  assert.equal(whole.trained(), 5 + 3 + 2);
  for (let most = 0; most < whole.trained(); most++) {
    const { begin, trained } = store();
    await assert.rejects(begin(most).winner(), /stop/);
    assert.equal(trained(), most);
    const again = begin();
    assert.deepEqual(await again.winner(), winner);
    assert.deepEqual(again.rungs(), finals.rungs());
    assert.deepEqual(again.trained(), finals.trained());
    assert.equal(trained(), whole.trained(), "something was trained again");
  }
});

Deno.test("searchStages() starts from the best of the last rung, tells of rungs and counts their seconds", async () => {
  const evaluator = fakeEvaluator();
  const rungs = rungsOf(3);
  const { stages, workerSeconds } = await searchStages(
    searchOptions({ evaluator, rungs }),
  );
  const [removal, shrinkage] = stages;
  const inRung = evaluator.asked.filter(({ request: { recipe } }) =>
    recipe === rungs[0]!.recipe
  );
  assert.equal(inRung.length, 6);
  for (const { rungs: [rung], finals, winner } of stages) {
    assert.equal(rung!.length, 3);
    assert.equal(finals.length, 1);
    const most = Math.max(...rung!.map(({ reward }) => reward));
    const best = rung!.find(({ reward }) => reward === most)!;
    assert.equal(winner!.networkId, best.networkId);
  }
  assert.deepEqual(shrinkage!.base, removal!.winner!.network);
  const finals = evaluator.finals().length;
  const short = new Set(
    evaluator.short().map(({ request: { network, recipe, data } }) =>
      JSON.stringify([networkId(network), recipe, data])
    ),
  );
  assert.equal(
    workerSeconds,
    short.size * SECONDS.short + finals * SECONDS.final,
  );
});
