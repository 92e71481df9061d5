/**
 * Updates in double precision over the stored single-precision arrays, as
 * PyTorch defines them. The library's own optimisers are not used: they have
 * no L2 weight decay, and its Adam forgets its powers when it is restored.
 */

import type { Adam, Optimiser, Sgd } from "../engine.ts";

/** How many arrays of memory an optimiser keeps for each parameter. */
export function slotCount(optimiser: Optimiser): number {
  return optimiser.type === "adam" ? 2 : optimiser.momentum > 0 ? 1 : 0;
}

/** One parameter before its update. */
export interface Update {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  /** As many as {@link slotCount} says; Adam's are the first and second moment. */
  readonly slots: readonly Float32Array[];
  readonly learningRate: number;
  /** Number of this step, from 1. */
  readonly step: number;
}

/** One parameter after its update, in new arrays. */
export interface Updated {
  readonly weight: Float32Array;
  readonly slots: readonly Float32Array[];
}

/** Updates one parameter. */
export function updateParameter(optimiser: Optimiser, update: Update): Updated {
  return optimiser.type === "sgd"
    ? updateSgd(optimiser, update)
    : updateAdam(optimiser, update);
}

function updateSgd(optimiser: Sgd, update: Update): Updated {
  const { momentum, nesterov, weightDecay } = optimiser;
  const weight = new Float32Array(update.weight.length);
  const memory = update.slots[0];
  const slot = memory && new Float32Array(memory.length);
  for (let i = 0; i < weight.length; i++) {
    const before = update.weight[i]!;
    const gradient = update.gradient[i]! + weightDecay * before;
    let direction = gradient;
    if (memory && slot) {
      // PyTorch's first buffer is the gradient itself: 0 * momentum + gradient.
      const buffer = momentum * memory[i]! + gradient;
      slot[i] = buffer;
      direction = nesterov ? gradient + momentum * buffer : buffer;
    }
    weight[i] = before - update.learningRate * direction;
  }
  return { weight, slots: slot ? [slot] : [] };
}

function updateAdam(optimiser: Adam, update: Update): Updated {
  const { beta1, beta2, epsilon, weightDecay, decoupled } = optimiser;
  const l2 = decoupled ? 0 : weightDecay;
  const shrink = update.learningRate * weightDecay;
  const [oldFirst, oldSecond] = update.slots;
  const length = update.weight.length;
  const weight = new Float32Array(length);
  const first = new Float32Array(length);
  const second = new Float32Array(length);
  const correction1 = 1 - beta1 ** update.step;
  const correction2 = 1 - beta2 ** update.step;
  for (let i = 0; i < length; i++) {
    const before = update.weight[i]!;
    const gradient = update.gradient[i]! + l2 * before;
    const m = beta1 * oldFirst![i]! + (1 - beta1) * gradient;
    const v = beta2 * oldSecond![i]! + (1 - beta2) * gradient * gradient;
    first[i] = m;
    second[i] = v;
    const denominator = Math.sqrt(v / correction2) + epsilon;
    const kept = decoupled ? before - shrink * before : before;
    weight[i] = kept -
      update.learningRate * (m / correction1) / denominator;
  }
  return { weight, slots: [first, second] };
}
