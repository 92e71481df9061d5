/**
 * The losses that are compared.
 *
 * @module
 */

import type { Loss } from "../../engine/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { distillationOptionsOf } from "./options.ts";

/** Names of the losses; the first is what the others are compared with. */
export const LOSS_NAMES = ["labels", "mse", "kl", "mixed"] as const;

/** Name of a loss. */
export type LossName = typeof LOSS_NAMES[number];

/** A loss under its name. */
export interface NamedLoss {
  /** In records, pages and figures. */
  readonly name: LossName;
  /** What is minimised. */
  readonly loss: Loss;
}

/**
 * The losses that a cell compares, in the order of their names:
 * - `labels`: cross-entropy with the labels, without the teacher
 * - `mse`: squared error of the teacher's logits (the paper's searches)
 * - `kl`: divergence from the teacher's softened classes (Hinton et al. 2015)
 * - `mixed`: labels + lambda x mse (the paper's final trainings)
 *
 * @param config The cell's options.
 */
export function lossesOf(config: CompressionConfig): readonly NamedLoss[] {
  const { temperature } = distillationOptionsOf(config);
  const losses: Readonly<Record<LossName, Loss>> = {
    labels: { crossEntropy: 1, logitMse: 0 },
    mse: { crossEntropy: 0, logitMse: 1 },
    kl: { crossEntropy: 0, logitMse: 0, kl: { weight: 1, temperature } },
    mixed: { crossEntropy: 1, logitMse: config.final.distillation },
  };
  return LOSS_NAMES.map((name) => ({ name, loss: losses[name] }));
}

/** What a loss is, for tables and figures: "labels + 0.1 x logit MSE". */
export function lossTitle({ name, loss }: NamedLoss): string {
  switch (name) {
    case "labels":
      return "labels only";
    case "mse":
      return "logit MSE";
    case "kl":
      return `KL, temperature ${loss.kl?.temperature}`;
    case "mixed":
      return `labels + ${loss.logitMse} x logit MSE`;
  }
}
