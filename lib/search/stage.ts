/**
 * One stage of the search: a policy proposes students, their rewards train it
 * (paper section 3, algorithm 1).
 *
 * @module
 */

import type { Rejection, ShrinkOptions } from "../compress/mod.ts";
import { countParameters, type Network, networkId } from "../network/mod.ts";
import {
  movingAverage,
  type PolicyKind,
  type PolicyState,
  type Sample,
  SHRINK_RATIOS,
  type UpdateReport,
} from "../policy/mod.ts";
import { compressionOf, DEGENERATE_REWARD, reward } from "../reward/mod.ts";
import {
  applyActions,
  createStagePolicy,
  rolloutStreams,
  sequenceOf,
} from "./proposals.ts";
import type { Evaluation } from "./evaluation.ts";

/** How a stage searches. */
export interface StageConfig {
  /** Policy updates, >= 1. */
  readonly iterations: number;
  /** Students proposed per update, >= 1. */
  readonly rollouts: number;
  /** Adam's step size for the policy, > 0. */
  readonly learningRate: number;
  /** Units of each LSTM layer and direction, >= 1. */
  readonly hidden: number;
  /** Weight of the policy's entropy in its loss, >= 0. */
  readonly entropyWeight: number;
  /** Added at the start to the logit of "keep" or "ratio 1". */
  readonly initialKeepBias: number;
  /** Whether an update divides the advantages by their standard deviation. */
  readonly normaliseAdvantage: boolean;
  /** Weight of the past in the moving-average baseline, in [0, 1]. */
  readonly baselineDecay: number;
}

/** The network that rewards compare with, in both stages. */
export interface TeacherReference {
  /** Trainable parameters. */
  readonly parameters: number;
  /** On the same validation images as the students', in (0, 1]. */
  readonly accuracy: number;
}

/** One proposed student and what became of it. */
export interface Proposal {
  /** The policy's action for each leaf. */
  readonly actions: readonly number[];
  /** R, or -1. */
  readonly reward: number;
  /** Why there is no student; the rest is then absent. */
  readonly rejection?: Rejection;
  /** Id of the student. */
  readonly networkId?: string;
  /** Trainable parameters. */
  readonly parameters?: number;
  /** C = 1 - parameters / teacher's. */
  readonly compression?: number;
  /** Validation accuracy after the short training. */
  readonly accuracy?: number;
  /** Whether the same network was proposed before in this stage. */
  readonly repeated?: boolean;
  /** Epochs trained for it; 0 when repeated. */
  readonly epochs?: number;
  /** Why its training failed: it then scores as a degenerate network. */
  readonly failure?: string;
}

/** One policy update and the proposals behind it. */
export interface IterationRecord {
  /** From 0. */
  readonly iteration: number;
  /** One a rollout. */
  readonly proposals: readonly Proposal[];
  /** b: what the rewards were compared with. */
  readonly baseline: number;
  /** What the policy update saw. */
  readonly update: UpdateReport;
  /**
   * The policy before the update, per leaf: probability of keep (stage 1),
   * expected ratio (stage 2; mean over the proposals). Four decimals.
   */
  readonly tendency: readonly number[];
}

/** What a stage needs to continue after a given iteration. */
export interface StageCheckpoint {
  /** Iterations done. */
  readonly iterations: number;
  /** Parameters and optimiser. */
  readonly policy: PolicyState;
  /** The moving average so far. */
  readonly average: number;
}

/** Where a stage keeps its progress. */
export interface StageJournal {
  /** Records of finished iterations in order, and the latest checkpoint. */
  load(): {
    readonly records: readonly IterationRecord[];
    readonly checkpoint: StageCheckpoint | undefined;
  };
  /** Keeps both or neither. */
  save(record: IterationRecord, checkpoint: StageCheckpoint): void;
}

/** What {@link runStage} needs. */
export interface StageOptions {
  /** Which stage. */
  readonly kind: PolicyKind;
  /** The network whose layers the policy decides on. */
  readonly base: Network;
  /** What rewards compare with. */
  readonly teacher: TeacherReference;
  /** How to search. */
  readonly config: StageConfig;
  /** Rules of layer shrinkage (stage 2). */
  readonly shrink: ShrinkOptions;
  /** The run's seed, >= 1. */
  readonly seed: number;
  /** Trains and validates a student; equal networks give equal evaluations. */
  readonly evaluate: (network: Network) => Promise<Evaluation>;
  /** Where progress is kept. */
  readonly journal: StageJournal;
  /** Called after each iteration that was run, not for restored ones. */
  readonly onIteration?: (record: IterationRecord) => void;
  /** Asked before each iteration; true ends the stage early by throwing its error. */
  readonly throwIfInterrupted?: () => void;
}

/** A student that was trained, with its place in the search. */
export interface Candidate {
  /** The student. */
  readonly network: Network;
  /** Id of the student. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** R, or -1. */
  readonly reward: number;
  /** Validation accuracy after the short training. */
  readonly accuracy: number;
  /** Iteration that proposed it first, from 0. */
  readonly iteration: number;
}

