/**
 * A cell in the list: how it is, how far, what it cost.
 *
 * @module
 */

import { BEAT_MS, NOT_RUN, stagesOf, subjectName } from "../../lab/mod.ts";
import { ledgerOf } from "../../search/mod.ts";
import type { CostView, PartView, RunState, RunSummary } from "../model.ts";
import type { KnownRun } from "./known.ts";
import type { KnownPlan } from "./store_runs.ts";

/** A run that was not heard of for so long has stopped, or its machine sleeps. */
const SILENT_MS = 4 * BEAT_MS;

/** What a summary needs beside the run. */
export interface Surroundings {
  /** Name of the run on the page. */
  readonly id: string;
  /** The command that it belongs to, where that is known. */
  readonly plan: KnownPlan | undefined;
  /** Whether another cell of the same profile is running. */
  readonly isUnderWay: boolean;
  /** Milliseconds since 1970; undefined where time does not matter. */
  readonly nowMs: number | undefined;
}

/** What a run says of itself; a search of several that is whole says no more. */
function liveOf({ live, search }: KnownRun): KnownRun["live"] {
  return search?.isWhole ? undefined : live ?? search?.cellLive;
}

/** Whether a run says that it goes on. */
export function isRunning(run: KnownRun, nowMs?: number): boolean {
  const live = liveOf(run);
  return live?.state === "running" && nowMs !== undefined &&
    nowMs - live.atMs < SILENT_MS;
}

/** Summarises a cell. */
export function summarise(
  run: KnownRun,
  { id, plan, isUnderWay, nowMs }: Surroundings,
): RunSummary {
  const { question, profile, cell, search, identity, live, stages } = run;
  const planned = plan?.cells.find(({ name }) => name === cell);
  const [state, reason] = stateOf(run, {
    nowMs,
    isWaiting: isUnderWay && planned !== undefined,
  });
  const isOn = state === "running";
  const arm = identity?.arm ?? planned?.arm;
  const seed = identity?.seed ?? planned?.seed;
  const cost = costOf(run);
  return {
    id,
    question,
    profile,
    cell: search === undefined ? cell : `${cell}: ${search.name}`,
    ...(search === undefined ? {} : { search: search.name }),
    ...(identity === undefined
      ? {}
      : { subject: subjectName(identity.config) }),
    ...(arm === undefined ? {} : { arm }),
    ...(seed === undefined ? {} : { seed }),
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(isOn && live?.phase !== undefined ? { phase: live.phase } : {}),
    ...(isOn && live !== undefined
      ? { seconds: live.seconds, share: shareOf(live) }
      : {}),
    ...(state === "silent"
      ? {
        silentSeconds: 60 * Math.floor((nowMs! - liveOf(run)!.atMs) / 60_000),
      }
      : {}),
    ...(isOn ? { workers: liveOf(run)!.workers } : {}),
    ...(cost === undefined ? {} : { cost }),
    parts: partsOf(run, planned),
    ...(stages.length === 0 ? {} : { revision: run.revision }),
  };
}

function stateOf(
  run: KnownRun,
  { nowMs, isWaiting }: {
    readonly nowMs: number | undefined;
    readonly isWaiting: boolean;
  },
): readonly [state: RunState, reason?: string | undefined] {
  const { isRecorded, lacking, search } = run;
  if (search?.isWhole) return ["done"];
  const live = liveOf(run);
  if (isRunning(run, nowMs)) return ["running"];
  if (isRecorded) {
    const lost = lostStage(run);
    return lost === undefined ? ["done"] : ["failed", lost];
  }
  // Its record is being written.
  if (live?.state === "done") return ["done"];
  if (live?.state === "failed") return ["failed", live.reason];
  if (live?.state === "interrupted") return ["interrupted"];
  if (live?.state === "running") return ["silent"];
  if (isWaiting) return ["waiting"];
  if (lacking === undefined || lacking === NOT_RUN) return ["not run"];
  const failure = /^failed: (.*)$/s.exec(lacking);
  return failure === null ? ["not run", lacking] : ["failed", failure[1]];
}

/** A stage of a recorded run that found no winner. */
function lostStage({ identity, stages }: KnownRun): string | undefined {
  if (identity === undefined || stages.length === 0) return undefined;
  const lost = stagesOf(identity.config.stages).find((kind) =>
    stages.every((stage) => stage.kind !== kind || stage.winner === undefined)
  );
  return lost === undefined ? undefined : `stage ${lost} has no winner`;
}

/** By the time that passed, and that is left. */
function shareOf(
  { atMs, startedMs, ownSeconds }: NonNullable<KnownRun["live"]>,
): number {
  const passed = (atMs - startedMs) / 1000;
  return passed + ownSeconds <= 0 ? 0 : passed / (passed + ownSeconds);
}

function costOf(
  { stages, environment, live }: KnownRun,
): CostView | undefined {
  if (stages.length === 0 && environment === undefined && live === undefined) {
    return undefined;
  }
  const ledgers = stages.map(({ records }) => ledgerOf(records, 0));
  const sum = (
    key: "proposed" | "rejected" | "repeated" | "trained" | "failed",
  ) => ledgers.reduce((all, ledger) => all + ledger[key], 0);
  const workerSeconds = environment?.workerSeconds ??
    live?.evaluations.workerSeconds;
  const wallSeconds = environment?.wallSeconds ??
    (live === undefined ? undefined : (live.atMs - live.startedMs) / 1000);
  const remembered = environment?.evaluations.remembered ??
    live?.evaluations.remembered;
  return {
    proposed: sum("proposed"),
    rejected: sum("rejected"),
    repeated: sum("repeated"),
    trained: sum("trained"),
    failed: sum("failed"),
    studentEpochs: ledgers.reduce((all, each) => all + each.studentEpochs, 0),
    ...(workerSeconds === undefined ? {} : { workerSeconds }),
    ...(wallSeconds === undefined ? {} : { wallSeconds }),
    ...(remembered === undefined ? {} : { remembered }),
  };
}

function partsOf(
  { live }: KnownRun,
  planned: KnownPlan["cells"][number] | undefined,
): readonly PartView[] {
  if (live === undefined) {
    return planned?.parts.map(({ name, wallSeconds }) => ({
      name,
      foreseen: wallSeconds,
    })) ?? [];
  }
  const compared = new Map(live.compared.map((each) => [each.part, each]));
  return live.parts.map(({ name, wallSeconds }) => {
    const found = compared.get(name);
    return {
      name,
      foreseen: wallSeconds,
      ...(found === undefined
        ? {}
        : { measured: found.measured, expected: found.expected }),
    };
  });
}
