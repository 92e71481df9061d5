/**
 * The table that strategies search: every student with its real evaluation.
 *
 * @module
 */

import { networkId } from "../../network/mod.ts";
import {
  DEGENERATE_REWARD,
  type Objective,
  studentSizes,
} from "../../reward/mod.ts";
import type { Evaluation } from "../../search/mod.ts";
import type { EnumeratedStudent, Enumeration } from "./enumerate.ts";

/** A student with what its training came to: a row of the table. */
export interface StudentRow {
  /** Id of its network. */
  readonly networkId: string;
  /** All action sequences that lead to it, an action a decision: "1" keeps, "0" removes. */
  readonly actions: readonly string[];
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Validation accuracy after the short training, in [0, 1]; 0 for a failed one. */
  readonly accuracy: number;
  /** R, or -1. */
  readonly reward: number;
  /** The limit that it breaks: it cannot be chosen. */
  readonly violation?: string;
  /** How its training failed: it cannot be chosen. */
  readonly failure?: string;
}

/** The table, and how to look students up in it. */
export interface StudentTable {
  /** Its students with the sequences that lead to them. */
  readonly enumeration: Enumeration;
  /**
   * The students, best first as a stage ranks them: those that can be chosen by
   * falling reward, equal ones by size, then by id; then the others.
   */
  readonly rows: readonly StudentRow[];
  /** What a student's training came to. */
  evaluationOf(student: EnumeratedStudent): Evaluation;
  /** Place of a sequence's student among the rows, from 0; undefined where it has none. */
  rowOf(actions: readonly number[]): number | undefined;
}

/** Whether a student can be what a search finds. */
export function canBeChosen({ violation, failure }: StudentRow): boolean {
  return violation === undefined && failure === undefined;
}

/**
 * Makes the table.
 *
 * @param enumeration All students.
 * @param options.evaluations What came of each, in their order.
 * @param options.objective What a student is worth.
 */
export function studentTable(
  enumeration: Enumeration,
  { evaluations, objective }: {
    readonly evaluations: readonly Evaluation[];
    readonly objective: Objective;
  },
): StudentTable {
  const { students, outcomeOf, studentOf } = enumeration;
  const found = students.map((student, i) => ({
    student,
    evaluation: evaluations[i]!,
    row: rowOf(student, { evaluation: evaluations[i]!, objective }),
  })).sort((a, b) => compareRows(a.row, b.row));
  const places = new Map(found.map(({ student }, place) => [student, place]));
  return {
    enumeration,
    rows: found.map(({ row }) => row),
    evaluationOf: (student) => found[places.get(student)!]!.evaluation,
    rowOf(actions) {
      const outcome = outcomeOf(actions);
      if (!outcome.ok) return undefined;
      const student = studentOf(outcome.network);
      return student === undefined ? undefined : places.get(student);
    },
  };
}

/** A student's row: worth what a stage of a search gives it. */
function rowOf(
  { network, actions, parameters, macs }: EnumeratedStudent,
  { evaluation: { accuracy, failure }, objective }: {
    readonly evaluation: Evaluation;
    readonly objective: Objective;
  },
): StudentRow {
  const sizes = studentSizes(network);
  const { reward, violation } = objective.score({ sizes, accuracy }, 0);
  return {
    networkId: networkId(network),
    actions,
    parameters,
    macs,
    accuracy,
    ...(failure === undefined
      ? { reward, ...(violation === undefined ? {} : { violation }) }
      : {
        reward: DEGENERATE_REWARD,
        failure: `${failure.reason} at step ${failure.step}`,
      }),
  };
}

function compareRows(a: StudentRow, b: StudentRow): number {
  return Number(canBeChosen(b)) - Number(canBeChosen(a)) ||
    b.reward - a.reward || a.parameters - b.parameters ||
    (a.networkId < b.networkId ? -1 : a.networkId > b.networkId ? 1 : 0);
}
