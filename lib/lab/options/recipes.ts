/**
 * From options to recipes.
 *
 * @module
 */

import type { Augmentation } from "../../data/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import type { CompressionConfig } from "./compression.ts";
import { scheduleOf } from "./schedules.ts";

const NO_AUGMENTATION: Augmentation = { cropPadding: 0, flip: false };
const ADAM = { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The teacher's recipe: SGD on labels. */
export function teacherRecipe(
  { teacher, augmentation = NO_AUGMENTATION }: Pick<
    CompressionConfig,
    "teacher" | "augmentation"
  >,
): Recipe {
  const { epochs, batchSize, learningRate, weightDecay } = teacher;
  return {
    epochs,
    batchSize,
    learningRate,
    schedule: scheduleOf(teacher.schedule ?? "oneCycle"),
    optimiser: { type: "sgd", momentum: 0.9, nesterov: true, weightDecay },
    loss: { crossEntropy: 1, logitMse: 0 },
    initialisation: "he",
    augmentation,
  };
}

/** The candidates' recipes: Adam on the squared error of logits. */
export function studentRecipes(
  { student, augmentation = NO_AUGMENTATION }: Pick<
    CompressionConfig,
    "student" | "augmentation"
  >,
): Readonly<Record<PolicyKind, Recipe>> {
  const removal = { ...studentRecipe(student), augmentation };
  const epochs = student.shrinkageEpochs ?? student.epochs;
  return { removal, shrinkage: { ...removal, epochs }, joint: removal };
}

function studentRecipe(
  config: CompressionConfig["student"],
): Omit<Recipe, "augmentation"> {
  const { epochs, batchSize, learningRate, weightDecay, initialisation } =
    config;
  return {
    epochs,
    batchSize,
    learningRate,
    schedule: scheduleOf(config.schedule),
    optimiser: { ...ADAM, weightDecay },
    loss: { crossEntropy: 0, logitMse: 1 },
    initialisation,
  };
}

/** The final recipe: Adam on labels plus distillation. */
export function finalRecipe(
  { final, augmentation = NO_AUGMENTATION }: Pick<
    CompressionConfig,
    "final" | "augmentation"
  >,
): Recipe {
  const { epochs, batchSize, learningRate, weightDecay, distillation } = final;
  return {
    epochs,
    batchSize,
    learningRate,
    schedule: scheduleOf("oneCycle"),
    optimiser: { ...ADAM, weightDecay },
    loss: { crossEntropy: 1, logitMse: distillation },
    initialisation: "he",
    augmentation,
  };
}
