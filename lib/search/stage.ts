/**
 * One stage of the search: a strategy proposes students, their rewards teach it
 * (paper section 3, algorithm 1).
 *
 * @module
 */

import type { Outcome } from "../compress/mod.ts";
import { countMacs, type Network, networkId } from "../network/mod.ts";
import {
  DEGENERATE_REWARD,
  type Objective,
  type StudentSizes,
  studentSizes,
} from "../reward/mod.ts";
import type { Evaluation } from "./evaluation.ts";
import {
  distinct,
  goesOn,
  rank,
  type Ranking,
  type StageLength,
} from "./ranking.ts";
import type {
  Candidate,
  IterationRecord,
  Proposal,
  StageJournal,
  Student,
} from "./records.ts";
import type { ActionSpace } from "./space/action_space.ts";
import type { Proposed, Strategy, Worth } from "./strategy/strategy.ts";

/** Measures a network before it is trained. */
export type SizesOf = (network: Network) => Promise<StudentSizes>;

/** What {@link runStage} needs. */
export interface StageOptions {
  /** What is decided, on which network. */
  readonly space: ActionSpace;
  /** Who decides. The stage disposes of it. */
  readonly strategy: Strategy;
  /** What a student is worth. */
  readonly objective: Objective;
  /** How long. */
  readonly length: StageLength;
  /** Measures a student; left out, what its network tells by itself. */
  readonly sizesOf?: SizesOf;
  /** Trains and validates a student. */
  readonly evaluate: (student: Student) => Promise<Evaluation>;
  /**
   * What its evaluation depends on, for students that are the same in all else;
   * left out, the network alone decides.
   */
  readonly identify?: (student: Student) => string;
  /** Where progress is kept. */
  readonly journal: StageJournal;
  /** Called after each iteration that was run, not for restored ones. */
  readonly onIteration?: (record: IterationRecord) => void;
  /** Called with each iteration's record in order, the restored ones first. */
  readonly onRecord?: (record: IterationRecord) => void;
  /** Asked before each iteration; true ends the stage early by throwing its error. */
  readonly throwIfInterrupted?: () => void;
}

/** What a stage found. */
export interface StageResult {
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /**
   * Distinct networks by falling reward; equal ones by size, then by id. Those
   * that failed or break a limit are left out; of students with one network the
   * best one stands for it.
   */
  readonly candidates: readonly Candidate[];
  /** Every distinct student that was trained, failed ones too. */
  readonly trained: readonly Student[];
}

/** A proposal before it is scored. */
interface Plan {
  readonly actions: readonly number[];
  readonly student?: Student & {
    readonly id: string;
    readonly sizes: StudentSizes;
    readonly repeated: boolean;
  };
  /** Of a student that is rejected for its size, where it was measured. */
  readonly latencyMs?: number | undefined;
  readonly rejection?: NonNullable<Proposal["rejection"]>;
}

/** What tells students apart. */
function identityOf({ identify }: StageOptions, student: Student): string {
  return identify?.(student) ?? networkId(student.network);
}

/** What some actions lead to, measured. */
interface Applied {
  readonly actions: readonly number[];
  readonly outcome: Outcome;
  /** Absent where there is no student. */
  readonly sizes?: StudentSizes;
}

/** What the proposals of an iteration lead to. */
async function applyAll(
  { space, sizesOf }: StageOptions,
  proposed: readonly Proposed[],
): Promise<readonly Applied[]> {
  return await Promise.all(proposed.map(async ({ actions }) => {
    const outcome = space.apply(actions);
    if (!outcome.ok) return { actions, outcome };
    const { network } = outcome;
    const sizes = await (sizesOf?.(network) ?? studentSizes(network));
    return { actions, outcome, sizes };
  }));
}

/** What is to be done with it; a student that its size alone damns is not trained. */
function plan(
  options: StageOptions,
  { actions, outcome, sizes }: Applied,
  { seen, iteration }: {
    readonly seen: Set<string>;
    readonly iteration: number;
  },
): Plan {
  if (!outcome.ok) return { actions, rejection: outcome.rejection };
  const { network, origin } = outcome;
  const reason = options.objective.rejects(sizes!, iteration);
  if (reason !== undefined) {
    const rejection = { rule: "limit", reason };
    return { actions, rejection, latencyMs: sizes!.latencyMs };
  }
  const identity = identityOf(options, { network, origin });
  const repeated = seen.has(identity);
  seen.add(identity);
  const id = networkId(network);
  return {
    actions,
    student: { network, origin, id, sizes: sizes!, repeated },
  };
}

/** A measured latency for a record; there is none where none was measured. */
function latencyOf(
  { latencyMs }: { readonly latencyMs?: number | undefined },
): Pick<Proposal, "latencyMs"> {
  return latencyMs === undefined ? {} : { latencyMs };
}

/** A scored student. */
function scored(
  { objective }: StageOptions,
  { actions, student, evaluation, iteration }: {
    readonly actions: readonly number[];
    readonly student: NonNullable<Plan["student"]>;
    readonly evaluation: Evaluation;
    readonly iteration: number;
  },
): Proposal {
  const { id, sizes, repeated } = student;
  const { accuracy, failure, losses } = evaluation;
  const { reward, compression, violation } = objective.score(
    { sizes, accuracy },
    iteration,
  );
  return {
    actions,
    networkId: id,
    parameters: sizes.parameters,
    ...latencyOf(sizes),
    compression,
    accuracy,
    reward: failure === undefined ? reward : DEGENERATE_REWARD,
    // An accuracy that was never measured breaks no limit.
    ...(violation === undefined || failure !== undefined ? {} : { violation }),
    repeated,
    epochs: repeated ? 0 : losses.length,
    ...(failure === undefined
      ? {}
      : { failure: `${failure.reason} at step ${failure.step}` }),
  };
}

