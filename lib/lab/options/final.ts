/**
 * Options of the final training, and of the rungs before it.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import { batchSize, epochs, learningRate, MOST } from "./numbers.ts";
import { type PrecisionName, precisionOptions } from "./precision.ts";
import { type ScheduleName, scheduleSchema } from "./schedules.ts";
import { type StartName, STARTS } from "./student.ts";

/** How candidates are trained to the end. */
export interface FinalConfig {
  /** Passes over the training images, >= 1. */
  readonly epochs: number;
  /** Images a step, >= 1. */
  readonly batchSize: number;
  /** Highest step size, > 0. */
  readonly learningRate: number;
  /** L2 coefficient, or of AdamW the decay beside its step; >= 0. */
  readonly weightDecay: number;
  /** Weight of the logit MSE, >= 0. */
  readonly distillation: number;
  /** Where it starts. */
  readonly start?: StartName;
  /** How gradients become updates. */
  readonly optimiser?: "adam" | "adamw" | "sgd";
  /** How the learning rate changes. */
  readonly schedule?: ScheduleName;
  /** Weight of the divergence from the teacher's softened probabilities, >= 0. */
  readonly kl?: number;
  /** Temperature by which these are softened, > 0. */
  readonly temperature?: number;
  /** What its steps compute in. */
  readonly precision?: PrecisionName;
  /** The rungs before it: fewer students and more epochs each. */
  readonly halving?: readonly {
    readonly students: number;
    readonly epochs: number;
  }[];
}

/** What a final training is unless something else is said. */
export const USUAL_FINAL = {
  optimiser: "adam",
  schedule: "oneCycle",
  kl: 0,
  temperature: 4,
  start: "fresh",
  precision: "f32",
  halving: [],
} as const;

const rungSchema = z.strictObject({
  students: z.int().min(2).max(MOST.students),
  epochs,
});

const options = {
  epochs: epochs.default(20).describe("Passes over the training images"),
  batchSize: batchSize.default(64).describe("Images a step"),
  learningRate: learningRate.default(0.005).describe("Highest step size"),
  optimiser: z.enum(["adam", "adamw", "sgd"]).default(USUAL_FINAL.optimiser)
    .describe(
      "How gradients become updates: Adam, Adam with decoupled weight decay, or SGD with Nesterov momentum 0.9",
    ),
  schedule: scheduleSchema.default(USUAL_FINAL.schedule).describe(
    "How the learning rate changes",
  ),
  start: z.enum(STARTS).default(USUAL_FINAL.start).describe(
    "First weights; inherited ones need students that inherit, too",
  ),
  weightDecay: z.number().min(0).default(0).describe(
    "L2 coefficient; of adamw the share of the learning rate by which weights fall",
  ),
  distillation: z.number().min(0).default(0.1).describe(
    "Weight lambda of the logit MSE beside the cross-entropy",
  ),
  kl: z.number().min(0).default(USUAL_FINAL.kl).describe(
    "Weight of the divergence from the teacher's softened probabilities (Hinton et al. 2015); 0 is none",
  ),
  temperature: z.number().positive().default(USUAL_FINAL.temperature).describe(
    "Temperature by which these are softened",
  ),
  ...precisionOptions,
  halving: z.array(rungSchema).default([...USUAL_FINAL.halving])
    .meta({
      title:
        "a list of rungs { students, epochs }, each with fewer students (2 at least) and more epochs (1 at least) than the one before",
    }).describe(
      "Shorter trainings before it: the best candidates for a few epochs, the best of these for more (paper: none)",
    ),
};

/**
 * How a stage's best candidate is trained to the end: labels plus distillation.
 * The paper gives the loss, but neither epochs, rate nor lambda.
 */
export const finalSchema = z.strictObject(options).refine(
  ({ halving }) => isRising(halving.map(({ students }) => -students)),
  {
    path: ["halving"],
    message: "expected fewer students in each rung than in the one before",
  },
).refine(
  ({ halving, epochs }) =>
    isRising([...halving.map((rung) => rung.epochs), epochs]),
  {
    path: ["halving"],
    message:
      "expected more epochs in each rung than in the one before, and fewer than the final training's",
  },
) satisfies z.ZodType<Required<FinalConfig>>;

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((each, at) => at === 0 || each > numbers[at - 1]!);
}

/**
 * Leaves out what is usual: records from before there was a choice keep their
 * digests.
 *
 * @param given Options with all their defaults.
 */
export function withoutUsual(given: Required<FinalConfig>): FinalConfig {
  const {
    optimiser,
    schedule,
    kl,
    temperature,
    start,
    precision,
    halving,
    ...own
  } = given;
  return {
    ...own,
    ...(start === USUAL_FINAL.start ? {} : { start }),
    ...(optimiser === USUAL_FINAL.optimiser ? {} : { optimiser }),
    ...(schedule === USUAL_FINAL.schedule ? {} : { schedule }),
    ...(kl === 0 ? {} : { kl, temperature }),
    ...(precision === USUAL_FINAL.precision ? {} : { precision }),
    ...(halving.length === 0 ? {} : { halving }),
  };
}

/**
 * Checks that the last rung has something to decide.
 *
 * @throws {UsageError} If all of its students would be finalists.
 */
export function checkFinalists(
  { final: { halving }, finalists }: {
    readonly final: Required<FinalConfig>;
    readonly finalists: number;
  },
): void {
  const last = halving.at(-1)?.students ?? Infinity;
  if (finalists < last) return;
  throw new UsageError(
    `--finalists ${finalists}: expected fewer than the ${last} students of the last rung of --final.halving`,
  );
}

/**
 * Checks that what needs inherited weights, final trainings and estimated
 * statistics, has some.
 *
 * @throws {UsageError} If the students start from fresh ones.
 */
export function checkStart(
  { student, final }: {
    readonly student: { readonly start: StartName; readonly observe: number };
    readonly final: { readonly start: StartName };
  },
): void {
  if (student.observe > 0 && student.start === "fresh") {
    throw new UsageError(
      "--student.observe: expected 0, as batch norm's statistics are estimated anew for inherited weights only; --student.start inherited has students inherit",
    );
  }
  if (final.start === "fresh" || student.start === "inherited") return;
  throw new UsageError(
    "--final.start inherited: expected fresh, as the students start from fresh weights; --student.start inherited has both inherit",
  );
}
