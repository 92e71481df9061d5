/**
 * One search: layer removal of a network, all students evaluated as in any other
 * search, nothing trained to the end.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import { type PolicyState, unpackPolicyState } from "../../policy/mod.ts";
import type { Objective } from "../../reward/mod.ts";
import {
  type EvaluationRequest,
  type Evaluator,
  type IterationRecord,
  runStage,
  type SearchPlan,
  type StageJournal,
  stageSpace,
  stageStrategy,
  type StrategyState,
  studentIdentity,
  studentRequest,
  type StudentTraining,
} from "../../search/mod.ts";
import { learnedPolicy } from "../cells/policies.ts";
import type { IterationScores, SearchCourse } from "./content.ts";

/** What is searched, and how its students are scored. */
export interface Searched {
  /** The network. */
  readonly network: Network;
  /** What a student is worth. */
  readonly objective: Objective;
  /** How students are trained. */
  readonly training: StudentTraining;
}

/** What {@link searchOnce} needs. */
export interface SearchOnceOptions extends Searched {
  /** How the search goes. */
  readonly plan: SearchPlan;
  /** Trains students, or knows them. */
  readonly evaluator: Evaluator;
  /** Called after each iteration, with its record. */
  readonly onIteration: (record: IterationRecord) => void;
  /** Asked before each iteration. */
  readonly throwIfInterrupted: () => void;
}

/** What came of a search. */
export interface SearchedOnce {
  /** Its course. */
  readonly course: SearchCourse;
  /** The policy at its end. */
  readonly policy: PolicyState;
  /** What the policy is known by when it is carried on. */
  readonly policyId: string;
  /** The trainings of its students, by what tells these apart. */
  readonly trainings: ReadonlyMap<string, EvaluationRequest>;
}

/**
 * Runs a search. Its evaluations are remembered, so that one that was stopped is
 * run again at the cost of its policy alone.
 *
 * @param options See {@link SearchOnceOptions}.
 */
export async function searchOnce(
  options: SearchOnceOptions,
): Promise<SearchedOnce> {
  const { network, objective, training, plan, evaluator } = options;
  const space = stageSpace(plan, "removal", network);
  const strategy = stageStrategy(plan, space);
  const identify = (student: Parameters<typeof studentIdentity>[0]) =>
    studentIdentity(student, training.start);
  let learned: StrategyState | undefined;
  const { records, trained } = await runStage({
    space,
    strategy: {
      ...strategy,
      dispose() {
        learned = strategy.state();
        strategy.dispose();
      },
    },
    objective,
    length: plan.config.removal,
    evaluate: (student) =>
      evaluator.evaluate(studentRequest(student, training)),
    identify,
    journal: NO_JOURNAL,
    onIteration: options.onIteration,
    throwIfInterrupted: options.throwIfInterrupted,
  });
  return {
    course: courseOf(records),
    policy: unpackPolicyState(learned!.blobs.policy!),
    policyId: learnedPolicy({ learned: learned! })!.id,
    trainings: new Map(
      trained.map((student) => [
        identify(student),
        studentRequest(student, training),
      ]),
    ),
  };
}

const NO_JOURNAL: StageJournal = {
  load: () => ({ records: [], checkpoint: undefined }),
  save() {},
};

function courseOf(records: readonly IterationRecord[]): SearchCourse {
  return {
    iterations: records.map(({ proposals }): IterationScores => {
      const students = proposals.filter(({ networkId, failure }) =>
        networkId !== undefined && failure === undefined
      );
      return {
        rewards: proposals.map(({ reward }) => reward),
        compressions: students.map(({ compression }) => compression!),
        accuracies: students.map(({ accuracy }) => accuracy!),
      };
    }),
    keepFirst: records[0]!.tendency,
    keepLast: records.at(-1)!.tendency,
  };
}
