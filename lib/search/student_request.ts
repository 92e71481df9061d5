import { networkId } from "../network/mod.ts";
import { canonicalJson } from "../random/mod.ts";
import type { EvaluationRequest } from "./evaluation.ts";
import type { StartOf } from "./heritage.ts";
import type { Student } from "./records.ts";

/** How all candidates of a stage are trained. */
export interface StudentTraining
  extends Pick<EvaluationRequest, "recipe" | "data" | "seed" | "engine"> {
  /** Where they start; undefined for fresh weights. */
  readonly start: StartOf | undefined;
}

/**
 * What is asked for of a candidate: whoever asks so shares its training.
 *
 * @param student The candidate.
 * @param training How it is trained.
 */
export function studentRequest(
  { network, origin }: Student,
  { start, recipe, data, seed, engine }: StudentTraining,
): EvaluationRequest {
  return {
    network,
    recipe,
    data,
    seed,
    engine,
    ...(start === undefined ? {} : { start: start({ network, origin }) }),
  };
}

/**
 * What tells a stage's candidates apart: their networks, and where weights are
 * inherited the layers that these are of.
 *
 * @param student The candidate.
 * @param start Where it starts; undefined for fresh weights.
 */
export function studentIdentity(
  student: Student,
  start: StartOf | undefined,
): string {
  const id = networkId(student.network);
  return start === undefined ? id : canonicalJson([id, start(student).layers]);
}
