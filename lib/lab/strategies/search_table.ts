/**
 * One search on the table: a stage as any other, whose trainings are looked up.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { Objective } from "../../reward/mod.ts";
import {
  type IterationRecord,
  runStage,
  type SearchPlan,
  type StageJournal,
  stageSpace,
  stageStrategy,
} from "../../search/mod.ts";
import { canBeChosen, type StudentTable } from "./student_table.ts";

/** What a search had come to after some students. */
export interface SearchMark {
  /** Students proposed. */
  readonly proposed: number;
  /** Distinct ones among them that were evaluated. */
  readonly distinct: number;
  /** Mean of all their rewards, -1 for rejected ones. */
  readonly meanReward: number;
}

/** What is kept of a search. */
export interface SearchSummary {
  /** Its seed. */
  readonly seed: number;
  /** When a better student was proposed, from 1, and which row of the table it is, from 0. */
  readonly improvements: readonly {
    readonly proposed: number;
    readonly row: number;
  }[];
  /** One a mark. */
  readonly marks: readonly SearchMark[];
}

/** What {@link searchTable} needs. */
export interface SearchTableOptions {
  /** How the search goes. */
  readonly plan: SearchPlan;
  /** The network that the table's students are made of. */
  readonly teacher: Network;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Students proposed after which it is looked at. */
  readonly marks: readonly number[];
  /** Called after each iteration. */
  readonly onIteration?: (record: IterationRecord) => void;
  /** Asked before each iteration. */
  readonly throwIfInterrupted?: () => void;
}

/**
 * Runs a search on the table.
 *
 * @param table The table.
 * @param options See {@link SearchTableOptions}.
 */
export async function searchTable(
  table: StudentTable,
  { plan, teacher, objective, marks, ...options }: SearchTableOptions,
): Promise<SearchSummary> {
  const { onIteration, throwIfInterrupted } = options;
  const { enumeration } = table;
  // Spaces of arms differ in what a policy reads, never in what actions lead to.
  const space = {
    ...stageSpace(plan, "removal", teacher),
    apply: enumeration.outcomeOf,
  };
  const { records } = await runStage({
    space,
    strategy: stageStrategy(plan, space),
    objective,
    length: plan.config.removal,
    evaluate: ({ network }) =>
      Promise.resolve(table.evaluationOf(enumeration.studentOf(network)!)),
    identify: ({ network }) => enumeration.studentOf(network)!.identity,
    journal: NO_JOURNAL,
    ...(onIteration === undefined ? {} : { onIteration }),
    ...(throwIfInterrupted === undefined ? {} : { throwIfInterrupted }),
  });
  return { seed: plan.seed, ...summarise(table, records, marks) };
}

/** A search of a second is not worth keeping: it is run again. */
const NO_JOURNAL: StageJournal = {
  load: () => ({ records: [], checkpoint: undefined }),
  save() {},
};

function summarise(
  table: StudentTable,
  records: readonly IterationRecord[],
  marks: readonly number[],
): Omit<SearchSummary, "seed"> {
  const proposals = records.flatMap((record) => record.proposals);
  let best = Infinity;
  const improvements = proposals.flatMap(({ actions }, i) => {
    const row = table.rowOf(actions);
    if (row === undefined || row >= best || !canBeChosen(table.rows[row]!)) {
      return [];
    }
    best = row;
    return [{ proposed: i + 1, row }];
  });
  return {
    improvements,
    marks: marks.map((proposed) => {
      const until = proposals.slice(0, proposed);
      return {
        proposed,
        distinct: until.filter(({ repeated }) => repeated === false).length,
        meanReward: until.reduce((sum, { reward }) => sum + reward, 0) /
          until.length,
      };
    }),
  };
}
