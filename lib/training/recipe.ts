/**
 * How a network is trained, as a plain value: part of what identifies a result.
 *
 * @module
 */

import type { Augmentation } from "../data/mod.ts";
import type {
  Loss,
  Optimiser,
  Precision,
  TrainingPlan,
} from "../engine/mod.ts";

/** How the learning rate changes over a training run. */
export type Schedule =
  /** The same rate throughout. */
  | { readonly type: "constant" }
  /** Half a cosine from the full rate to 0, step by step. */
  | { readonly type: "cosine" }
  /** Multiplied by `factor` at each of the fractions `at` of all epochs. */
  | {
    readonly type: "step";
    readonly at: readonly number[];
    readonly factor: number;
  }
  /**
   * Rises in a line over the fraction `warmup` of all steps, then falls in a
   * line to 0 (a one-cycle schedule, Smith & Topin 2018).
   */
  | { readonly type: "oneCycle"; readonly warmup: number };

/**
 * Distribution of fresh weights.
 * - `pytorch`: convolution and linear weights and biases uniform within
 *   +-1/sqrt(fan in), batch-norm scale 1 and shift 0 (PyTorch >= 0.4).
 * - `pytorch-0.2`: the same, but scale uniform in [0, 1): what the authors'
 *   version did.
 * - `he`: normal with variance 2 / fan in (He et al. 2015), biases 0, scale 1.
 */
export type Initialisation = "pytorch" | "pytorch-0.2" | "he";

/** Everything that training needs beside network, data and seed. */
export interface Recipe {
  /** Passes over the training images, >= 0; with 0 first weights stay as they are. */
  readonly epochs: number;
  /** Images a step, >= 1; the last step of an epoch takes what is left. */
  readonly batchSize: number;
  /** Highest learning rate, > 0. */
  readonly learningRate: number;
  /** How the rate changes. */
  readonly schedule: Schedule;
  /** How gradients become updates. */
  readonly optimiser: Optimiser;
  /** What is minimised. */
  readonly loss: Loss;
  /** Where training starts. */
  readonly initialisation: Initialisation;
  /** Random views of the images. */
  readonly augmentation: Augmentation;
  /**
   * How many views of each image there are, >= 1: epoch e sees those of epoch
   * `e % views`, so that the teacher's logits of so many serve a training of any
   * length. Left out, each epoch sees its own. Without augmentation all are one.
   */
  readonly views?: number;
  /** What its steps compute in; left out, single precision. */
  readonly precision?: Precision;
}

/** The part of a recipe that an engine compiles. */
export function planOf(
  { loss, optimiser, batchSize, precision }: Pick<
    Recipe,
    "loss" | "optimiser" | "batchSize" | "precision"
  >,
): TrainingPlan {
  return {
    loss,
    optimiser,
    batchSize,
    ...(precision === undefined ? {} : { precision }),
  };
}

/** Whether each view of an image is another one. */
export function augments({ cropPadding, flip }: Augmentation): boolean {
  return cropPadding > 0 || flip;
}

/**
 * Which view of the images an epoch sees, and which table of the teacher's logits
 * goes with it.
 *
 * @param recipe The recipe.
 * @param epoch Number of the epoch, >= 0.
 */
export function viewOfEpoch(
  { augmentation, views }: Pick<Recipe, "augmentation" | "views">,
  epoch: number,
): number {
  if (!augments(augmentation)) return 0;
  return views === undefined ? epoch : epoch % views;
}

/** How many views of each image a whole training sees. */
export function countViews(
  { augmentation, epochs, views = epochs }: Pick<
    Recipe,
    "augmentation" | "epochs" | "views"
  >,
): number {
  return augments(augmentation) ? Math.min(epochs, views) : 1;
}

/**
 * Learning rate of one step.
 *
 * @param recipe The recipe.
 * @param step Steps taken before, 0 to `steps - 1`.
 * @param steps Steps of the whole training.
 */
export function learningRateAt(
  { learningRate, schedule }: Recipe,
  { step, steps }: { readonly step: number; readonly steps: number },
): number {
  switch (schedule.type) {
    case "constant":
      return learningRate;
    case "cosine":
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * step / steps));
    case "step": {
      const passed = schedule.at.filter((at) => step >= at * steps).length;
      return learningRate * schedule.factor ** passed;
    }
    case "oneCycle": {
      const rising = Math.max(1, schedule.warmup * steps);
      return learningRate * Math.min(
        (step + 1) / rising,
        (steps - step) / Math.max(1, steps - rising),
        1,
      );
    }
  }
}
