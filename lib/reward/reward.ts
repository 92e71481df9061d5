/** Reward of an action sequence that gives no student, or one that cannot be scored. */
export const DEGENERATE_REWARD: number = -1;

/** Sizes that are compared; trainable parameters, not bits. */
export interface Sizes {
  /** Trainable parameters of the student, an integer >= 0. */
  readonly studentParameters: number;
  /** Trainable parameters of the teacher, an integer >= 1. */
  readonly teacherParameters: number;
}

/**
 * Relative compression C = 1 - student / teacher (section 3.3). Below 1; negative
 * when the student is the larger one.
 *
 * @param sizes Parameter counts.
 * @returns C, without unit.
 * @throws {RangeError} When a count is out of range.
 *
 * @example
 * ```ts
 * import { compressionOf } from "./mod.ts";
 *
 * compressionOf({ studentParameters: 25, teacherParameters: 100 }); // 0.75
 * ```
 */
export function compressionOf(sizes: Sizes): number {
  const { studentParameters, teacherParameters } = sizes;
  if (!Number.isSafeInteger(studentParameters) || studentParameters < 0) {
    throw new RangeError(
      `Cannot compute compression: studentParameters is ${studentParameters}, expected an integer >= 0`,
    );
  }
  if (!Number.isSafeInteger(teacherParameters) || teacherParameters < 1) {
    throw new RangeError(
      `Cannot compute compression: teacherParameters is ${teacherParameters}, expected an integer >= 1`,
    );
  }
  return 1 - studentParameters / teacherParameters;
}

/** All of {@link RewardForm}. */
export const REWARD_FORMS = ["paper", "linear", "additive"] as const;

/**
 * How accuracy and compression make a reward: `paper`, the product R_a R_c;
 * `linear`, the product R_a C without the paper's curve; `additive`, the mean of
 * R_a and R_c, which a student of no use may earn half of by its size.
 */
export type RewardForm = (typeof REWARD_FORMS)[number];

/** What a student is scored by. */
export interface Score {
  /** Validation accuracy of the student, 0 to 1. */
  readonly accuracy: number;
  /** Validation accuracy of the teacher, above 0, to 1. */
  readonly teacherAccuracy: number;
  /** Relative compression C, at most 1 ({@linkcode compressionOf}). */
  readonly compression: number;
  /** Default "paper". */
  readonly form?: RewardForm;
}

/**
 * R = R_a R_c with R_a = A / A_T and R_c = C (2 - C) (section 3.3). Both terms are
 * relative to the teacher, so they need no weights for the task; the curve of R_c
 * makes a small, inaccurate student worth less than a large, accurate one. R_a is
 * not clipped: a student that beats its teacher is worth more than one that
 * equals it, so R can exceed 1.
 *
 * @param score Accuracies and compression.
 * @returns R, without unit; in the paper's form below 0 only for a student larger
 * than the teacher.
 * @throws {RangeError} When a number is out of range or NaN.
 *
 * @example
 * ```ts
 * import { reward } from "./mod.ts";
 *
 * reward({ accuracy: 0.9, teacherAccuracy: 0.9, compression: 0.5 }); // 0.75
 * ```
 */
export function reward(score: Score): number {
  const { accuracy, teacherAccuracy, compression, form = "paper" } = score;
  if (!(accuracy >= 0 && accuracy <= 1)) {
    throw new RangeError(
      `Cannot compute reward: accuracy is ${accuracy}, expected 0 <= accuracy <= 1`,
    );
  }
  if (!(teacherAccuracy > 0 && teacherAccuracy <= 1)) {
    throw new RangeError(
      `Cannot compute reward: teacherAccuracy is ${teacherAccuracy}, expected 0 < teacherAccuracy <= 1`,
    );
  }
  if (!(compression > -Infinity && compression <= 1)) {
    throw new RangeError(
      `Cannot compute reward: compression is ${compression}, expected a finite number <= 1`,
    );
  }
  const relative = accuracy / teacherAccuracy;
  switch (form) {
    case "paper":
      return relative * compression * (2 - compression);
    case "linear":
      return relative * compression;
    case "additive":
      return (relative + compression * (2 - compression)) / 2;
  }
}
