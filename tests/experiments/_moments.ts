/**
 * Moments of a tiny run that its store shows.
 *
 * @module
 */

import { allowVariables } from "../_tasks.ts";
import { type CommandOptions, ITERATIONS } from "./_run.ts";
import type { Moment } from "./_traces.ts";

/** In their order, each right after something was stored. */
export const MOMENTS: Readonly<Record<string, Moment>> = {
  "an epoch of the teacher": ({ trainings }) => trainings > 0,
  "the teacher": ({ weights }) => weights > 0,
  "the teacher's logits": ({ logits }) => logits > 0,
  "the first student": ({ evaluations }) => evaluations > 1,
  "the first iteration": ({ iterations }) => iterations > 0,
  "the first shrinkage": ({ iterations }) => iterations > 3,
  "the last iteration": ({ iterations }) => iterations === ITERATIONS,
  "the first final training": ({ weights }) => weights > 1,
  "the first test score": ({ tests }) => tests > 0,
};

/**
 * Options of a run that sends itself signals.
 *
 * @param when A name of {@link MOMENTS}, or that and " + " and milliseconds.
 * @param signals Which, the second as soon as the first was heard.
 */
export function signalled(
  when: string,
  ...signals: readonly Deno.Signal[]
): Pick<CommandOptions, "deno" | "env"> {
  return {
    deno: [
      // Only who may run everything may kill.
      ...["--allow-run", allowVariables("N2N_KILL_WHEN", "N2N_KILL_WITH")],
      ...["--preload", "tests/experiments/_kill_itself.ts"],
    ],
    env: { N2N_KILL_WHEN: when, N2N_KILL_WITH: signals.join(" ") },
  };
}
