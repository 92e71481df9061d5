/**
 * A run's course: every student, and what the strategy was, by iteration.
 *
 * @module
 */

import { searchPlanOf, stageTitle, tendencyRows } from "../../lab/mod.ts";
import {
  activationBytes,
  countMacs,
  countParameters,
} from "../../network/mod.ts";
import type { IterationRecord, Proposal } from "../../search/mod.ts";
import type {
  IterationView,
  RunCourse,
  StageView,
  StudentColumns,
  StudentKind,
} from "../model.ts";
import { againOf } from "./again.ts";
import type { KnownRun, KnownStage } from "./known.ts";
import { teacherRows } from "./layers.ts";
import type { Spaces } from "./spaces.ts";

/** Digits of a network's id that are shown. */
const NAME_DIGITS = 8;

/**
 * The course of a run.
 *
 * @param run The run; its identity must be known.
 * @param options Its name on the page, and what makes students.
 */
export function courseOf(
  run: KnownRun,
  { id, spaces }: { readonly id: string; readonly spaces: Spaces },
): RunCourse {
  const { teacher, stages, revision } = run;
  const again = againOf(run);
  return {
    id,
    revision,
    ...(teacher === undefined ? {} : {
      teacher: {
        parameters: countParameters(teacher.network),
        macs: countMacs(teacher.network),
        bytes: activationBytes(teacher.network),
        accuracy: teacher.accuracy,
        layers: teacherRows(teacher.network),
      },
    }),
    ...(again === undefined ? {} : { again }),
    stages: stages.map((stage, index) =>
      stageView(run, stage, { index, spaces })
    ),
  };
}

/** A proposal with its place. */
export interface Placed {
  /** From 0. */
  readonly iteration: number;
  /** What was proposed. */
  readonly proposal: Proposal;
}

/** Every proposal of a stage, in order: their places are those of the columns. */
export function proposalsOf({ records }: KnownStage): readonly Placed[] {
  return records.flatMap(({ iteration, proposals }) =>
    proposals.map((proposal) => ({ iteration, proposal }))
  );
}

/** Network's name in tables. */
export function shortName(networkId: string): string {
  return networkId.slice(0, NAME_DIGITS);
}

function stageView(
  run: KnownRun,
  stage: KnownStage,
  { index, spaces }: { readonly index: number; readonly spaces: Spaces },
): StageView {
  const { config, seed } = run.identity!;
  const { kind, base, records, winner } = stage;
  const space = spaces.spaceOf(run, stage);
  const isWhole = config.space === "leaf" && config.shrink.what === "channels";
  const { labels, free } = tendencyRows(
    { kind, ...(isWhole ? {} : { decisions: space.decisions }) },
    { base, config },
  );
  const placed = proposalsOf(stage);
  const won = winner === undefined
    ? -1
    : placed.findIndex(({ proposal: { networkId, reward } }) =>
      networkId === winner.networkId && reward === winner.reward
    );
  return {
    kind,
    title: stageTitle(kind, index),
    planned: searchPlanOf(config, { seed }).config[kind].iterations,
    rows: labels.map((label, row) => ({ label, free: free[row]! })),
    iterations: records.map(iterationView),
    students: columnsOf(
      placed,
      (actions) => spaces.sizesOf(run, stage, actions),
    ),
    ...(won === -1 ? {} : { winner: won }),
  };
}

function iterationView(
  { tendency, baseline, update }: IterationRecord,
): IterationView {
  return {
    tendency,
    ...(baseline === undefined ? {} : { baseline }),
    ...(update === undefined
      ? {}
      : { entropy: update.entropy, gradientNorm: update.gradientNorm }),
  };
}

function columnsOf(
  placed: readonly Placed[],
  sizesOf: (actions: readonly number[]) => ReturnType<Spaces["sizesOf"]>,
): StudentColumns {
  const column = <T>(of: (proposal: Proposal) => T | undefined) =>
    placed.map(({ proposal }) => of(proposal) ?? null);
  const sizes = placed.map(({ proposal: { networkId, actions } }) =>
    networkId === undefined ? undefined : sizesOf(actions)
  );
  return {
    iteration: placed.map(({ iteration }) => iteration),
    reward: placed.map(({ proposal }) => proposal.reward),
    accuracy: column(({ accuracy, failure }) =>
      failure === undefined ? accuracy : undefined
    ),
    parameters: column(({ parameters }) => parameters),
    macs: sizes.map((each) => each?.macs ?? null),
    bytes: sizes.map((each) => each?.bytes ?? null),
    latency: column(({ latencyMs }) => latencyMs),
    epochs: column(({ epochs }) => epochs),
    name: column(({ networkId }) =>
      networkId === undefined ? undefined : shortName(networkId)
    ),
    kind: placed.map(({ proposal }) => kindOf(proposal)),
    reason: column(({ rejection, failure, violation }) =>
      rejection?.reason ?? failure ?? violation
    ),
  };
}

function kindOf(
  { networkId, failure, violation, repeated }: Proposal,
): StudentKind {
  if (networkId === undefined) return "rejected";
  if (failure !== undefined) return "failed";
  if (violation !== undefined) return "over a limit";
  return repeated ? "repeated" : "new";
}
