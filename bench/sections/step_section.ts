/**
 * What is kept of training steps: of this run and of those before it.
 *
 * @module
 */

import { BATCH_SIZE, PREDICTIONS } from "../contenders/contender.ts";
import { BENCH_NETWORKS } from "../networks.ts";
import type { StepNetwork, StepSection } from "../report/mod.ts";
import type { RoundsOutcome } from "../rounds.ts";
import type { BenchContext } from "./context.ts";
import { describeContender } from "./engines.ts";

/** What came of a network's turns. */
export interface Measured {
  /** What is kept of it. */
  readonly entry: StepNetwork;
  /** How often its turns were disturbed. */
  readonly outcome: Pick<RoundsOutcome<number>, "dropped" | "disturbed">;
}

/**
 * The section so far: what this run measured and, of networks that it did not, what
 * an earlier one did. Contenders of a network take turns within one run, so that
 * ratios hold whichever run it was.
 *
 * @param context What is measured with, and what is known.
 * @param measured Networks, and why there is no peak.
 */
export function stepSection(
  { before: { step: before }, ...context }:
    & Pick<BenchContext, "machine" | "rounds" | "repeats" | "watch">
    & Pick<BenchContext, "contenders" | "skipped" | "before">,
  { measured, reason }: {
    readonly measured: readonly Measured[];
    readonly reason: string | undefined;
  },
): StepSection {
  const { machine, rounds, repeats, watch } = context;
  const now = measured.map(({ entry }) => entry);
  const kept = (before?.networks ?? [])
    .filter(({ name }) => !now.some((each) => each.name === name))
    .map((entry) => ({ ...entry, earlier: entry.earlier ?? runOf(before!) }));
  const contenders = context.contenders.map(describeContender);
  const others = (before?.contenders ?? []).filter(({ id }) =>
    kept.some(({ milliseconds }) => id in milliseconds) &&
    !contenders.some((each) => each.id === id)
  );
  return {
    machine,
    rounds,
    repeats,
    watched: watch !== undefined,
    dropped: sumOf(measured, "dropped"),
    disturbed: sumOf(measured, "disturbed"),
    batchSize: BATCH_SIZE,
    predictions: PREDICTIONS,
    contenders: [...contenders, ...others],
    skipped: [
      ...context.skipped,
      ...(reason === undefined ? [] : [{ title: "SGEMM peak", reason }]),
    ],
    networks: BENCH_NETWORKS.flatMap(({ name }) =>
      [...now, ...kept].find((each) => each.name === name) ?? []
    ),
  };
}

/** What is to be said of networks that a later run does not measure. */
function runOf(
  { machine, rounds, repeats, watched, dropped, disturbed, contenders }:
    StepSection,
): StepNetwork["earlier"] {
  return {
    machine,
    rounds,
    repeats,
    watched,
    dropped,
    disturbed,
    versions: Object.fromEntries(
      contenders.map(({ id, version }) => [id, version]),
    ),
  };
}

function sumOf(
  measured: readonly Measured[],
  count: keyof Measured["outcome"],
): number {
  return measured.reduce((sum, { outcome }) => sum + outcome[count], 0);
}
