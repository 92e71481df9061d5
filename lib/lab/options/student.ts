/**
 * Options of the short training that scores a candidate.
 *
 * @module
 */

import { z } from "zod";
import { IMPORTANCES } from "../../training/mod.ts";
import { batchSize, epochs, learningRate, MOST, seed } from "./numbers.ts";
import { precisionOptions } from "./precision.ts";
import { scheduleSchema } from "./schedules.ts";

/** Where a training starts. */
export type StartName = "fresh" | "inherited";

/** Where trainings may start. */
export const STARTS = ["fresh", "inherited"] as const satisfies StartName[];

/** How a candidate is trained: briefly, on logits alone (paper section 3.4). */
export const studentSchema = z.strictObject({
  images: z.int().min(0).default(0).describe(
    "Training images of a candidate, stratified; 0 takes all (the paper)",
  ),
  validationImages: z.int().min(0).default(0).describe(
    "Validation images that score a candidate, stratified; 0 takes all",
  ),
  start: z.enum(STARTS).default("fresh").describe(
    "First weights: fresh ones (paper), or those of the network that the candidate was made of, as far as it has its layers and channels",
  ),
  importance: z.enum(IMPORTANCES).default("filterL1").describe(
    "Channels that inherited layers keep: by the sum of their filter's absolute weights, by batch norm's scale, or by both",
  ),
  observe: z.int().min(0).default(0).describe(
    "Images on which inherited statistics of batch norm are estimated anew before training",
  ),
  epochs: z.int().min(0).max(MOST.epochs).default(5).describe(
    "Passes over the images (paper: 5); 0 scores inherited weights as they are",
  ),
  shrinkageEpochs: epochs.optional().describe(
    "Passes in stage 2 (default: as in stage 1, like the paper)",
  ),
  batchSize: batchSize.default(64).describe("Images a step"),
  learningRate: learningRate.default(5e-4).describe(
    "Adam's step size (authors' code: 5e-4)",
  ),
  schedule: scheduleSchema.default("constant").describe(
    "How the learning rate changes (authors' code: constant)",
  ),
  weightDecay: z.number().min(0).default(5e-4).describe(
    "L2 coefficient (authors' code: 5e-4)",
  ),
  seed: seed.describe(
    "Seed of the students' trainings, the same for every search",
  ),
  initialisation: z.enum(["pytorch", "pytorch-0.2", "he"]).default(
    "pytorch-0.2",
  ).describe("Fresh weights (authors' code: PyTorch 0.2's)"),
  ...precisionOptions,
}).refine(({ start, epochs }) => start === "inherited" || epochs > 0, {
  path: ["epochs"],
  message:
    "expected at least 1, or inherited weights that can be scored as they are",
});
