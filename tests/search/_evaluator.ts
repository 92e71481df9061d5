/** An evaluator that trains nothing, and options of a search with it. */

import type { Network } from "../../lib/network/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  type AskOptions,
  type EvaluationRequest,
  type Evaluator,
  type SearchOptions,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { makeRecipe } from "../training/_problem.ts";
import {
  BASE,
  failedEvaluation,
  fakeEvaluation,
  hashed,
  PLAN,
  TEACHER,
} from "./_search.ts";

export const STUDENTS = {
  removal: makeRecipe({ epochs: 1 }),
  shrinkage: makeRecipe({ epochs: 2 }),
  joint: makeRecipe({ epochs: 3 }),
};
export const FINAL = makeRecipe({ epochs: 9 });

/** What a training costs here, in seconds. */
export const SECONDS = { short: 1, final: 100 };

/** An evaluation that was asked for. */
export interface Asked {
  readonly request: EvaluationRequest;
  readonly options: AskOptions | undefined;
}

/** Accuracies from the network alone; undefined for a training that fails. */
export interface Accuracies {
  readonly short?: (network: Network) => number | undefined;
  readonly final?: (network: Network) => number | undefined;
}

/** An evaluator that remembers what it was asked. */
export interface FakeEvaluator extends Evaluator {
  readonly asked: readonly Asked[];
  /** Those of final trainings. */
  finals(): readonly Asked[];
  /** Those of candidates. */
  short(): readonly Asked[];
}

/** An evaluator that trains nothing. */
export function fakeEvaluator(
  { short = hashed, final = hashed }: Accuracies = {},
): FakeEvaluator {
  const asked: Asked[] = [];
  const isFinal = ({ recipe }: EvaluationRequest) => recipe === FINAL;
  const evaluator: FakeEvaluator = {
    asked,
    finals: () => asked.filter(({ request }) => isFinal(request)),
    short: () => asked.filter(({ request }) => !isFinal(request)),
    cost: { asked: 0, remembered: 0, trained: 0, workerSeconds: 0 },
    evaluate(request, options) {
      asked.push({ request, options });
      const { network } = request;
      const accuracy = (isFinal(request) ? final : short)(network);
      return Promise.resolve(
        accuracy === undefined
          ? failedEvaluation(network)
          : fakeEvaluation(network, accuracy),
      );
    },
    weights: () => new Uint8Array(),
    seconds: (request) => isFinal(request) ? SECONDS.final : SECONDS.short,
    for: () => evaluator,
    settled: () => Promise.resolve(),
  };
  return evaluator;
}

/** Options of a search that trains nothing; anything can be replaced. */
export function searchOptions(
  changes: Partial<SearchOptions> = {},
): SearchOptions {
  return {
    run: "run",
    store: memoryStore(),
    evaluator: fakeEvaluator(),
    objective: createObjective({ teacher: TEACHER }),
    teacher: BASE,
    plan: PLAN,
    students: STUDENTS,
    searchData: "some",
    rungs: [],
    final: FINAL,
    finalData: "all",
    finalists: 1,
    studentSeed: 7,
    engine: "onnx-cpu",
    ...changes,
  };
}
