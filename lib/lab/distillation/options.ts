/**
 * Options of the experiment on losses, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { learningRate, MOST } from "../options/numbers.ts";
import type { OptionValues } from "../options/values.ts";

/** What a cell is: the same students under every loss, or searches under every loss. */
export const PARTS = ["students", "searches"] as const;

/** Which losses are compared, on what. */
export const distillationOptions = {
  part: z.enum(PARTS).default("students").describe(
    "What a cell is: the same students trained by every loss, or searches whose students are; the arms set it",
  ),
  students: z.int().min(4).max(MOST.students).default(24).describe(
    "Students that every loss trains, spread over sizes",
  ),
  temperature: z.number().positive().default(4).describe(
    "Temperature of the loss by softened classes (Hinton et al. 2015); lambda of the mixed loss is --final.distillation",
  ),
  freshLearningRate: learningRate.default(0.01).describe(
    "Highest step size of short trainings from fresh weights, which take larger ones than inherited",
  ),
  finalImages: z.int().min(0).default(0).describe(
    "Training images of the final trainings; 0 takes all that the teacher has",
  ),
  searchSeeds: z.int().min(0).max(10_000).default(0).describe(
    "Searches under each loss, with seeds from --seed on; 0 leaves that part out",
  ),
};

/** Values of {@link distillationOptions}. */
export type DistillationOptions = OptionValues<typeof distillationOptions>;

/** The options of a cell that are not a compression's. */
export function distillationOptionsOf(
  config: CompressionConfig,
): DistillationOptions {
  return z.object(distillationOptions).parse(config);
}

/**
 * Checks what the options of a compression do not say by themselves.
 *
 * @param config The cell's options.
 * @param train Training images that there are.
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkDistillation(
  config: CompressionConfig,
  train: number,
): void {
  const { finalImages } = distillationOptionsOf(config);
  const { validation, final: { distillation } } = config;
  const mistakes = [
    ...(finalImages <= train ? [] : [
      `--final-images ${finalImages}: expected at most ${train}, the training images that there are`,
    ]),
    ...(validation >= 2 ? [] : [
      `--validation ${validation}: expected at least 2, one half for searches and one for what is concluded`,
    ]),
    ...(distillation > 0 ? [] : [
      `--final.distillation ${distillation}: expected more than 0, the weight of the logits beside the labels`,
    ]),
  ];
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}
