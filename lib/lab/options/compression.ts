/**
 * The options that every search has: network, data, recipes, stages. Where the
 * paper names no value, the comment says so and the choice is ours.
 *
 * @module
 */

import { z } from "zod";
import type { Recipe } from "../../training/mod.ts";
import { UsageError } from "../../cli/mod.ts";
import type { Augmentation } from "../../data/mod.ts";
import { NETWORK_NAMES } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { StageConfig } from "../../search/mod.ts";
import { dataOptions } from "../subject/data_options.ts";
import { scheduleOf, scheduleSchema } from "./schedules.ts";
import { type RecipeFields, recipeFields } from "../teacher/recipes.ts";

const learningRate = z.number().positive();
const epochs = z.int().min(1);

/**
 * How the teacher is trained. The paper gives no recipe; what is left out is that
 * of experiments/configs/teachers.yaml for the data set and network.
 */
export const teacherSchema = z.strictObject({
  epochs: epochs.optional().describe(
    "Passes over the training images (default: by experiments/configs/teachers.yaml, as of all options of the teacher)",
  ),
  batchSize: z.int().min(1).optional().describe("Images a step"),
  learningRate: learningRate.optional().describe(
    "Highest learning rate (SGD, Nesterov momentum 0.9)",
  ),
  schedule: scheduleSchema.optional().describe("How the learning rate changes"),
  weightDecay: z.number().min(0).optional().describe("L2 coefficient"),
  retrain: z.boolean().optional().describe(
    "Train it, although a teacher of this recipe is kept in results/teachers",
  ),
});

/**
 * Random views of the training images, the same for teacher and students. Left
 * out, they are those of the teacher's recipe.
 */
export const augmentationSchema = z.strictObject({
  cropPadding: z.int().min(0).default(0).describe(
    "Black border of which a window of the image's size is cut out (paper: 4 for CIFAR)",
  ),
  flip: z.boolean().default(false).describe(
    "Whether half of the images are mirrored (paper: yes for CIFAR)",
  ),
});

/** How a candidate is trained: briefly, on logits alone (paper section 3.4). */
export const studentSchema = z.strictObject({
  images: z.int().min(0).default(0).describe(
    "Training images of a candidate, stratified; 0 takes all (the paper)",
  ),
  validationImages: z.int().min(0).default(0).describe(
    "Validation images that score a candidate, stratified; 0 takes all",
  ),
  epochs: epochs.default(5).describe("Passes over the images (paper: 5)"),
  shrinkageEpochs: epochs.optional().describe(
    "Passes in stage 2 (default: as in stage 1, like the paper)",
  ),
  batchSize: z.int().min(1).default(64).describe("Images a step"),
  learningRate: learningRate.default(5e-4).describe(
    "Adam's step size (authors' code: 5e-4)",
  ),
  schedule: scheduleSchema.default("constant").describe(
    "How the learning rate changes (authors' code: constant)",
  ),
  weightDecay: z.number().min(0).default(5e-4).describe(
    "L2 coefficient (authors' code: 5e-4)",
  ),
  initialisation: z.enum(["pytorch", "pytorch-0.2", "he"]).default(
    "pytorch-0.2",
  ).describe("Fresh weights (authors' code: PyTorch 0.2's)"),
});

/**
 * How a stage's best candidate is trained to the end: labels plus distillation.
 * The paper gives the loss, but neither epochs, rate nor lambda.
 */
export const finalSchema = z.strictObject({
  epochs: epochs.default(20).describe("Passes over the training images"),
  batchSize: z.int().min(1).default(64).describe("Images a step"),
  learningRate: learningRate.default(0.005).describe(
    "Highest step size (Adam, one cycle)",
  ),
  weightDecay: z.number().min(0).default(0).describe("L2 coefficient"),
  distillation: z.number().min(0).default(0.1).describe(
    "Weight lambda of the logit MSE beside the cross-entropy",
  ),
});

