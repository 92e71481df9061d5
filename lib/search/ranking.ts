/**
 * What of a stage follows from its records alone: whether it goes on, and the order
 * of its candidates.
 *
 * @module
 */

import type { IterationRecord } from "./records.ts";

/** How long a stage searches. */
export interface StageLength {
  /** Iterations, >= 1. */
  readonly iterations: number;
  /** Students proposed an iteration, >= 1. */
  readonly rollouts: number;
  /**
   * Student-epochs after which no iteration begins, >= 1; undefined leaves it to
   * the iterations. Strategies of which one repeats itself more than another are
   * compared at equal budgets.
   */
  readonly budget?: number | undefined;
}

/**
 * Whether another iteration is due.
 *
 * @param length How long the stage searches.
 * @param records Its iterations so far.
 */
export function goesOn(
  { iterations, budget = Infinity }: StageLength,
  records: readonly Pick<IterationRecord, "proposals">[],
): boolean {
  if (records.length >= iterations) return false;
  const spent = records.reduce(
    (sum, { proposals }) =>
      proposals.reduce((all, { epochs = 0 }) => all + epochs, sum),
    0,
  );
  return spent < budget;
}

/** What of a trained student decides its place among the candidates. */
export interface Ranking {
  /** Id of its network. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** R. */
  readonly reward: number;
  /** Whether its training failed or it breaks a limit. */
  readonly isOut: boolean;
}

/**
 * The students that may win, each network once, by falling reward; equal ones by
 * size, then by id.
 *
 * @param trained Distinct students in the order of their first proposals.
 */
export function rank<T extends Ranking>(trained: readonly T[]): readonly T[] {
  const byNetwork = new Map<string, T>();
  for (const student of trained) {
    const other = byNetwork.get(student.networkId);
    const isWorse = other !== undefined && other.reward >= student.reward;
    if (student.isOut || isWorse) continue;
    byNetwork.set(student.networkId, student);
  }
  return [...byNetwork.values()].sort((a, b) =>
    b.reward - a.reward || a.parameters - b.parameters ||
    (a.networkId < b.networkId ? -1 : 1)
  );
}
