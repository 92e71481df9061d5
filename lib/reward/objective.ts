import {
  constrainedReward,
  type ConstraintMode,
  constraintSchedule,
  SOFT_CONSTRAINT_ITERATIONS,
} from "./constraint.ts";
import {
  assertLimits,
  type Limits,
  type Measured,
  sizeViolation,
  type StudentSizes,
  violation,
} from "./limits.ts";
import { compressionOf, reward } from "./reward.ts";

/** What {@linkcode createObjective} needs. */
export interface ObjectiveOptions {
  /** What students are compared with. */
  readonly teacher: {
    /** Trainable parameters, an integer >= 1. */
    readonly parameters: number;
    /** Validation accuracy, above 0, to 1. */
    readonly accuracy: number;
  };
  /** Limits that students should respect. Default none. */
  readonly limits?: Limits;
  /** How a broken limit is punished. Default `hard`. */
  readonly mode?: ConstraintMode;
  /**
   * Length T of the soft phase in policy iterations, >= 1. Default
   * {@linkcode SOFT_CONSTRAINT_ITERATIONS}.
   */
  readonly iterations?: number;
}

/** What a student earns. */
export interface ObjectiveScore {
  /** The number to learn from. */
  readonly reward: number;
  /** C = 1 - student's / teacher's parameters. */
  readonly compression: number;
  /** The broken limit in words; absent when all are met. */
  readonly violation?: string;
}

/** Turns a student's size and accuracy into a reward, under limits. */
export interface Objective {
  /**
   * Why a student earns -1 for its size alone, whatever its accuracy, so that
   * it need not be trained; `undefined` when it does not. With soft limits a
   * broken one says so only from the iteration on where nothing of the reward is
   * left, with late ones never: each student is trained.
   *
   * @param sizes Size of the student.
   * @param iteration Policy iteration, from 0.
   */
  rejects(sizes: StudentSizes, iteration: number): string | undefined;
  /**
   * Scores an evaluated student: R = R_a R_c, less what a broken limit costs.
   *
   * @param student Size and accuracy.
   * @param iteration Policy iteration, from 0.
   * @throws {RangeError} When the accuracy or the parameter count is out of range.
   */
  score(student: Measured, iteration: number): ObjectiveScore;
}

/**
 * The paper's objective (section 3.3): its reward, and -1 or a share of the
 * reward that falls to it for students that break a limit
 * ({@linkcode constrainedReward}). Without limits the reward is
 * {@linkcode reward} of {@linkcode compressionOf}.
 *
 * @param options Teacher, limits and how strict they are.
 * @throws {RangeError} When a number of the options is out of range.
 *
 * @example
 * ```ts
 * import { createObjective, studentSizes } from "./mod.ts";
 *
 * const objective = createObjective({
 *   teacher: { parameters: 2_600, accuracy: 0.9 },
 *   limits: { maxParameters: 600 },
 * });
 * const sizes = studentSizes({
 *   input: [1, 8, 8],
 *   blocks: [{ type: "linear", outFeatures: 10, bias: true }],
 * });
 * objective.rejects(sizes, 0); // "650 parameters, expected at most 600"
 * objective.score({ sizes, accuracy: 0.9 }, 0).reward; // -1
 * ```
 */
export function createObjective(options: ObjectiveOptions): Objective {
  const {
    teacher,
    limits = {},
    mode = "hard",
    iterations = SOFT_CONSTRAINT_ITERATIONS,
  } = options;
  assertLimits(limits);
  // Each throws for its own, before the first student has cost anything.
  constraintSchedule({ iteration: 0, iterations });
  scoreOf(teacher, { parameters: 0, accuracy: 0 });

  return {
    rejects(sizes, iteration) {
      const broken = sizeViolation(sizes, limits);
      const isFinal = mode === "hard" ||
        (mode === "soft" &&
          constraintSchedule({ iteration, iterations }) === 0);
      return isFinal ? broken : undefined;
    },
    score({ sizes, accuracy }, iteration) {
      const free = scoreOf(teacher, { parameters: sizes.parameters, accuracy });
      const broken = violation({ sizes, accuracy }, limits);
      if (broken === undefined) return free;
      return {
        ...free,
        reward: constrainedReward({
          reward: free.reward,
          violated: true,
          mode,
          iteration,
          iterations,
        }),
        violation: broken,
      };
    },
  };
}

/** Reward and compression without limits. */
function scoreOf(
  teacher: ObjectiveOptions["teacher"],
  student: ObjectiveOptions["teacher"],
): { readonly reward: number; readonly compression: number } {
  const compression = compressionOf({
    studentParameters: student.parameters,
    teacherParameters: teacher.parameters,
  });
  return {
    compression,
    reward: reward({
      accuracy: student.accuracy,
      teacherAccuracy: teacher.accuracy,
      compression,
    }),
  };
}
