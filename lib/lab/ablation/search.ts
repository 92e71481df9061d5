/**
 * One search of an arm, and what is kept of it.
 *
 * @module
 */

import { DEGENERATE_REWARD, type Objective } from "../../reward/mod.ts";
import {
  type ActionSpace,
  type Candidate,
  type Evaluation,
  type IterationRecord,
  type Proposal,
  runStage,
  type SearchPlan,
  type StageJournal,
  stageSpace,
  stageStrategy,
  type Student,
} from "../../search/mod.ts";
import type { Network } from "../../network/mod.ts";
import type { AblationSearch } from "./content.ts";
import type { Ablation } from "./ablation.ts";

/** Where searches get their students from. */
export interface Students {
  /** The space that they are proposed in, of the one that an arm would have. */
  readonly spaceOf: (space: ActionSpace) => ActionSpace;
  /** Trains or looks up a student. */
  readonly evaluate: (student: Student) => Promise<Evaluation>;
  /** What tells students apart. */
  readonly identify: (student: Student) => string;
}

/** What {@link searchOnce} needs. */
export interface SearchOnceOptions {
  /** How the search goes. */
  readonly plan: SearchPlan;
  /** The stage. */
  readonly stage: Ablation["stage"];
  /** The network that students are made of. */
  readonly teacher: Network;
  /** What a student is worth to the search. */
  readonly objective: Objective;
  /** What a student is worth by the measure that is the same for all arms. */
  readonly yardstick: Yardstick;
  /** Whether there are limits: then it is counted how often late students break one. */
  readonly isLimited: boolean;
  /** Called after each iteration. */
  readonly onIteration?: (record: IterationRecord) => void;
  /** Asked before each iteration. */
  readonly throwIfInterrupted?: () => void;
}

/** R of the paper without limits, of a student's accuracy and size. */
export type Yardstick = (
  student: { readonly accuracy: number; readonly parameters: number },
) => number;

/** A search with the student that it chose, which is still to be looked at again. */
export interface Searched {
  /** What is kept of it. */
  readonly summary: Omit<AblationSearch, "chosen">;
  /** What it found. */
  readonly chosen?: Candidate;
}

/**
 * Runs a search.
 *
 * @param students Where its students come from.
 * @param options See {@link SearchOnceOptions}.
 */
export async function searchOnce(
  { spaceOf, evaluate, identify }: Students,
  options: SearchOnceOptions,
): Promise<Searched> {
  const { plan, stage, teacher, objective } = options;
  const { onIteration, throwIfInterrupted } = options;
  const space = spaceOf(stageSpace(plan, stage, teacher));
  const { records, candidates: [chosen] } = await runStage({
    space,
    strategy: stageStrategy(plan, space),
    objective,
    length: plan.config[stage],
    evaluate,
    identify,
    journal: NO_JOURNAL,
    ...(onIteration === undefined ? {} : { onIteration }),
    ...(throwIfInterrupted === undefined ? {} : { throwIfInterrupted }),
  });
  const proposals = records.flatMap((record) => record.proposals);
  return {
    summary: {
      seed: plan.seed,
      proposed: proposals.length,
      distinct: proposals.filter(({ repeated }) => repeated === false).length,
      meanReward: meanReward(proposals, options.yardstick),
      ...(options.isLimited ? { violating: violating(records) } : {}),
    },
    ...(chosen === undefined ? {} : { chosen }),
  };
}

/** Its trainings are remembered: a search that was stopped is run again. */
const NO_JOURNAL: StageJournal = {
  load: () => ({ records: [], checkpoint: undefined }),
  save() {},
};

function meanReward(
  proposals: readonly Proposal[],
  yardstick: Yardstick,
): number {
  const rewards = proposals.map(({ accuracy, parameters, failure }) =>
    accuracy === undefined || failure !== undefined
      ? DEGENERATE_REWARD
      : yardstick({ accuracy, parameters: parameters! })
  );
  return rewards.reduce((sum, each) => sum + each, 0) / rewards.length;
}

/** Share of the proposals of the last third of iterations that broke a limit. */
function violating(records: readonly IterationRecord[]): number {
  const late = records.slice(Math.floor(2 * records.length / 3))
    .flatMap(({ proposals }) => proposals);
  const broke = late.filter(({ violation, rejection }) =>
    violation !== undefined || rejection?.rule === "limit"
  );
  return broke.length / late.length;
}
