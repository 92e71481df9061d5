/**
 * The options that every search has: network, data, recipes, stages. Where the
 * paper names no value, the comment says so and the choice is ours.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import { NETWORK_NAMES } from "../../network/mod.ts";
import { dataOptions } from "../subject/data_options.ts";
import { type RecipeFields, recipeFields } from "../teacher/recipes.ts";
import {
  checkFinalists,
  checkStart,
  type FinalConfig,
  finalSchema,
  withoutUsual,
} from "./final.ts";
import { checkFaults } from "./faults.ts";
import { METHOD_NAMES } from "./methods.ts";
import { MOST, seed } from "./numbers.ts";
import { precisionOf } from "./precision.ts";
import { searchOptions } from "./stage.ts";
import { studentSchema } from "./student.ts";
import {
  augmentationSchema,
  distillationSchema,
  teacherSchema,
} from "./teacher.ts";
import {
  type FileNetwork,
  fileNetwork,
  type TeacherFile,
  teacherFileOf,
} from "./teacher_file.ts";
import type { OptionValues } from "./values.ts";

/** Everything that one compression can be told. */
export const compressionOptions = {
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
  data: z.strictObject({
    seed: seed.describe(
      "Seed of the validation split and of subsets, the same for every search",
    ),
  }),
  // Without a default: records without one keep their form.
  augmentation: augmentationSchema.optional(),
  distillation: distillationSchema,
  teacher: teacherSchema,
  student: studentSchema,
  final: finalSchema,
  finalists: z.int().min(1).max(MOST.students).default(1).describe(
    "Best candidates of a stage that are trained to the end (paper: 1)",
  ),
  method: z.enum(METHOD_NAMES).optional().describe(
    "A whole method at once (lib/lab/options/methods.ts); what else is said beside it wins",
  ),
  ...searchOptions,
};

/** Options of a compression as they are given. */
export type GivenConfig = OptionValues<typeof compressionOptions>;

/** Options of a compression, each with its value. */
export interface CompressionConfig
  extends Omit<GivenConfig, "network" | "teacher" | "student" | "final"> {
  /** The teacher's network: one that can be built, or that of a file. */
  readonly network: GivenConfig["network"] | FileNetwork;
  /** How the teacher is trained: what its data set's recipe says filled in. */
  readonly teacher:
    & Omit<RecipeFields, "schedule" | "cropPadding" | "flip">
    & Pick<
      GivenConfig["teacher"],
      "schedule" | "seed" | "retrain" | "precision"
    >
    & {
      /** Where it was trained elsewhere. */
      readonly source?: TeacherFile;
    };
  /** How candidates are trained briefly. */
  readonly student:
    & Omit<GivenConfig["student"], "precision">
    & Partial<Pick<GivenConfig["student"], "precision">>;
  /** How candidates are trained to the end. */
  readonly final: FinalConfig;
}

/**
 * Fills in what the options leave to the teacher's recipe: so a teacher that
 * `deno task teacher` trained is the one that an experiment asks for. What is not
 * usual, a schedule or an augmentation, stands in the result only where there is
 * one: records from before keep their digests.
 *
 * @throws {UsageError} If options contradict each other.
 */
export function completeConfig<Given extends GivenConfig>(
  given: Given,
):
  & Omit<Given, "network" | "teacher" | "student" | "final">
  & CompressionConfig {
  checkFinalists(given);
  checkStart(given);
  checkFaults(given);
  const { seed, retrain, precision: taught, ...rest } = given.teacher;
  const { file: _, pixels: __, mean: ___, std: ____, ...own } = rest;
  const source = teacherFileOf(rest);
  const network = source === undefined
    ? given.network
    : fileNetwork(source.file);
  const { dataset, width } = given;
  const { schedule, cropPadding, flip, precision: usual, ...teacher } =
    recipeFields({ dataset, network, width }, own);
  const { precision, ...student } = given.student;
  const augmentation = given.augmentation ??
    (cropPadding > 0 || flip ? { cropPadding, flip } : undefined);
  return {
    ...given,
    network,
    // A file's network is as wide as it is.
    ...(source === undefined ? {} : { width: 1 }),
    teacher: {
      ...teacher,
      seed,
      ...(schedule === "oneCycle" ? {} : { schedule }),
      ...(retrain === undefined ? {} : { retrain }),
      ...precisionOf(taught ?? usual),
      ...(source === undefined ? {} : { source }),
    },
    student: { ...student, ...precisionOf(precision) },
    final: withoutUsual(given.final),
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
