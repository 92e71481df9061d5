/**
 * From options to recipes.
 *
 * @module
 */

import type { Augmentation } from "../../data/mod.ts";
import type { Optimiser } from "../../engine/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { Rung } from "../../search/mod.ts";
import { augments, countViews, type Recipe } from "../../training/mod.ts";
import type { CompressionConfig } from "./compression.ts";
import { type FinalConfig, USUAL_FINAL } from "./final.ts";
import { precisionOf } from "./precision.ts";
import { scheduleOf } from "./schedules.ts";

const NO_AUGMENTATION: Augmentation = { cropPadding: 0, flip: false };
const ADAM = { type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const SGD = { type: "sgd", momentum: 0.9, nesterov: true } as const;

/** What the final recipes are made from. */
export type FinalRecipeOptions = Pick<
  CompressionConfig,
  "final" | "augmentation" | "distillation"
>;

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
    ...precisionOf(teacher.precision),
  };
}

/** The random views that students and finalists see, of which there are so many. */
function viewed(
  { augmentation = NO_AUGMENTATION, distillation: { views } }: Pick<
    CompressionConfig,
    "augmentation" | "distillation"
  >,
): Pick<Recipe, "augmentation" | "views"> {
  return { augmentation, ...(augments(augmentation) ? { views } : {}) };
}

/** The candidates' recipes: Adam on the squared error of logits. */
export function studentRecipes(
  { student, ...rest }: Pick<
    CompressionConfig,
    "student" | "augmentation" | "distillation"
  >,
): Readonly<Record<PolicyKind, Recipe>> {
  const recipe = { ...studentRecipe(student), ...viewed(rest) };
  const recipeOf = (kind: PolicyKind) => ({
    ...recipe,
    epochs: studentEpochsOf({ student }, kind),
  });
  return {
    removal: recipeOf("removal"),
    shrinkage: recipeOf("shrinkage"),
    joint: recipeOf("joint"),
  };
}

/** Passes over the images that a stage's candidates are trained for. */
export function studentEpochsOf(
  { student: { epochs, shrinkageEpochs = epochs } }: Pick<
    CompressionConfig,
    "student"
  >,
  kind: PolicyKind,
): number {
  return kind === "shrinkage" ? shrinkageEpochs : epochs;
}

function studentRecipe(
  config: CompressionConfig["student"],
): Omit<Recipe, "augmentation" | "views"> {
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
    ...precisionOf(config.precision),
  };
}

/** The final recipe: labels plus distillation. */
export function finalRecipe(
  { final, ...rest }: FinalRecipeOptions,
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
    ...viewed(rest),
    ...precisionOf(final.precision),
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
  options: FinalRecipeOptions,
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
  options: FinalRecipeOptions & Pick<CompressionConfig, "finalists">,
): readonly Rung[] {
  const last = { students: options.finalists, recipe: finalRecipe(options) };
  return [...rungRecipes(options), last];
}

/** Views of each image that the teacher looks at: as many as some student sees. */
export function teacherViews(config: CompressionConfig): number {
  const recipes = [
    finalRecipe(config),
    ...Object.values(studentRecipes(config)),
  ];
  return Math.max(...recipes.map(countViews));
}
