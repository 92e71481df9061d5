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
    if (loss.kl !== undefined) {
      total += softenedKl(logits.subarray(row, row + classes), {
        teacher: teacherLogits!.subarray(row, row + classes),
        weight: loss.kl.weight / size,
        temperature: loss.kl.temperature,
        gradient: gradient.subarray(row, row + classes),
      });
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

/**
 * weight T^2 KL(p || q) with p = softmax(teacher / T) and q = softmax(logits / T);
 * adds its gradient weight T (q - p).
 */
function softenedKl(
  logits: Float64Array,
  { teacher, weight, temperature, gradient }: {
    readonly teacher: Float32Array;
    readonly weight: number;
    readonly temperature: number;
    readonly gradient: Float64Array;
  },
): number {
  const student = logSoftmax(logits, temperature);
  const wanted = logSoftmax(teacher, temperature);
  let divergence = 0;
  for (let i = 0; i < logits.length; i++) {
    const probability = Math.exp(wanted[i]!);
    divergence += probability * (wanted[i]! - student[i]!);
    gradient[i]! += weight * temperature *
      (Math.exp(student[i]!) - probability);
  }
  return weight * temperature ** 2 * divergence;
}

/** log softmax(logits / T). */
function logSoftmax(
  logits: ArrayLike<number>,
  temperature: number,
): Float64Array {
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  // NaN wins a maximum.
  const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = scaled.reduce((a, b) => a + Math.exp(b - largest), 0);
  return scaled.map((value) => value - largest - Math.log(sum));
}
