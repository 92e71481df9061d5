/**
 * The end of a command: what its cells came to.
 *
 * @module
 */

import { EXIT, warn } from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import type { Cell } from "./cell.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Tells what could not be run, and how the command ends.
 *
 * @param outcomes How each cell ended.
 * @returns The exit code.
 */
export function conclude(outcomes: ReadonlyMap<Cell, Outcome>): number {
  const all = [...outcomes.values()];
  tellNotRun(outcomes, all.every((outcome) => "error" in outcome));
  for (const [{ name }, outcome] of outcomes) {
    if (outcome.state !== "failed") continue;
    warn(`Failed: ${name}: ${outcome.reason}`);
  }
  const has = (state: Outcome["state"]) =>
    all.some((outcome) => outcome.state === state);
  if (has("failed")) return EXIT.runFailed;
  return has("different") ? EXIT.regression : EXIT.done;
}

/**
 * Tells which cells could not be run, and why.
 *
 * @param outcomes How each cell ended.
 * @param isAll Whether no other cell was run.
 * @throws The reason of the first, for want of data before others, where those
 * are all there are.
 */
export function tellNotRun(
  outcomes: ReadonlyMap<Cell, Outcome>,
  isAll: boolean,
): void {
  const errors = [...outcomes].flatMap(([{ name }, outcome]) =>
    "error" in outcome ? [{ name, error: outcome.error }] : []
  );
  if (isAll) {
    const { error } = errors.find(({ error }) => error instanceof DataError) ??
      errors[0]!;
    throw error;
  }
  const told = new Set<string>();
  for (const { name, error: { message } } of errors) {
    warn(`Not run: ${name}`);
    if (!told.has(message)) warn(`  ${message.replaceAll("\n", "\n  ")}`);
    told.add(message);
  }
}