/** How a stage searches; `rate` is the paper's learning rate for its policy. */
export function stageSchema(rate: number) {
  return z.strictObject({
    iterations: z.int().min(1).default(100).describe(
      "Policy updates (authors' code: 100)",
    ),
    rollouts: z.int().min(1).default(5).describe(
      "Students proposed per update (paper: 5)",
    ),
    learningRate: learningRate.default(rate).describe(
      `Adam's step size for the policy (paper: ${rate})`,
    ),
    hidden: z.int().min(1).default(30).describe(
      "Units of each of the two LSTM layers (paper: 30)",
    ),
    entropyWeight: z.number().min(0).default(0).describe(
      "Weight of the policy's entropy (paper: none)",
    ),
    initialKeepBias: z.number().min(-100).max(100).default(0).describe(
      "Added at the start to the logit of keep, or of ratio 1 (paper: none)",
    ),
    normaliseAdvantage: z.boolean().default(false).describe(
      "Divide advantages by their standard deviation (paper: no)",
    ),
    baselineDecay: z.number().min(0).max(1).default(0.8).describe(
      "Weight of the past in the moving-average baseline (paper: not given)",
    ),
  }) satisfies z.ZodType<StageConfig>;
}

/** What shrinkage may do to a layer. */
export const shrinkSchema = z.strictObject({
  what: z.enum(["channels", "all"]).default("channels").describe(
    "What a ratio scales: output channels, or kernel, padding and pools too (authors' code)",
  ),
  minChannels: z.int().min(1).default(10).describe(
    "Fewest channels left (authors' code: 10)",
  ),
});

/** Everything that one compression in two stages can be told. */
export const compressionSchema = z.strictObject({
  ...dataOptions,
  network: z.enum(NETWORK_NAMES).default("vgg13").describe("Teacher"),
  width: z.number().positive().max(4).default(1).describe(
    "Multiplier of the teacher's channels (paper: 1)",
  ),
  validation: z.int().min(1).default(5000).describe(
    "Training images held out for validation (paper: none, it used test images)",
  ),
  images: z.int().min(0).default(0).describe(
    "Training images of the teacher and the final trainings; 0 takes all",
  ),
  // Without a default, as above.
  augmentation: augmentationSchema.optional(),
  teacher: teacherSchema,
  student: studentSchema,
  final: finalSchema,
  finalists: z.int().min(1).default(1).describe(
    "Best candidates of a stage that are trained to the end (paper: 1)",
  ),
  removal: stageSchema(0.003),
  shrinkage: stageSchema(0.01),
  shrink: shrinkSchema,
});

/** Options of a compression as they are given. */
export type GivenConfig = z.infer<typeof compressionSchema>;

/** Options of a compression, each with its value. */
export interface CompressionConfig extends Omit<GivenConfig, "teacher"> {
  readonly teacher:
    & Omit<RecipeFields, "schedule" | "cropPadding" | "flip">
    & Pick<GivenConfig["teacher"], "schedule" | "retrain">;
}

/**
 * Fills in what the options leave to the teacher's recipe: so a teacher that
 * `deno task teacher` trained is the one that an experiment asks for. What is not
 * usual, a schedule or an augmentation, stands in the result only where there is
 * one: records from before keep their digests.
 */
export function completeConfig(given: GivenConfig): CompressionConfig {
  const { retrain, ...own } = given.teacher;
  const { schedule, cropPadding, flip, ...teacher } = recipeFields(
    given.dataset,
    given.network,
    own,
  );
  const augmentation = given.augmentation ??
    (cropPadding > 0 || flip ? { cropPadding, flip } : undefined);
  return {
    ...given,
    teacher: {
      ...teacher,
      ...(schedule === "oneCycle" ? {} : { schedule }),
      ...(retrain === undefined ? {} : { retrain }),
    },
    ...(augmentation === undefined ? {} : { augmentation }),
  };
}

/**
 * Checks that the data set has the images that the options ask for.
 *
 * @param config The options.
 * @param count Images of the train split.
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkImages(
  { dataset, validation, images, student }: CompressionConfig,
  count: number,
): void {
  const left = count - validation;
  const trained = images || left;
  const limits = [
    ["--validation", validation, count - 1],
    ["--images", images, left],
    ["--student.images", student.images, trained],
    ["--student.validation-images", student.validationImages, validation],
  ] as const;
  const mistakes = limits.filter(([, asked, most]) => asked > most);
  if (mistakes.length === 0) return;
  throw new UsageError(
    mistakes.map(([flag, asked, most]) =>
      `${flag} ${asked}: expected at most ${
        Math.max(0, most)
      }, the images that ${dataset} has for it`
    ).join("\n"),
  );
}

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
  return { removal, shrinkage: { ...removal, epochs } };
}

function studentRecipe(
  config: z.infer<typeof studentSchema>,
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
