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
import type { PolicyKind } from "../../policy/mod.ts";
import { type Limits, studentSizes } from "../../reward/mod.ts";
import {
  type Decision,
  type EvaluationRequest,
  type Final,
  type IterationRecord,
  type Latency,
  type Ledger,
  ledgerOf,
  type PreparedTeacher,
  type SearchResult,
  type StageOutcome,
  type Winner,
} from "../../search/mod.ts";
import type { Identity } from "../cells/identity.ts";
import { learnedPolicy } from "../cells/policies.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsOf } from "../options/limits.ts";
import type { Session } from "../session/session.ts";
import { testAccuracy } from "../teacher/test_accuracy.ts";

/** A trained network and its scores. */
export interface Measured {
  /** The network. */
  readonly network: Network;
  /** Its id. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Milliseconds of the prediction of one image, where the limits are on that. */
  readonly latency?: Latency;
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

/** A final training, or one of a rung before it, in a record. */
export interface FinalContent {
  /** Id of the student. */
  readonly networkId: string;
  /** Epochs that it was trained for. */
  readonly epochs: number;
  /** Accuracy on all validation images, in [0, 1]; 0 for a failed training. */
  readonly validation: number;
  /** Reward with that accuracy; -1 where the training failed or a limit is broken. */
  readonly reward: number;
  /** Why the training failed. */
  readonly failure?: string;
}

/** One stage of a search in a record. */
export interface StageContent {
  /** Which stage. */
  readonly kind: PolicyKind;
  /** The network that it started from; left out where that is the teacher. */
  readonly base?: Network;
  /** log2 of the number of action sequences. */
  readonly bits: number;
  /** Leaves that are decided together, and the one size of them that is, where not all is decided together. */
  readonly decisions?: readonly Decision[];
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /** What the proposals came to. */
  readonly ledger: Ledger;
  /**
   * Every training of each rung before the final ones, the best candidate first;
   * left out where there are no rungs.
   */
  readonly rungs?: readonly (readonly FinalContent[])[];
  /** Every final training of the stage's candidates, the best candidate first. */
  readonly finals: readonly FinalContent[];
  /** Id of the policy at the end, where there is one; its file lies beside the record. */
  readonly policy?: string;
  /** Its best student; left out where none was found. */
  readonly winner?: MeasuredWinner;
}

/** The deterministic part of a compression's record. */
export interface CompressionContent {
  /** All that it depends on. */
  readonly identity: Identity<CompressionConfig>;
  /** The teacher. */
  readonly teacher: Measured;
  /** Teacher's accuracy on the images that scored candidates. */
  readonly referenceAccuracy: number;
  /** What limits came to that are parts of what the teacher has. */
  readonly limits?: Limits;
  /** Images that the teacher was run on. */
  readonly teacherForwards: number;
  /** Images that its students were trained on, all epochs together. */
  readonly studentForwards: number;
  /** The stages that were begun, in order. */
  readonly stages: readonly StageContent[];
}

/** Test accuracies by request. */
export type TestScores = ReadonlyMap<EvaluationRequest, number>;

/** What was measured of the networks that a record shows. */
export interface Measurements {
  /** Test accuracies of the teacher and the winners. */
  readonly tested: TestScores;
  /** Of the teacher and the winners, or empty. */
  readonly latencies: ReadonlyMap<Network, Latency>;
}

/**
 * Opens the test split and scores teacher and winners on it, each network once.
 */
export async function measureNetworks(
  session: Session,
  { dataSet, prepared, stages }: {
    readonly dataSet: DataSetHandle;
    readonly prepared: PreparedTeacher;
    readonly stages: readonly StageOutcome[];
  },
): Promise<TestScores> {
  const scores = new Map<EvaluationRequest, number>();
  const winners = stages.flatMap(({ winner }) => winner?.request ?? []);
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
  { validation, test, latency }:
    & Pick<Measured, "validation" | "test">
    & { readonly latency: Latency | undefined },
): Measured {
  return {
    // As given, not canonical: the records' actions count its leaves.
    network,
    networkId: networkId(network),
    parameters: countParameters(network),
    macs: countMacs(network),
    ...(latency === undefined ? {} : { latency }),
    validation,
    test,
  };
}

/** Builds the deterministic part of the record. */
export function compressionContent(
  { identity, prepared, result: { stages }, ...measurements }: Measurements & {
    readonly identity: Identity<CompressionConfig>;
    readonly prepared: PreparedTeacher;
    readonly result: SearchResult;
  },
): CompressionContent {
  const contents = stages.map((stage) =>
    stageContent(stage, { identity, prepared, ...measurements })
  );
  const { network, reference } = prepared;
  const teacher = measured(network, {
    validation: prepared.evaluation.accuracy,
    test: measurements.tested.get(prepared.request)!,
    latency: measurements.latencies.get(network),
  });
  return {
    identity,
    teacher,
    referenceAccuracy: reference.accuracy,
    ...resolvedLimits(identity, teacher, reference),
    teacherForwards: prepared.teacherForwards,
    // Images that distillation needed the teacher's logits for.
    studentForwards: contents.reduce(
      (sum, { ledger, rungs = [], finals }) =>
        [...rungs.flat(), ...finals].reduce(
          (all, { epochs }) => all + epochs * prepared.finalData.train.length,
          sum + ledger.studentImages,
        ),
      0,
    ),
    stages: contents,
  };
}

/** The limits in numbers, where some are parts of what the teacher has. */
function resolvedLimits(
  { config: { limits } }: Identity<CompressionConfig>,
  { network, latency }: Measured,
  { accuracy }: PreparedTeacher["reference"],
): Pick<CompressionContent, "limits"> {
  if (limits.shares === undefined) return {};
  const sizes = {
    ...studentSizes(network),
    ...(latency === undefined ? {} : { latencyMs: latency.medianMs }),
  };
  return { limits: limitsOf(limits, { sizes, accuracy }) };
}

function stageContent(
  stage: StageOutcome,
  { identity: { config }, prepared, ...measurements }: Measurements & {
    readonly identity: Identity<CompressionConfig>;
    readonly prepared: PreparedTeacher;
  },
): StageContent {
  const { kind, base, space, records, rungs, finals, winner } = stage;
  const policy = learnedPolicy(stage);
  return {
    kind,
    ...(base === prepared.network ? {} : { base }),
    bits: space.bits,
    ...(config.space === "leaf" && config.shrink.what === "channels" &&
        !config.faults?.includes("misalignedActions")
      ? {}
      : { decisions: space.decisions }),
    records,
    ledger: ledgerOf(records, prepared.searchData.train.length),
    ...(rungs.length === 0
      ? {}
      : { rungs: rungs.map((rung) => rung.map(finalContent)) }),
    finals: finals.map(finalContent),
    ...(policy === undefined ? {} : { policy: policy.id }),
    ...(winner === undefined
      ? {}
      : { winner: measuredWinner(winner, measurements) }),
  };
}

function finalContent({ networkId, evaluation, reward }: Final): FinalContent {
  const { losses, accuracy, failure } = evaluation;
  return {
    networkId,
    epochs: losses.length,
    validation: accuracy,
    reward,
    ...(failure === undefined
      ? {}
      : { failure: `${failure.reason} at step ${failure.step}` }),
  };
}

function measuredWinner(
  { network, reward, accuracy, iteration, final, request }: Winner,
  { tested, latencies }: Measurements,
): MeasuredWinner {
  return {
    ...measured(network, {
      validation: final.evaluation.accuracy,
      test: tested.get(request)!,
      latency: latencies.get(network),
    }),
    reward,
    searchAccuracy: accuracy,
    iteration,
  };
}
