/**
 * Options of the final training, and of the rungs before it.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import { epochs, learningRate } from "./numbers.ts";
import { scheduleSchema } from "./schedules.ts";
import type { OptionValues } from "./values.ts";

/** What a final training is unless something else is said. */
export const USUAL_FINAL = {
  optimiser: "adam",
  schedule: "oneCycle",
  kl: 0,
  temperature: 4,
  halving: [],
} as const;

const rungSchema = z.strictObject({
  students: z.int().min(2),
  epochs,
});

/** Its options, each by itself. */
const options = {
  epochs: epochs.default(20).describe("Passes over the training images"),
  batchSize: z.int().min(1).default(64).describe("Images a step"),
  learningRate: learningRate.default(0.005).describe("Highest step size"),
  optimiser: z.enum(["adam", "adamw", "sgd"]).default(USUAL_FINAL.optimiser)
    .describe(
      "How gradients become updates: Adam, Adam with decoupled weight decay, or SGD with Nesterov momentum 0.9",
    ),
  schedule: scheduleSchema.default(USUAL_FINAL.schedule).describe(
    "How the learning rate changes",
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
  halving: z.array(rungSchema).default([...USUAL_FINAL.halving])
    .meta({
      title:
        "a list of rungs { students, epochs }, each with fewer students (2 at least) and more epochs (1 at least) than the one before",
    }).describe(
      "Shorter trainings before it: the best candidates for a few epochs, the best of these for more (paper: none)",
    ),
};

/** A final training's options as they are given. */
export type GivenFinal = OptionValues<typeof options>;

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
);

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((each, at) => at === 0 || each > numbers[at - 1]!);
}

/**
 * How candidates are trained to the end. What is usual is left out: records from
 * before there was a choice keep their digests.
 */
export type FinalConfig =
  & Omit<GivenFinal, keyof typeof USUAL_FINAL>
  & Partial<Pick<GivenFinal, keyof typeof USUAL_FINAL>>;

/** Leaves out of a final training's options what changes nothing. */
export function withoutUsual(given: GivenFinal): FinalConfig {
  const { optimiser, schedule, kl, temperature, halving, ...own } = given;
  return {
    ...own,
    ...(optimiser === USUAL_FINAL.optimiser ? {} : { optimiser }),
    ...(schedule === USUAL_FINAL.schedule ? {} : { schedule }),
    ...(kl === 0 ? {} : { kl, temperature }),
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
    readonly final: GivenFinal;
    readonly finalists: number;
  },
): void {
  const last = halving.at(-1)?.students ?? Infinity;
  if (finalists < last) return;
  throw new UsageError(
    `--finalists ${finalists}: expected fewer than the ${last} students of the last rung of --final.halving`,
  );
}
