/**
 * All students that an action space has.
 *
 * @module
 */

import type { Outcome } from "../../compress/mod.ts";
import type { Network } from "../../network/mod.ts";
import { type Objective, studentSizes } from "../../reward/mod.ts";
import type { ActionSpace, Student } from "../../search/mod.ts";

/** A student, and all action sequences that lead to it. */
export interface EnumeratedStudent extends Student {
  /** What tells it from others. */
  readonly identity: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** At least one, rising; see {@link textOfActions}. */
  readonly actions: readonly string[];
}

/** All students of a space. */
export interface Enumeration {
  /** Distinct students, in the order of their first action sequences. */
  readonly students: readonly EnumeratedStudent[];
  /** Action sequences without a student, by the rule that they break. */
  readonly rejected: Readonly<Record<string, readonly string[]>>;
  /** Indices of the base's leaves that each action is about. */
  readonly decisions: readonly (readonly number[])[];
  /**
   * What a sequence leads to: the same object whenever it is asked.
   *
   * @throws {RangeError} If it is none of the space's.
   */
  outcomeOf(actions: readonly number[]): Outcome;
  /**
   * The student of a network that {@link Enumeration.outcomeOf} gave, that very
   * object; undefined where its size alone damns it.
   */
  studentOf(network: Network): EnumeratedStudent | undefined;
}

/** What {@link enumerateStudents} needs. */
export interface EnumerateOptions {
  /** Says which students' sizes alone damn them. */
  readonly objective: Objective;
  /** What tells students apart. */
  readonly identify: (student: Student) => string;
}

/** A sequence as text: an action a decision, "1" keeps it, "0" removes it. */
export function textOfActions(actions: readonly number[]): string {
  return actions.join("");
}

/**
 * Number of action sequences of a space.
 *
 * @param space The space.
 */
export function countSequences(
  { sequence: { mask }, actionCount }: ActionSpace,
): number {
  return actionCount ** mask.filter((isFree) => isFree).length;
}

/**
 * Applies every action sequence of a space of layer removal.
 *
 * @param space The space, with so few sequences that all of them can be listed.
 * @param options See {@link EnumerateOptions}.
 */
export function enumerateStudents(
  space: ActionSpace,
  { objective, identify }: EnumerateOptions,
): Enumeration {
  const outcomes = new Map<string, Outcome>();
  const actionsOf = new Map<string, string[]>();
  const first = new Map<string, Student>();
  const identities = new Map<Network, string>();
  const rejected: Record<string, string[]> = {};
  for (const actions of sequencesOf(space)) {
    const text = textOfActions(actions);
    const outcome = space.apply(actions);
    outcomes.set(text, outcome);
    const rule = ruleBroken(outcome, objective);
    if (rule !== undefined) (rejected[rule] ??= []).push(text);
    if (rule !== undefined || !outcome.ok) continue;
    const { network, origin } = outcome;
    const identity = identify({ network, origin });
    identities.set(network, identity);
    const known = actionsOf.get(identity);
    if (known !== undefined) known.push(text);
    else {
      actionsOf.set(identity, [text]);
      first.set(identity, { network, origin });
    }
  }
  const students = new Map(
    first.entries().map(([identity, student]) => {
      const { parameters, macs } = studentSizes(student.network);
      const actions = actionsOf.get(identity)!;
      return [identity, { ...student, identity, parameters, macs, actions }];
    }),
  );
  return {
    students: [...students.values()],
    rejected,
    decisions: space.decisions.map(({ leaves }) => leaves),
    outcomeOf(actions) {
      const outcome = outcomes.get(textOfActions(actions));
      if (outcome === undefined) {
        throw new RangeError(
          `Cannot look a student up: the actions are ${
            textOfActions(actions)
          }, expected a sequence of the table's space`,
        );
      }
      return outcome;
    },
    studentOf: (network) => students.get(identities.get(network) ?? ""),
  };
}

/** All sequences in rising order; at steps that are not free the neutral action. */
function sequencesOf(
  { sequence: { mask }, actionCount, neutral }: ActionSpace,
): readonly (readonly number[])[] {
  return mask.reduce<readonly (readonly number[])[]>(
    (beginnings, isFree) =>
      beginnings.flatMap((beginning) =>
        isFree
          ? Array.from({ length: actionCount }, (_, action) => [
            ...beginning,
            action,
          ])
          : [[...beginning, neutral]]
      ),
    [[]],
  );
}

/** Why a sequence has no student; by the same rules as in a stage of a search. */
function ruleBroken(
  outcome: Outcome,
  objective: Objective,
): string | undefined {
  if (!outcome.ok) return outcome.rejection.rule;
  const reason = objective.rejects(studentSizes(outcome.network), 0);
  return reason === undefined ? undefined : "limit";
}
