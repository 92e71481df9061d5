/**
 * Options of the teacher and of the views of its images.
 *
 * @module
 */

import { z } from "zod";
import { batchSize, epochs, learningRate, MOST, seed } from "./numbers.ts";
import { teacherPrecisionOptions } from "./precision.ts";
import { scheduleSchema } from "./schedules.ts";
import { teacherFileOptions } from "./teacher_file.ts";

/**
 * How the teacher is trained. The paper gives no recipe; what is left out is that
 * of experiments/configs/teachers.yaml for the data set and network.
 */
export const teacherSchema = z.strictObject({
  ...teacherFileOptions,
  epochs: epochs.optional().describe(
    "Passes over the training images (default: by experiments/configs/teachers.yaml, as of all options of the teacher)",
  ),
  batchSize: batchSize.optional().describe("Images a step"),
  learningRate: learningRate.optional().describe(
    "Highest learning rate (SGD, Nesterov momentum 0.9)",
  ),
  schedule: scheduleSchema.optional().describe("How the learning rate changes"),
  weightDecay: z.number().min(0).optional().describe("L2 coefficient"),
  ...teacherPrecisionOptions,
  seed: seed.describe(
    "Seed of the teacher's training, the same for every search",
  ),
  retrain: z.boolean().optional().describe(
    "Train it, although a teacher of this recipe is kept in results/teachers",
  ),
});

/**
 * Random views of the training images, the same for teacher and students. Left
 * out, they are those of the teacher's recipe.
 */
export const augmentationSchema = z.strictObject({
  cropPadding: z.int().min(0).max(MOST.side).default(0).describe(
    "Black border of which a window of the image's size is cut out (paper: 4 for CIFAR)",
  ),
  flip: z.boolean().default(false).describe(
    "Whether half of the images are mirrored (paper: yes for CIFAR)",
  ),
});

/** What the teacher tells its students. */
export const distillationSchema = z.strictObject({
  views: z.int().min(1).max(MOST.views).default(10).describe(
    "Random views of each image that the teacher looks at; longer trainings cycle through them (paper: each epoch has its own)",
  ),
});