/**
 * Evaluates an iteration's proposals together; equal networks share one training.
 * The longest is queued first: a worker that got it last would let the others
 * wait for it.
 */
async function evaluateAll(
  options: StageOptions,
  plans: readonly Plan[],
  iteration: number,
): Promise<readonly Proposal[]> {
  const work = plans.map(({ student }) =>
    student === undefined ? 0 : countMacs(student.network)
  );
  const order = plans.map((_, k) => k).sort((a, b) => work[b]! - work[a]!);
  const proposals: Promise<Proposal>[] = [];
  for (const k of order) {
    const { actions, student, rejection, latencyMs } = plans[k]!;
    proposals[k] = student === undefined
      ? Promise.resolve({
        actions,
        rejection: rejection!,
        reward: DEGENERATE_REWARD,
        ...latencyOf({ latencyMs }),
      })
      : options.evaluate(student).then((evaluation) =>
        scored(options, { actions, student, evaluation, iteration })
      );
  }
  return await Promise.all(proposals);
}

/** Expected share of each decision's layers that is left. */
function tendencyOf(
  { values }: ActionSpace,
  proposed: readonly Proposed[],
): readonly number[] {
  return proposed[0]!.actions.map((_, decision) => {
    const sum = proposed.reduce((all, { actions, probabilities }) => {
      const expected = probabilities === undefined
        ? values[actions[decision]!]!
        : probabilities[decision]!.reduce(
          (s, p, action) => s + p * values[action]!,
          0,
        );
      return all + expected;
    }, 0);
    return Math.round(sum / proposed.length * 1e4) / 1e4;
  });
}

/** What students of earlier iterations are worth at a later one. */
function worthAt(
  { space, objective }: StageOptions,
  { records, iteration }: {
    readonly records: readonly IterationRecord[];
    readonly iteration: number;
  },
): Worth {
  return ({ actions, reward }) => {
    const key = actions.join();
    const known = records.flatMap(({ proposals }) => proposals)
      .findLast((each) => each.actions.join() === key);
    // Who was rejected or failed earns nothing at any time.
    if (known?.accuracy === undefined || known.failure !== undefined) {
      return reward;
    }
    const outcome = space.apply(actions);
    if (!outcome.ok) return reward;
    const sizes = { ...studentSizes(outcome.network), ...latencyOf(known) };
    return objective.score({ sizes, accuracy: known.accuracy }, iteration)
      .reward;
  };
}

/** A student that was trained, as its record tells. */
type Trained = Candidate & Ranking;

/** The students of some records, in the order of their proposals. */
function trainedIn(
  options: StageOptions,
  records: readonly IterationRecord[],
): readonly Trained[] {
  const trained: Trained[] = [];
  for (const { iteration, proposals } of records) {
    for (const proposal of proposals) {
      if (proposal.networkId === undefined) continue;
      const outcome = options.space.apply(proposal.actions);
      if (!outcome.ok) continue;
      const { network, origin } = outcome;
      const identity = identityOf(options, { network, origin });
      trained.push({
        identity,
        network,
        origin,
        networkId: proposal.networkId,
        parameters: proposal.parameters!,
        reward: proposal.reward,
        accuracy: proposal.accuracy!,
        iteration,
        isOut: proposal.failure !== undefined ||
          proposal.violation !== undefined,
      });
    }
  }
  return trained;
}

/**
 * Runs a stage to its end, from where its journal stands. Interrupted at any
 * point and run again, it gives the same result.
 *
 * @param options See {@link StageOptions}.
 */
export async function runStage(options: StageOptions): Promise<StageResult> {
  const { space, strategy, length, journal, onRecord } = options;
  const { onIteration, throwIfInterrupted } = options;
  try {
    const restored = journal.load();
    const records = [...restored.records];
    const seen = new Set(
      trainedIn(options, records).map(({ identity }) => identity),
    );
    if (restored.checkpoint !== undefined) {
      strategy.restore(restored.checkpoint.strategy);
    }
    for (const record of records) onRecord?.(record);
    while (goesOn(length, records)) {
      throwIfInterrupted?.();
      const iteration = records.length;
      const proposed = strategy.propose(iteration, length.rollouts);
      const plans = (await applyAll(options, proposed)).map((each) =>
        plan(options, each, { seen, iteration })
      );
      const proposals = await evaluateAll(options, plans, iteration);
      const lesson = strategy.learn(
        iteration,
        proposals,
        worthAt(options, { records, iteration }),
      );
      const record: IterationRecord = {
        iteration,
        proposals,
        ...lesson,
        tendency: tendencyOf(space, proposed),
      };
      journal.save(record, {
        iterations: iteration + 1,
        strategy: strategy.state(),
      });
      records.push(record);
      onRecord?.(record);
      onIteration?.(record);
    }
    const students = trainedIn(options, records);
    const candidates = rank(students).map(
      ({ identity: _, isOut: __, ...candidate }) => candidate,
    );
    return { records, trained: distinct(students), candidates };
  } finally {
    strategy.dispose();
  }
}