/** What a stage found. */
export interface StageResult {
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /** Distinct students by falling reward; equal ones by size, then by id. */
  readonly candidates: readonly Candidate[];
}

/** Scores one evaluated student. */
function score(
  { teacher }: StageOptions,
  network: Network,
  { accuracy, failure }: Evaluation,
): Pick<Proposal, "reward" | "parameters" | "compression" | "accuracy"> {
  const parameters = countParameters(network);
  const compression = compressionOf({
    studentParameters: parameters,
    teacherParameters: teacher.parameters,
  });
  return {
    parameters,
    compression,
    accuracy,
    reward: failure === undefined
      ? reward({ accuracy, teacherAccuracy: teacher.accuracy, compression })
      : DEGENERATE_REWARD,
  };
}

/** Evaluates an iteration's samples together; equal networks share one training. */
async function propose(
  options: StageOptions,
  samples: readonly Sample[],
  seen: Set<string>,
): Promise<readonly Proposal[]> {
  const planned = samples.map(({ actions }) => {
    const outcome = applyActions(options, actions);
    if (!outcome.ok) return { actions, rejection: outcome.rejection };
    const { network } = outcome;
    const id = networkId(network);
    const repeated = seen.has(id);
    seen.add(id);
    return { actions, network, id, repeated };
  });
  return await Promise.all(planned.map(async (plan): Promise<Proposal> => {
    if (plan.network === undefined) {
      return { ...plan, reward: DEGENERATE_REWARD };
    }
    const { actions, network, id, repeated } = plan;
    const evaluation = await options.evaluate(network);
    return {
      actions,
      networkId: id,
      ...score(options, network, evaluation),
      repeated,
      epochs: repeated ? 0 : evaluation.losses.length,
      ...(evaluation.failure === undefined ? {} : {
        failure:
          `${evaluation.failure.reason} at step ${evaluation.failure.step}`,
      }),
    };
  }));
}

/** Probability of keep, or expected ratio, per leaf. */
function tendencyOf(
  kind: PolicyKind,
  samples: readonly Sample[],
): readonly number[] {
  const values = kind === "removal" ? [0, 1] : SHRINK_RATIOS;
  const leaves = samples[0]!.probabilities.length;
  return Array.from({ length: leaves }, (_, leaf) => {
    const mean = samples.reduce(
      (sum, { probabilities }) =>
        sum +
        probabilities[leaf]!.reduce(
          (s, p, action) => s + p * values[action]!,
          0,
        ),
      0,
    ) / samples.length;
    return Math.round(mean * 1e4) / 1e4;
  });
}

/** Ranks the distinct students of all records. */
function rank(
  options: StageOptions,
  records: readonly IterationRecord[],
): readonly Candidate[] {
  const byId = new Map<string, Candidate>();
  for (const { iteration, proposals } of records) {
    for (const proposal of proposals) {
      const { networkId: id, failure, actions } = proposal;
      if (id === undefined || failure !== undefined || byId.has(id)) continue;
      const outcome = applyActions(options, actions);
      if (!outcome.ok) continue;
      byId.set(id, {
        network: outcome.network,
        networkId: id,
        parameters: proposal.parameters!,
        reward: proposal.reward,
        accuracy: proposal.accuracy!,
        iteration,
      });
    }
  }
  return [...byId.values()].sort((a, b) =>
    b.reward - a.reward || a.parameters - b.parameters ||
    (a.networkId < b.networkId ? -1 : 1)
  );
}

/**
 * Runs a stage to its end, from where its journal stands. Interrupted at any
 * point and run again, it gives the same result.
 *
 * @param options See {@link StageOptions}.
 */
export async function runStage(options: StageOptions): Promise<StageResult> {
  const { kind, config, journal, onIteration, throwIfInterrupted } = options;
  const restored = journal.load();
  const records = [...restored.records];
  const seen = new Set(
    records.flatMap(({ proposals }) =>
      proposals.flatMap(({ networkId }) => networkId ?? [])
    ),
  );
  const sequence = sequenceOf(options);
  const policy = createStagePolicy(options);
  try {
    let average = restored.checkpoint?.average;
    if (restored.checkpoint !== undefined) {
      policy.restore(restored.checkpoint.policy);
    }
    for (
      let iteration = records.length;
      iteration < config.iterations;
      iteration++
    ) {
      throwIfInterrupted?.();
      const samples = policy.sample(
        sequence,
        rolloutStreams(options, iteration),
      );
      const proposals = await propose(options, samples, seen);
      const rewards = proposals.map((proposal) => proposal.reward);
      const { baseline, next } = movingAverage(average, rewards, {
        decay: config.baselineDecay,
      });
      const update = policy.update(
        sequence,
        proposals.map(({ actions, reward }) => ({
          actions,
          advantage: reward - baseline,
        })),
      );
      average = next;
      const record: IterationRecord = {
        iteration,
        proposals,
        baseline,
        update,
        tendency: tendencyOf(kind, samples),
      };
      journal.save(record, {
        iterations: iteration + 1,
        policy: policy.state(),
        average,
      });
      records.push(record);
      onIteration?.(record);
    }
  } finally {
    policy.dispose();
  }
  return { records, candidates: rank(options, records) };
}
