/** Searches whose students start from the weights of what they were made of. */

import assert from "node:assert/strict";
import {
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  createEvaluator,
  evaluationKey,
  type EvaluationRequest,
  type Executor,
  type Inheritance,
  type SearchOptions,
  type SearchResult,
  searchStages,
  type StageOutcome,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { parameterLayers } from "../../lib/training/mod.ts";
import { makeRecipe } from "../training/_problem.ts";
import { FINAL, searchOptions, STUDENTS } from "./_evaluator.ts";
import { CONFIG, fakeEvaluation, forAll, PLAN } from "./_search.ts";
import { TWINS } from "./_twins.ts";

const ENGINE = { name: "onnx-cpu", version: "1", instructionSet: "any" };
const TEACHER_WEIGHTS = new TextEncoder().encode("the teacher's weights");
const RUNG = makeRecipe({ epochs: 4 });

/** Weights that are nobody else's: what was asked for. */
function weightsOf(request: EvaluationRequest): Uint8Array {
  return new TextEncoder().encode(evaluationKey(request, ENGINE));
}

/** An accuracy that the whole request decides, and so where it starts. */
function accuracyOf(request: EvaluationRequest): number {
  const digest = sha256Hex(evaluationKey(request, ENGINE));
  return 0.5 + parseInt(digest.slice(0, 8), 16) / 2 ** 33;
}

/** What a search may be told beside its inheritance. */
interface Changes extends Partial<SearchOptions> {
  /** Of each stage. */
  readonly iterations?: number;
  readonly inherits?: Partial<Inheritance> | false;
  /** Trainings after which there are no more. */
  readonly most?: number;
}

/** A search of students of {@link TWINS}, and all that it had trained. */
function search(
  {
    inherits = {},
    most = Infinity,
    store = memoryStore(),
    iterations = 6,
    ...changes
  }: Changes = {},
) {
  const trained: EvaluationRequest[] = [];
  const read: EvaluationRequest[] = [];
  const known = new Set<string>();
  const executor: Executor = {
    workers: 1,
    register: () => {},
    registerWeights: (id) => void known.add(id),
    predict: () => Promise.reject(new Error("nothing is to be predicted")),
    measure: () => Promise.reject(new Error("nothing is to be measured")),
    interrupt: () => {},
    close: () => Promise.resolve(),
    submit(request) {
      const { network, recipe, start } = request;
      if (trained.length >= most) return Promise.reject(new Error("stop"));
      assert(start === undefined || known.has(start.weights));
      trained.push(request);
      return Promise.resolve({
        evaluation: fakeEvaluation(network, accuracyOf(request)),
        weights: weightsOf(request),
        seconds: recipe.epochs,
      });
    },
  };
  const evaluator = createEvaluator(store, executor, ENGINE);
  const inheritance: Inheritance = {
    importance: "filterL1",
    observe: 0,
    finals: false,
    teacher: TEACHER_WEIGHTS,
    register(weights) {
      const id = sha256Hex(weights);
      executor.registerWeights(id, weights);
      return id;
    },
    ...inherits || {},
  };
  const options = searchOptions({
    store,
    evaluator: {
      ...evaluator,
      weights(request) {
        read.push(request);
        return evaluator.weights(request);
      },
    },
    teacher: TWINS,
    objective: createObjective({
      teacher: { parameters: countParameters(TWINS), accuracy: 0.9 },
    }),
    plan: {
      ...PLAN,
      config: forAll({ ...CONFIG, iterations, initialKeepBias: 1 }),
    },
    ...(inherits === false ? {} : { inheritance }),
    ...changes,
  });
  return { trained, read, known, result: searchStages(options) };
}

/** The requests of a kind of training. */
function withRecipe(
  requests: readonly EvaluationRequest[],
  recipe: EvaluationRequest["recipe"],
): readonly EvaluationRequest[] {
  return requests.filter((request) => request.recipe === recipe);
}

/** As text, in which bytes are their digest. */
function text(result: SearchResult): string {
  return JSON.stringify(
    result,
    (_, value) => value instanceof Uint8Array ? sha256Hex(value) : value,
  );
}

/** What tells a stage's students apart. */
function studentsOf(
  { base, space, records }: StageOutcome,
): ReadonlySet<string> {
  return new Set(
    records.flatMap(({ proposals }) =>
      proposals.flatMap(({ actions }) => {
        const outcome = space.apply(actions);
        if (!outcome.ok) return [];
        const { network, origin } = outcome;
        const layers = parameterLayers(network, base, origin);
        return [identity({ network, layers })];
      })
    ),
  );
}

function identity(
  { network, layers }: {
    readonly network: Network;
    readonly layers: readonly number[];
  },
): string {
  return `${networkId(network)} ${layers}`;
}

Deno.test("searchStages() has the first stage's students start from the teacher and the second's from the first winner", async () => {
  const { trained, read, known, result } = search();
  const { stages } = await result;
  const [removal, shrinkage] = stages as [StageOutcome, StageOutcome];
  const winner = removal.winner!.request;
  // Of the last winner nothing is inherited.
  assert.deepEqual(read, [winner]);
  assert.equal(winner.recipe, FINAL);
  const ids = [TEACHER_WEIGHTS, weightsOf(winner)].map((each) =>
    sha256Hex(each)
  );
  assert.deepEqual([...known], ids);
  for (const [at, stage] of [removal, shrinkage].entries()) {
    const requests = withRecipe(trained, STUDENTS[stage.kind]);
    assert(requests.length > 5, "the case needs students");
    for (const { start } of requests) {
      assert.deepEqual(start, {
        base: [TWINS, winner.network][at],
        weights: ids[at],
        layers: start!.layers,
        importance: "filterL1",
      });
    }
    assert.deepEqual(
      new Set(
        requests.map(({ network, start }) =>
          identity({ network, layers: start!.layers })
        ),
      ),
      studentsOf(stage),
    );
  }
  // Final trainings start from fresh weights unless they are told otherwise.
  const finals = withRecipe(trained, FINAL);
  assert.equal(finals.length, 2);
  for (const request of finals) assert.equal("start" in request, false);
});

Deno.test("searchStages() has students and finals start as the inheritance says", async () => {
  const { trained, result } = search({
    inherits: { finals: true, observe: 300, importance: "foldedL1" },
    rungs: [{ students: 3, recipe: RUNG }],
  });
  const { stages } = await result;
  for (const { start } of trained) {
    assert.equal(start!.observe, 300);
    assert.equal(start!.importance, "foldedL1");
  }
  for (const { kind, base, rungs, winner } of stages) {
    const { network, start } = winner!.request;
    assert.equal(start!.base, base);
    // As it did when it was a candidate.
    const candidates = withRecipe(trained, STUDENTS[kind]);
    const same = candidates.filter((each) =>
      networkId(each.network) === networkId(network) &&
      each.start!.layers.join() === start!.layers.join()
    );
    assert.deepEqual(same.map((each) => each.start), [start]);
    assert.equal(rungs[0]!.length, 3);
  }
  assert.equal(withRecipe(trained, RUNG).length, 6);
});

Deno.test("searchStages() has the second stage start from the weights of the longest rung where there is one", async () => {
  const rungs = [
    { students: 4, recipe: makeRecipe({ epochs: 3 }) },
    { students: 2, recipe: RUNG },
  ];
  const { trained, read, result } = search({ rungs });
  const { stages } = await result;
  const [, shrinkage] = stages as [StageOutcome, StageOutcome];
  const [rung, ...others] = read;
  assert.deepEqual(others, []);
  assert.equal(rung!.recipe, RUNG);
  assert.equal(networkId(rung!.network), networkId(shrinkage.base));
  const requests = withRecipe(trained, STUDENTS.shrinkage);
  assert(requests.length > 0);
  for (const { start } of requests) {
    assert.equal(start!.weights, sha256Hex(weightsOf(rung!)));
    assert.equal(start!.base, shrinkage.base);
  }
});

Deno.test("searchStages() reads no weights when there is one stage, and names no start when nothing is inherited", async () => {
  const one = search({ plan: { ...PLAN, stages: ["removal"] } });
  await one.result;
  assert.deepEqual(one.read, []);
  assert.equal(one.known.size, 1);
  const none = search({ inherits: false });
  const { stages } = await none.result;
  assert.equal(stages.length, 2);
  assert.deepEqual([none.read, none.known.size], [[], 0]);
  for (const request of none.trained) {
    assert.equal("start" in request, false);
  }
});

Deno.test("searchStages() trains and counts students of one network apart when they inherit other layers", async () => {
  const { trained, result } = search();
  const { stages, workerSeconds } = await result;
  const [removal] = stages;
  const students = withRecipe(trained, STUDENTS.removal);
  const networks = new Set(students.map(({ network }) => networkId(network)));
  assert(
    networks.size < students.length,
    "the case needs a network with two origins",
  );
  const first = removal!.records.flatMap(({ proposals }) =>
    proposals.filter(({ repeated }) => repeated === false)
  );
  assert.equal(first.length, students.length);
  assert.equal(
    workerSeconds,
    trained.reduce((sum, { recipe }) => sum + recipe.epochs, 0),
  );
});

Deno.test("searchStages() gives the unbroken run's result when students inherit and any training is the last", async () => {
  const changes: Changes = {
    inherits: { finals: true, observe: 10 },
    rungs: [{ students: 3, recipe: RUNG }],
    iterations: 3,
  };
  const whole = search(changes);
  const unbroken = await whole.result;
  assert.equal(unbroken.stages.length, 2);
  for (let most = 0; most < whole.trained.length; most++) {
    const store = memoryStore();
    const stopped = search({ ...changes, store, most });
    await assert.rejects(stopped.result, { message: "stop" });
    const again = search({ ...changes, store });
    assert.equal(text(await again.result), text(unbroken));
    assert.equal(
      stopped.trained.length + again.trained.length,
      whole.trained.length,
      "something was trained again",
    );
  }
});
