/** Trainings that tests of the queue ask for. */

import { sha256Hex } from "../../lib/random/mod.ts";
import {
  evaluate,
  type EvaluationRequest,
  type Execution,
} from "../../lib/search/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SMALL,
} from "../training/_problem.ts";
import { ENGINE } from "./_executors.ts";

export const DATA = makeData({
  split: makeSplit({ count: 90 }),
  train: 42,
  validation: 48,
});

/** A training of some milliseconds. */
export function short(seed: number): EvaluationRequest {
  return {
    network: SMALL,
    recipe: makeRecipe(),
    data: "data",
    seed,
    engine: ENGINE.name,
  };
}

/** A training of some seconds, with a checkpoint after each of its epochs. */
export function long(seed: number, epochs = 400): EvaluationRequest {
  const recipe = makeRecipe({ epochs, learningRate: 1e-4 });
  return { ...short(seed), network: NETWORK, recipe };
}

/** All of an outcome but the time. */
export function bits({ evaluation, weights }: Execution) {
  return { evaluation, weights: weights && sha256Hex(weights) };
}

/** What a training gives without any executor. */
export async function direct(
  request: EvaluationRequest,
): Promise<ReturnType<typeof bits>> {
  const outcome = await evaluate(ENGINE, request, DATA);
  if ("stoppedAt" in outcome) throw new Error("nobody stopped it");
  return bits({ ...outcome, seconds: 0 });
}
