/**
 * The teachers' recipes: experiments/configs/teachers.yaml.
 *
 * @module
 */

import { parse } from "yaml";
import { z } from "zod";
import { isFolderName } from "../../data/mod.ts";
import { type Precision, PRECISIONS } from "../../engine/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import { TEACHER_RECIPES } from "../project.ts";
import {
  type ScheduleName,
  scheduleOf,
  scheduleSchema,
} from "../options/schedules.ts";
import { batchSize, epochs, MOST } from "../options/numbers.ts";
import { precisionOf } from "../options/precision.ts";

/** What a recipe says. */
const whole = z.strictObject({
  epochs: epochs.describe("Passes over the training images"),
  batchSize: batchSize.describe("Images a step"),
  learningRate: z.number().positive().describe("Highest learning rate"),
  schedule: scheduleSchema.describe(
    "How the learning rate changes",
  ),
  weightDecay: z.number().min(0).describe("L2 coefficient"),
  cropPadding: z.int().min(0).max(MOST.side).describe(
    "Black border of which a window of the image's size is cut out at random",
  ),
  flip: z.boolean().describe("Whether half of the images are mirrored"),
});

/** A recipe as the file says it. */
export interface RecipeFields {
  /** Passes over the training images, >= 1. */
  readonly epochs: number;
  /** Images a step, >= 1. */
  readonly batchSize: number;
  /** Highest learning rate. */
  readonly learningRate: number;
  /** How the learning rate changes. */
  readonly schedule: ScheduleName;
  /** L2 coefficient, >= 0. */
  readonly weightDecay: number;
  /** Pixels of black border of which a window is cut out, >= 0. */
  readonly cropPadding: number;
  /** Whether half of the images are mirrored. */
  readonly flip: boolean;
}

/** Some of a recipe: every field may be left to a less specific entry. */
export type PartialRecipe = {
  readonly [Field in keyof RecipeFields]?: RecipeFields[Field] | undefined;
};

const partial: z.ZodType<PartialRecipe> = whole.partial();

/** The options, for the schema of a command. */
export const recipeOptions = { recipe: partial };

/** A recipe, and what its training computes in where that is not f32. */
export interface TeacherFields extends RecipeFields {
  /** Left out: single precision. */
  readonly precision?: Precision | undefined;
}

/** Some of them: every field may be left to a less specific entry. */
export type PartialFields = {
  readonly [Field in keyof TeacherFields]?: TeacherFields[Field] | undefined;
};

/**
 * Recipes by data set, then by network or network and width ("resnet18-w0.5");
 * "default" is for all others.
 */
export type RecipeFile = Readonly<
  Record<string, Readonly<Record<string, PartialFields>>>
>;

const fields = whole.extend({ precision: z.enum(PRECISIONS).optional() });

const file: z.ZodType<RecipeFile> = z.record(
  z.string(),
  z.record(z.string(), fields.partial()),
);

/**
 * Reads the recipes.
 *
 * @param text YAML as in teachers.yaml.
 * @throws {SyntaxError} If it is not of that form; the message lists every fault.
 */
export function parseRecipes(text: string): RecipeFile {
  const parsed = file.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    `${issue.path.join(".")}: ${issue.message}`
  );
  throw new SyntaxError(
    `Cannot read the teachers' recipes: ${faults.join("; ")}`,
  );
}

let loaded: RecipeFile | undefined;

/** Which teacher. */
export interface TeacherKind {
  /** Name of a data set; all folders of pictures have one recipe. */
  readonly dataset: string;
  /** Name of a network. */
  readonly network: string;
  /** Multiplier of its channels. */
  readonly width: number;
}

/**
 * What the file says of a teacher.
 *
 * @param kind Which.
 * @param own Fields that win over the file's.
 */
export function recipeFields(
  { dataset, network, width }: TeacherKind,
  own: PartialRecipe = {},
): TeacherFields {
  loaded ??= parseRecipes(
    Deno.readTextFileSync(TEACHER_RECIPES),
  );
  const set = isFolderName(dataset) ? "folder" : dataset;
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return fields.parse({
    ...loaded.default?.default,
    ...loaded[set]?.default,
    ...loaded[set]?.[network],
    ...loaded[set]?.[`${network}-w${width}`],
    ...Object.fromEntries(given),
  });
}

/**
 * The recipe of a teacher, as {@link recipeFields} gives it.
 *
 * @param kind Which.
 * @param own Fields that win over the file's.
 */
export function recipeOf(kind: TeacherKind, own: PartialRecipe = {}): Recipe {
  const fields = recipeFields(kind, own);
  const { epochs, batchSize, learningRate, schedule, weightDecay } = fields;
  return {
    epochs,
    batchSize,
    learningRate,
    schedule: scheduleOf(schedule),
    optimiser: { type: "sgd", momentum: 0.9, nesterov: true, weightDecay },
    loss: { crossEntropy: 1, logitMse: 0 },
    initialisation: "he",
    augmentation: { cropPadding: fields.cropPadding, flip: fields.flip },
    ...precisionOf(fields.precision),
  };
}
