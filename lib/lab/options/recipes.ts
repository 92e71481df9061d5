/**
 * From options to recipes.
 *
 * @module
 */

import type { Augmentation } from "../../data/mod.ts";
import type { Optimiser } from "../../engine/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { Rung } from "../../search/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import type { CompressionConfig } from "./compression.ts";
import { type FinalConfig, USUAL_FINAL } from "./final.ts";
import { scheduleOf } from "./schedules.ts";

const NO_AUGMENTATION: Augmentation = { cropPadding: 0, flip: false };
const ADAM = { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const SGD = { type: "sgd", momentum: 0.9, nesterov: true } as const;

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
    optimiser: { ...SGD, weightDecay },
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

/** The final recipe: labels plus distillation. */
export function finalRecipe(
  { final, augmentation = NO_AUGMENTATION }: Pick<
    CompressionConfig,
    "final" | "augmentation"
  >,
): Recipe {
  const { epochs, batchSize, learningRate, schedule, ...weights } = {
    ...USUAL_FINAL,
    ...final,
  };
  const { distillation, kl, temperature } = weights;
  return {
    epochs,
    batchSize,
    learningRate,
    schedule: scheduleOf(schedule),
    optimiser: finalOptimiser(final),
    loss: {
      crossEntropy: 1,
      logitMse: distillation,
      ...(kl === 0 ? {} : { kl: { weight: kl, temperature } }),
    },
    initialisation: "he",
    augmentation,
  };
}

/** The final recipe's optimiser. */
function finalOptimiser(
  { optimiser = USUAL_FINAL.optimiser, weightDecay }: FinalConfig,
): Optimiser {
  switch (optimiser) {
    case "adam":
      return { ...ADAM, weightDecay };
    case "adamw":
      return { ...ADAM, weightDecay, decoupled: true };
    case "sgd":
      return { ...SGD, weightDecay };
  }
}

/**
 * The rungs before the final training: its recipe with fewer epochs each, the
 * schedule with them.
 */
export function rungRecipes(
  options: Pick<CompressionConfig, "final" | "augmentation">,
): readonly Rung[] {
  const { halving = USUAL_FINAL.halving } = options.final;
  const recipe = finalRecipe(options);
  return halving.map(({ students, epochs }) => ({
    students,
    recipe: { ...recipe, epochs },
  }));
}

/** All rounds of a stage's final trainings: the rungs, then its finalists to the end. */
export function finalRounds(
  options: Pick<CompressionConfig, "final" | "augmentation" | "finalists">,
): readonly Rung[] {
  const last = { students: options.finalists, recipe: finalRecipe(options) };
  return [...rungRecipes(options), last];
}
