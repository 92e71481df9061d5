/**
 * From options to recipes.
 *
 * @module
 */

import type { Augmentation } from "../../data/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import { augments, countViews, type Recipe } from "../../training/mod.ts";
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
  const removal = { ...studentRecipe(student), ...viewed(rest) };
  const epochs = student.shrinkageEpochs ?? student.epochs;
  return { removal, shrinkage: { ...removal, epochs }, joint: removal };
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
  };
}

/** The final recipe: Adam on labels plus distillation. */
export function finalRecipe(
  { final, ...rest }: Pick<
    CompressionConfig,
    "final" | "augmentation" | "distillation"
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
    ...viewed(rest),
  };
}

/** Views of each image that the teacher looks at: as many as some student sees. */
export function teacherViews(config: CompressionConfig): number {
  const recipes = [
    finalRecipe(config),
    ...Object.values(studentRecipes(config)),
  ];
  return Math.max(...recipes.map(countViews));
}
