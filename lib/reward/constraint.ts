import { DEGENERATE_REWARD } from "./reward.ts";

/** Position in the schedule that makes a soft constraint hard. */
export interface Progress {
  /** Policy iteration t, counted from 0. */
  readonly iteration: number;
  /**
   * Iteration T from which on the constraint is hard, >= 1. Default
   * {@linkcode SOFT_CONSTRAINT_ITERATIONS}.
   */
  readonly iterations?: number;
}

/** Length T of the soft phase, in policy iterations, as in the authors' code. */
export const SOFT_CONSTRAINT_ITERATIONS = 15;

/**
 * epsilon_t = max(1 - t / T, 0)^4: how much of its reward a student that breaks a
 * limit still gets. Clipped at 0 before the power: (1 - t / T)^4 is even, and in
 * the authors' code it climbs back to 1 from t = 2T on, so that the limit is lost.
 *
 * @param progress Iteration and length of the soft phase.
 * @returns epsilon_t from 1 (t = 0) down to 0 (t >= T), never rising.
 * @throws {RangeError} When the iteration is below 0 or the length below 1.
 */
export function constraintSchedule(progress: Progress): number {
  const { iteration, iterations = SOFT_CONSTRAINT_ITERATIONS } = progress;
  if (!(iteration >= 0 && iteration < Infinity)) {
    throw new RangeError(
      `Cannot compute the constraint schedule: iteration is ${iteration}, expected a finite number >= 0`,
    );
  }
  if (!(iterations >= 1 && iterations < Infinity)) {
    throw new RangeError(
      `Cannot compute the constraint schedule: iterations is ${iterations}, expected a finite number >= 1`,
    );
  }
  return Math.max(1 - iteration / iterations, 0) ** 4;
}

/**
 * How a broken limit is punished. `hard`: it costs the whole reward. `late`: so it
 * does, but only once the student was trained, also where its size alone breaks
 * the limit. `soft`: it costs more from iteration to iteration, so that the policy
 * first learns what good students are at all.
 */
export type ConstraintMode = "hard" | "late" | "soft";

/** All modes. */
export const CONSTRAINT_MODES = [
  "hard",
  "late",
  "soft",
] as const satisfies readonly ConstraintMode[];

/** A reward and what to make of it. */
export interface ConstrainedScore extends Progress {
  /** R = R_a R_c of the student, or the degenerate reward. */
  readonly reward: number;
  /** Whether the student breaks a limit ({@linkcode violation}). */
  readonly violated: boolean;
  /** How a violation is punished. */
  readonly mode: ConstraintMode;
}

/**
 * Reward under constraints (section 3.3): unchanged when no limit is broken;
 * otherwise -1 when hard or late, epsilon_t (R + 1) - 1 when soft, which goes from R at
 * the first iteration to -1.
 *
 * @param score Reward, violation, mode and iteration.
 * @returns The reward to learn from.
 * @throws {RangeError} When the iteration is below 0 or the length below 1
 * (looked at only for a soft violation).
 *
 * @example
 * ```ts
 * import { constrainedReward } from "./mod.ts";
 *
 * constrainedReward({ reward: 0.6, violated: true, mode: "soft", iteration: 15 }); // -1
 * ```
 */
export function constrainedReward(score: ConstrainedScore): number {
  if (!score.violated) return score.reward;
  if (score.mode !== "soft") return DEGENERATE_REWARD;
  return constraintSchedule(score) * (score.reward + 1) - 1;
}
