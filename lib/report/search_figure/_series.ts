import { formatCount } from "../format.ts";
import { mean } from "../statistics.ts";

/** One student proposed by a policy. Numbers that are not finite are not drawn. */
export interface ProposedStudent {
  /** Its reward; -1 if it was rejected. */
  readonly reward: number;
  /** Validation accuracy in [0, 1]; absent if it was not trained. */
  readonly accuracy?: number;
  /** Parameters; absent if it was not trained. */
  readonly parameters?: number;
  /** Whether it was no valid student, default false. */
  readonly rejected?: boolean;
}

/** Rollouts by iteration; iterations may have different numbers of them. */
export type Iterations = readonly (readonly ProposedStudent[])[];

/** One mark: x is the iteration from 1, y in the unit of the panel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What one panel shows. */
export interface Series {
  /** Students that were trained. */
  readonly students: readonly Point[];
  /** Their mean in each iteration; y is NaN where there are none. */
  readonly means: readonly Point[];
  /** The student with the best reward so far; y is NaN before the first. */
  readonly best: readonly Point[];
}

/** A quantity of a student; undefined where it has none. */
export type Quantity = (rollout: ProposedStudent) => number | undefined;

/**
 * The marks of one panel. Rejected students are left out: their reward of -1
 * would flatten all others. So are numbers that are not finite.
 *
 * @param iterations The rollouts of each iteration.
 * @param quantity What the panel shows.
 */
export function series(iterations: Iterations, quantity: Quantity): Series {
  const students: Point[] = [];
  const means: Point[] = [];
  const best: Point[] = [];
  let leader: ProposedStudent | undefined;
  for (const [i, rollouts] of iterations.entries()) {
    const x = i + 1;
    const found: number[] = [];
    for (const rollout of rollouts) {
      if (rollout.rejected) continue;
      const y = quantity(rollout);
      if (y !== undefined && Number.isFinite(y)) {
        students.push({ x, y });
        found.push(y);
      }
      if (rollout.reward > (leader?.reward ?? -Infinity)) leader = rollout;
    }
    means.push({ x, y: found.length === 0 ? NaN : mean(found) });
    best.push({ x, y: leader === undefined ? NaN : quantity(leader) ?? NaN });
  }
  return { students, means, best };
}

/** Part of each iteration's students that were rejected, y in (0, 1]. */
export function rejections(iterations: Iterations): readonly Point[] {
  return iterations
    .map((rollouts, i) => ({
      x: i + 1,
      y: rollouts.filter((rollout) => rollout.rejected).length /
        rollouts.length,
    }))
    .filter(({ y }) => y > 0);
}

/** "20 iterations, 100 students: 12 rejected, 1 failed (not drawn)". */
export function counts(iterations: Iterations): string {
  const rollouts = iterations.flat();
  const rejected = rollouts.filter((rollout) => rollout.rejected).length;
  const failed =
    rollouts.filter((rollout) =>
      !rollout.rejected && !Number.isFinite(rollout.reward)
    ).length;
  const parts = [
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(failed > 0 ? [`${failed} failed (not drawn)`] : []),
  ];
  return `${plural(iterations.length, "iteration")}, ${
    plural(rollouts.length, "student")
  }${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
