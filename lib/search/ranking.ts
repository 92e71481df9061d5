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
  /** What tells it from others. */
  readonly identity: string;
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
 * Students, each once, as it was proposed first.
 *
 * @param students In the order of their proposals.
 */
export function distinct<T extends Pick<Ranking, "identity">>(
  students: readonly T[],
): readonly T[] {
  return [...Map.groupBy(students, ({ identity }) => identity).values()]
    .map(([first]) => first!);
}

/**
 * The students that may win, each network once, by falling reward; equal ones by
 * size, then by id. Where one breaks a limit on activations, another that computes
 * the same in fewer layers may keep it.
 *
 * @param trained All that were trained, in the order of their proposals.
 */
export function rank<T extends Ranking>(trained: readonly T[]): readonly T[] {
  const byNetwork = new Map<string, T>();
  for (const student of distinct(trained.filter(({ isOut }) => !isOut))) {
    const other = byNetwork.get(student.networkId);
    if (other !== undefined && other.reward >= student.reward) continue;
    byNetwork.set(student.networkId, student);
  }
  return [...byNetwork.values()].sort((a, b) =>
    b.reward - a.reward || a.parameters - b.parameters ||
    (a.networkId < b.networkId ? -1 : 1)
  );
}
