/**
 * The whole method: layer removal on the teacher, layer shrinkage on the best
 * student of that, each winner trained to the end (paper section 3).
 *
 * @module
 */

import type { ShrinkOptions } from "../compress/mod.ts";
import type { Network } from "../network/mod.ts";
import type { PolicyKind } from "../policy/mod.ts";
import { compressionOf, reward } from "../reward/mod.ts";
import type { Store } from "../store/mod.ts";
import type { Recipe } from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import { storeJournal } from "./journal.ts";
import type { Evaluator } from "./memo.ts";
import {
  type Candidate,
  type IterationRecord,
  runStage,
  type StageConfig,
  type StageResult,
  type TeacherReference,
} from "./stage.ts";

/** What {@link searchTwoStages} needs. */
export interface TwoStageOptions {
  /** Name of the run: stages continue under it. */
  readonly run: string;
  /** Where both stages keep their progress. */
  readonly store: Store;
  /** Trains and remembers students. */
  readonly evaluator: Evaluator;
  /** The network to compress. */
  readonly teacher: Network;
  /** Its size and accuracy. */
  readonly reference: TeacherReference;
  /** The run's seed, >= 1. */
  readonly seed: number;
  /** Name of the engine. */
  readonly engine: string;
  /** Short training that scores a stage's candidates. */
  readonly students: Readonly<Record<PolicyKind, Recipe>>;
  /** Id of the data that candidates are trained and validated on. */
  readonly searchData: string;
  /** Long training of a stage's best candidates. */
  readonly final: Recipe;
  /** Id of the data for it. */
  readonly finalData: string;
  /**
   * How many of a stage's best candidates are trained to the end; the one whose
   * reward is then the highest wins. 1 is the paper's protocol.
   */
  readonly finalists: number;
  /** Stage 1. */
  readonly removal: StageConfig;
  /** Stage 2. */
  readonly shrinkage: StageConfig;
  /** Rules of layer shrinkage. */
  readonly shrink: ShrinkOptions;
  /** Called after each iteration that was run. */
  readonly onIteration?: (kind: PolicyKind, record: IterationRecord) => void;
  /** Called with the network that shrinkage starts from. */
  readonly onBase?: (network: Network) => void;
  /** Called after each epoch of a final training. */
  readonly onFinalEpoch?: (epochs: number) => void;
  /** Asked before each iteration. */
  readonly throwIfInterrupted?: () => void;
}

/** A stage's best student after its final training. */
export interface Winner extends Candidate {
  /** Final training: validation accuracy on all of the validation images. */
  readonly final: Evaluation;
  /** The final training's request: its weights are kept under it. */
  readonly request: EvaluationRequest;
}

/** What came of a stage. */
export interface StageOutcome {
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /** Distinct students that were trained. */
  readonly students: number;
  /** Undefined when every proposal was rejected or failed. */
  readonly winner?: Winner;
}

/** What came of both. */
export interface TwoStageResult {
  /** Seconds of one thread for all trainings, whenever they were run. */
  readonly cpuSeconds: number;
  /** Stage 1. */
  readonly removal: StageOutcome;
  /** Undefined when removal found no student to shrink. */
  readonly shrinkage?: StageOutcome;
}

/**
 * Runs both stages and the final trainings. Interrupted at any point and run
 * again, it gives the same result.
 *
 * @param options See {@link TwoStageOptions}.
 */
export async function searchTwoStages(
  options: TwoStageOptions,
): Promise<TwoStageResult> {
  const removal = await search(options, "removal", options.teacher);
  const base = await choose(options, removal);
  if (base === undefined) {
    return { removal: outcome(removal), cpuSeconds: 0 };
  }
  options.onBase?.(base.network);
  const shrinkage = await search(options, "shrinkage", base.network);
  const smallest = await choose(options, shrinkage);
  // Side by side: each is one thread's work.
  const [first, second] = await Promise.all([
    finish(options, base),
    smallest && finish(options, smallest),
  ]);
  const seconds = (requests: readonly EvaluationRequest[]) =>
    requests.reduce((sum, each) => sum + options.evaluator.seconds(each), 0);
  const finals = [first, second].flatMap((winner) => winner?.request ?? []);
  return {
    cpuSeconds: seconds(finals) +
      seconds(
        removal.candidates.map((each) =>
          studentRequest(options, "removal", each.network)
        ),
      ) +
      seconds(
        shrinkage.candidates.map((each) =>
          studentRequest(options, "shrinkage", each.network)
        ),
      ),
    removal: outcome(removal, first),
    shrinkage: outcome(shrinkage, second),
  };
}

function search(
  options: TwoStageOptions,
  kind: PolicyKind,
  base: Network,
): Promise<StageResult> {
  const { onIteration, throwIfInterrupted } = options;
  return runStage({
    kind,
    base,
    teacher: options.reference,
    config: options[kind],
    shrink: options.shrink,
    seed: options.seed,
    evaluate: (network) =>
      options.evaluator.evaluate(studentRequest(options, kind, network)),
    journal: storeJournal(options.store, `${options.run}/${kind}`),
    ...(onIteration === undefined ? {} : {
      onIteration: (record) => onIteration(kind, record),
    }),
    ...(throwIfInterrupted === undefined ? {} : { throwIfInterrupted }),
  });
}

function studentRequest(
  { students, searchData, seed, engine }: TwoStageOptions,
  kind: PolicyKind,
  network: Network,
): EvaluationRequest {
  return { network, recipe: students[kind], data: searchData, seed, engine };
}

function finalRequest(
  { final, finalData, seed, engine }: TwoStageOptions,
  { network }: Candidate,
): EvaluationRequest {
  return { network, recipe: final, data: finalData, seed, engine };
}

/** Final trainings are long, and their weights are wanted. */
function trainFinally(
  options: TwoStageOptions,
  request: EvaluationRequest,
): Promise<Evaluation> {
  const { evaluator, onFinalEpoch } = options;
  return evaluator.evaluate(request, {
    weights: true,
    checkpoints: true,
    ...(onFinalEpoch === undefined ? {} : { onEpoch: onFinalEpoch }),
  });
}

/** The candidate to go on with. */
async function choose(
  options: TwoStageOptions,
  { candidates }: StageResult,
): Promise<Candidate | undefined> {
  const finalists = candidates.slice(0, options.finalists);
  if (finalists.length < 2) return finalists[0];
  const rewards = await Promise.all(finalists.map(async (candidate) => {
    const request = finalRequest(options, candidate);
    const { accuracy } = await trainFinally(options, request);
    return reward({
      accuracy,
      teacherAccuracy: options.reference.accuracy,
      compression: compressionOf({
        studentParameters: candidate.parameters,
        teacherParameters: options.reference.parameters,
      }),
    });
  }));
  return finalists[rewards.indexOf(Math.max(...rewards))];
}

async function finish(
  options: TwoStageOptions,
  candidate: Candidate,
): Promise<Winner> {
  const request = finalRequest(options, candidate);
  const final = await trainFinally(options, request);
  return { ...candidate, final, request };
}

function outcome(
  { records, candidates }: StageResult,
  winner?: Winner,
): StageOutcome {
  return {
    records,
    students: candidates.length,
    ...(winner === undefined ? {} : { winner }),
  };
}
