import type { Batch, Loss } from "../engine.ts";

/** Logits of a batch, and where the loss's gradient in them goes. */
export interface LossOptions {
  readonly loss: Loss;
  readonly batch: Batch;
  readonly classes: number;
  /** Set to the gradient, `[size, classes]`. */
  readonly gradient: Float64Array;
}

/**
 * The loss of logits `[size, classes]`, in double precision: there are few of
 * them. A value that is no float is returned as NaN.
 */
export function lossOf(
  logits: Float64Array,
  { loss, batch, classes, gradient }: LossOptions,
): number {
  const { size, labels, teacherLogits } = batch;
  gradient.fill(0);
  let total = 0;
  for (let image = 0; image < size; image++) {
    const row = image * classes;
    if (loss.crossEntropy !== 0) {
      total += loss.crossEntropy / size *
        crossEntropy(logits.subarray(row, row + classes), {
          label: labels[image]!,
          weight: loss.crossEntropy / size,
          gradient: gradient.subarray(row, row + classes),
        });
    }
    if (loss.logitMse !== 0) {
      const weight = loss.logitMse / (size * classes);
      for (let i = row; i < row + classes; i++) {
        const error = logits[i]! - teacherLogits![i]!;
        total += weight * error * error;
        gradient[i]! += 2 * weight * error;
      }
    }
  }
  const value = Math.fround(total);
  return Number.isFinite(value) ? value : NaN;
}

/** -log softmax(logits)[label]; adds its weighted gradient. */
function crossEntropy(
  logits: Float64Array,
  { label, weight, gradient }: {
    readonly label: number;
    readonly weight: number;
    readonly gradient: Float64Array;
  },
): number {
  // NaN wins a maximum.
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  for (let i = 0; i < logits.length; i++) {
    const probability = Math.exp(logits[i]! - largest) / sum;
    gradient[i]! += weight * (probability - (i === label ? 1 : 0));
  }
  return Math.log(sum) + largest - logits[label]!;
}
