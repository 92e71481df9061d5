import type { Optimiser } from "../engine.ts";
import type { Kernels } from "./kernels.ts";

/** How many vectors of memory an optimiser keeps. */
export function slotCount(optimiser: Optimiser): number {
  return optimiser.type === "adam" ? 2 : optimiser.momentum > 0 ? 1 : 0;
}

/**
 * Adam's denominator is at least the smallest normal float: with an epsilon of
 * 0 the padding's 0 / 0 must stay 0.
 */
const LEAST_DENOMINATOR = 2 ** -126;

/** Where the vectors stand in the arena, in bytes. */
export interface UpdateOptions {
  readonly weights: number;
  readonly gradients: number;
  readonly slots: readonly number[];
  readonly bytes: number;
  readonly learningRate: number;
  /** Number of this step, from 1. */
  readonly step: number;
}

/** Updates all weights in place. */
export function update(
  kernels: Kernels,
  optimiser: Optimiser,
  options: UpdateOptions,
): void {
  const { weights, gradients, slots, bytes, learningRate, step } = options;
  // The loops run at least once.
  if (bytes === 0) return;
  if (optimiser.type === "sgd") {
    const { momentum, nesterov, weightDecay } = optimiser;
    const kernel = momentum === 0 ? "sgd" : nesterov ? "nesterov" : "momentum";
    kernels[kernel](
      weights,
      gradients,
      // Without momentum nothing is remembered: the pointer is not used.
      slots[0] ?? weights,
      bytes,
      weightDecay,
      momentum,
      learningRate,
    );
    return;
  }
  const { beta1, beta2, epsilon, weightDecay, decoupled } = optimiser;
  kernels[decoupled ? "adamW" : "adam"](
    weights,
    gradients,
    slots[0]!,
    slots[1]!,
    bytes,
    decoupled ? learningRate * weightDecay : weightDecay,
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    learningRate / (1 - beta1 ** step),
    1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
    LEAST_DENOMINATOR,
  );
}
