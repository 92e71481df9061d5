/**
 * From a finished compression to its record: test scores, and all that repeats
 * bit for bit.
 *
 * @module
 */

import type { DataSetHandle } from "../../data/mod.ts";
import {
  countMacs,
  countParameters,
  type Network,
  networkId,
} from "../../network/mod.ts";
import {
  type EngineIdentity,
  type EvaluationRequest,
  type IterationRecord,
  type Ledger,
  ledgerOf,
  type PreparedTeacher,
  type TwoStageResult,
  type Winner,
} from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { DataIdentity } from "../subject/data_options.ts";
import type { Session } from "../session/session.ts";
import { testAccuracy } from "../teacher/test_accuracy.ts";

/** What a compression depends on. */
export interface Identity {
  readonly config: CompressionConfig;
  readonly seed: number;
  readonly engine: EngineIdentity;
  readonly data: DataIdentity;
  /** The teacher, where it was not trained by this run's engine but taken as it was. */
  readonly teacher?: {
    /** SHA-256 of its weights. */
    readonly weights: string;
    /** What trained it. */
    readonly engine: EngineIdentity;
  };
}

/** A trained network and its scores. */
export interface Measured {
  readonly network: Network;
  readonly networkId: string;
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Accuracy on all validation images, in [0, 1]. */
  readonly validation: number;
  /** Accuracy on the test split, in [0, 1]. */
  readonly test: number;
}

/** A stage's winner: what the search saw of it, and what became of it. */
export interface MeasuredWinner extends Measured {
  /** Reward after the short training. */
  readonly reward: number;
  /** Validation accuracy after the short training. */
  readonly searchAccuracy: number;
  /** Iteration that proposed it first. */
  readonly iteration: number;
}

/** One stage of a search in a record. */
export interface StageContent {
  readonly records: readonly IterationRecord[];
  readonly ledger: Ledger;
  readonly winner?: MeasuredWinner;
}

/** The deterministic part of a compression's record. */
export interface CompressionContent {
  readonly identity: Identity;
  readonly teacher: Measured;
  /** Teacher's accuracy on the images that scored candidates. */
  readonly referenceAccuracy: number;
  /** Images that the teacher was run on. */
  readonly teacherForwards: number;
  /** Images that its students were trained on, all epochs together. */
  readonly studentForwards: number;
  readonly removal: StageContent;
  readonly shrinkage?: StageContent;
}

/** Test accuracies by request. */
export type TestScores = ReadonlyMap<EvaluationRequest, number>;

/**
 * Opens the test split and scores teacher and winners on it, each network once.
 */
export async function measureNetworks(
  session: Session,
  dataSet: DataSetHandle,
  prepared: PreparedTeacher,
  { removal, shrinkage }: TwoStageResult,
): Promise<TestScores> {
  const scores = new Map<EvaluationRequest, number>();
  const winners = [removal.winner, shrinkage?.winner].flatMap((winner) =>
    winner?.request ?? []
  );
  for (const request of [prepared.request, ...winners]) {
    const weights = request === prepared.request
      ? prepared.weights
      : session.evaluator.weights(request);
    scores.set(
      request,
      await testAccuracy(session, dataSet, { ...request, weights }),
    );
  }
  return scores;
}

function measured(
  network: Network,
  validation: number,
  test: number,
): Measured {
  return {
    // As given, not canonical: the records' actions count its leaves.
    network,
    networkId: networkId(network),
    parameters: countParameters(network),
    macs: countMacs(network),
    validation,
    test,
  };
}

/** Builds the deterministic part of the record. */
export function compressionContent(
  { identity, prepared, result, tested }: {
    readonly identity: Identity;
    readonly prepared: PreparedTeacher;
    readonly result: TwoStageResult;
    readonly tested: TestScores;
  },
): CompressionContent {
  const stage = (
    { records, winner }: TwoStageResult["removal"],
  ): StageContent => ({
    records,
    ledger: ledgerOf(records),
    ...(winner === undefined ? {} : { winner: measuredWinner(winner, tested) }),
  });
  return {
    identity,
    teacher: measured(
      prepared.network,
      prepared.evaluation.accuracy,
      tested.get(prepared.request)!,
    ),
    referenceAccuracy: prepared.reference.accuracy,
    teacherForwards: prepared.teacherForwards,
    studentForwards: studentForwards(prepared, result),
    removal: stage(result.removal),
    ...(result.shrinkage === undefined
      ? {}
      : { shrinkage: stage(result.shrinkage) }),
  };
}

/** Images that distillation needed the teacher's logits for. */
function studentForwards(
  { searchData, finalData }: PreparedTeacher,
  { removal, shrinkage }: TwoStageResult,
): number {
  const stages = [removal, ...(shrinkage === undefined ? [] : [shrinkage])];
  return stages.reduce(
    (sum, { records, winner }) =>
      sum + ledgerOf(records).studentEpochs * searchData.train.length +
      (winner?.final.losses.length ?? 0) * finalData.train.length,
    0,
  );
}

function measuredWinner(
  { network, reward, accuracy, iteration, final, request }: Winner,
  tested: TestScores,
): MeasuredWinner {
  return {
    ...measured(network, final.accuracy, tested.get(request)!),
    reward,
    searchAccuracy: accuracy,
    iteration,
  };
}
