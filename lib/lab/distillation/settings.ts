/**
 * How long students are trained under each loss, and from which weights.
 *
 * @module
 */

import type { Recipe } from "../../training/mod.ts";
import type { TruthSpec } from "../fidelity/proxy_spec.ts";
import type { Trial } from "../fidelity/trials.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { finalRecipe, studentRecipes } from "../options/recipes.ts";
import type { StartName } from "../options/student.ts";
import type { LossName, NamedLoss } from "./losses.ts";
import { distillationOptionsOf } from "./options.ts";

/** How long a training is: as in a search, or the final one. */
export type LengthName = "final" | "short";

/** A length and a start; all losses are compared within it. */
export interface Setting {
  /** How long. */
  readonly length: LengthName;
  /** First weights. */
  readonly start: StartName;
  /** Passes over the images, >= 1. */
  readonly epochs: number;
  /** Training images; 0 takes all. */
  readonly images: number;
  /** Images that batch norm's statistics are estimated on before, >= 0. */
  readonly observe: number;
}

/** "final, fresh". */
export function settingTitle(
  { length, start }: Pick<Setting, "length" | "start">,
): string {
  return `${length}, ${start}`;
}

/**
 * The settings of a cell, the deciding one first.
 *
 * @param config The cell's options.
 */
export function settingsOf(config: CompressionConfig): readonly Setting[] {
  const { student, final } = config;
  const { finalImages } = distillationOptionsOf(config);
  const lengths = [
    { length: "final", epochs: final.epochs, images: finalImages },
    {
      length: "short",
      // Untrained students are the same under every loss.
      epochs: Math.max(1, student.epochs),
      images: student.images,
    },
  ] as const;
  return lengths.flatMap((each) => [
    { ...each, start: "fresh", observe: 0 } as const,
    { ...each, start: "inherited", observe: student.observe } as const,
  ]);
}

/** A setting's training by one of the losses. */
export interface LossTrial extends Trial<TruthSpec> {
  /** The setting. */
  readonly setting: Setting;
  /** The loss. */
  readonly loss: LossName;
}

/**
 * What every student of a cell goes through: each setting with each loss. Within a
 * setting recipes differ in the loss alone.
 *
 * @param config The cell's options.
 * @param losses The losses.
 */
export function lossTrials(
  config: CompressionConfig,
  losses: readonly NamedLoss[],
): readonly LossTrial[] {
  return settingsOf(config).flatMap((setting) => {
    const { start, images, epochs, observe } = setting;
    const recipe = recipeOf(config, setting);
    return losses.map(({ name, loss }) => ({
      name: `${settingTitle(setting)}, ${name}`,
      spec: { start, images, epochs, observe },
      recipe: { ...recipe, loss },
      setting,
      loss: name,
    }));
  });
}

function recipeOf(
  config: CompressionConfig,
  { length, start, epochs }: Setting,
): Recipe {
  if (length === "final") return finalRecipe(config);
  const { freshLearningRate } = distillationOptionsOf(config);
  const student = {
    ...config.student,
    epochs,
    ...(start === "fresh" ? { learningRate: freshLearningRate } : {}),
  };
  return studentRecipes({ ...config, student }).removal;
}
