/**
 * One plan on one subject with one search seed, and what it came to.
 *
 * @module
 */

import { recordSlug } from "../../report/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type { CellLab, CellResult, RecordedCell } from "../cells/experiment.ts";
import type {
  CompressionContent,
  MeasuredWinner,
} from "../compression/content.ts";
import { leanResult } from "../compression/lean.ts";
import { runCompression } from "../compression/run.ts";
import { subjectName } from "../compression/titles.ts";
import type { CompressionConfig } from "../options/compression.ts";
import {
  STAGE_PLAN_NAMES,
  type StagePlanName,
} from "../options/stage_plans.ts";
import { dataSlug } from "../subject/data_options.ts";
import { subjectKey } from "../subject/subject.ts";

/**
 * Runs a compression and keeps what {@link leanResult} does. The environment's detail
 * "teacher" are the seconds of the teacher's training, which all cells of a subject
 * share.
 *
 * @param lab Where it is run.
 */
export async function runPlan(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<CompressionContent>> {
  const { failure, ...result } = leanResult(await runCompression(lab));
  return {
    ...result,
    ...(failure === undefined || isFruitless(result.content)
      ? {}
      : { failure }),
    details: { teacher: lab.session.evaluator.seconds(lab.prepared.request) },
  };
}

/**
 * Whether some stage found a student and the others had none to train: a result,
 * not a failure, as a network may have nothing left for a stage.
 *
 * @param content The record's content.
 */
export function isFruitless(
  { stages }: Pick<CompressionContent, "stages">,
): boolean {
  return stages.some(({ winner }) => winner !== undefined) &&
    stages.every(({ winner, rungs = [], finals }) =>
      winner !== undefined || [...rungs.flat(), ...finals].length === 0
    );
}

/** What a plan came to. */
export interface PlanOutcome {
  /** Tells subjects apart. */
  readonly subject: string;
  /** "VGG-13 on MNIST, width 0.25". */
  readonly title: string;
  /** The plan. */
  readonly plan: StagePlanName;
  /** Seed of the search. */
  readonly seed: number;
  /** Its student: the winner of the last stage that has one. */
  readonly student?: MeasuredWinner;
  /**
   * The student's reward with its accuracy on all validation images after the final
   * training; -1 where there is no student.
   */
  readonly reward: number;
  /** The record. */
  readonly cell: RecordedCell<CompressionContent>;
}

/** What a cell came to. */
export function planOutcome(
  cell: RecordedCell<CompressionContent>,
): PlanOutcome {
  const { identity: { config, seed }, stages } = cell.record.deterministic;
  const last = stages.findLast(({ winner }) => winner !== undefined);
  const student = last?.winner;
  const final = last?.finals.find(({ networkId }) =>
    networkId === student!.networkId
  );
  return {
    subject: subjectKey(config),
    title: subjectName(config),
    plan: config.stages,
    seed,
    ...(student === undefined ? {} : { student }),
    reward: final?.reward ?? DEGENERATE_REWARD,
    cell,
  };
}

/** Outcomes of one subject. */
export interface PlanSubject {
  /** "VGG-13 on MNIST, width 0.25". */
  readonly title: string;
  /** For names of files: "mnist-vgg13-w0.25". */
  readonly slug: string;
  /** In the order of the cells. */
  readonly outcomes: readonly PlanOutcome[];
}

/** Outcomes by subject, in the order of their first cells. */
export function planSubjects(
  cells: readonly RecordedCell<CompressionContent>[],
): readonly PlanSubject[] {
  const groups = Map.groupBy(cells.map(planOutcome), ({ subject }) => subject);
  return [...groups.values()].map((outcomes) => {
    const [{ title, cell }] = outcomes as [PlanOutcome];
    const { config } = cell.record.deterministic.identity;
    const { network, width } = config;
    return {
      title,
      slug: recordSlug(`${dataSlug(config)}-${network}-w${width}`),
      outcomes,
    };
  });
}

/** Outcomes of one plan, in the order of the cells. */
export function ofPlan(
  outcomes: readonly PlanOutcome[],
  plan: StagePlanName,
): readonly PlanOutcome[] {
  return outcomes.filter((outcome) => outcome.plan === plan);
}

/** A subject's outcomes by plan, the paper's first, those that there are. */
export function byPlan(
  { outcomes }: PlanSubject,
): readonly (readonly [StagePlanName, readonly PlanOutcome[]])[] {
  return STAGE_PLAN_NAMES
    .map((plan) => [plan, ofPlan(outcomes, plan)] as const)
    .filter(([, own]) => own.length > 0);
}

/** The deterministic part of the record that an outcome is of. */
export function contentOf({ cell }: PlanOutcome): CompressionContent {
  return cell.record.deterministic;
}
