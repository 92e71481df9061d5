/** Training in double precision, with gradients by central differences. */

import {
  canonical,
  leaves,
  type Network,
  parameterTable,
} from "../../lib/network/mod.ts";
import type { Random } from "../../lib/random/mod.ts";
import type { Batch, Loss, Optimiser } from "../../lib/engine/mod.ts";
import {
  forward64,
  type Moments64,
  type Parameters64,
} from "./float64_forward.ts";
import { dropoutStream, type Outcome, type Problem } from "./problem.ts";

// Error of a central difference: h^2/6 of the third derivative, 1e-13 or so,
// and rounding of the loss over 2h, 1e-10: far below single precision.
const DIFFERENCE = 1e-6;

/** Solves a problem in double precision. */
export function solve64(problem: Problem): Promise<Outcome> {
  const network = canonical(problem.network);
  const table = parameterTable(network);
  const cancelled = cancelledBiases(network);
  const parameters = new Map(
    table.map(({ name }) => [name, Float64Array.from(problem.weights[name]!)]),
  );
  const first = problem.batches[0]!;
  const logits = forward64(network, Float64Array.from(first.images), {
    size: first.size,
    parameters,
  });
  const optimise = optimiser64(problem.plan.optimiser, problem.learningRate);
  const random = dropoutStream(problem);
  const losses: number[] = [];
  for (const batch of problem.batches) {
    const moments = new Map<string, Moments64>();
    const masks = drawMasks64(network, { size: batch.size, random });
    const loss = (onMoments?: (name: string, m: Moments64) => void) =>
      loss64(
        forward64(network, Float64Array.from(batch.images), {
          size: batch.size,
          parameters,
          training: { masks, ...(onMoments && { onMoments }) },
        }),
        { batch, weights: problem.plan.loss },
      );
    losses.push(loss((name, m) => moments.set(name, m)));
    const gradients = new Map<string, Float64Array>();
    for (const { name, trainable, size } of table) {
      if (!trainable) continue;
      gradients.set(
        name,
        cancelled.has(name)
          ? new Float64Array(size)
          : centralDifferences(parameters.get(name)!, loss),
      );
    }
    for (const [name, gradient] of gradients) {
      optimise(name, parameters.get(name)!, gradient);
    }
    updateStatistics(parameters, moments, 0.1);
  }
  return Promise.resolve({
    logits,
    losses,
    weights: Object.fromEntries(parameters),
  });
}

/** Images that running statistics are moved towards, and how far. */
export interface Observation64 {
  readonly images: Float32Array;
  readonly size: number;
  readonly momentum: number;
}

/** All weights after one observation, in double precision. */
export function observe64(
  { network, weights }: Pick<Problem, "network" | "weights">,
  { images, size, momentum }: Observation64,
): Readonly<Record<string, Float64Array>> {
  const parameters = new Map(
    Object.entries(weights).map((
      [name, values],
    ) => [name, Float64Array.from(values)]),
  );
  const moments = new Map<string, Moments64>();
  forward64(canonical(network), Float64Array.from(images), {
    size,
    parameters,
    training: {
      masks: new Map(),
      onMoments: (name, m) => moments.set(name, m),
    },
  });
  updateStatistics(parameters, moments, momentum);
  return Object.fromEntries(parameters);
}

/** How well single precision can do on a problem's first step. */
export interface Conditioning {
  /**
   * Distance from the nearest kink of ReLU or max-pool, relative to the largest
   * value of the map. Where it is well above single precision's error, every
   * engine is on the same smooth piece of the function.
   */
  readonly kinkMargin: number;
  /**
   * Least variance that a batch norm divides by, relative to the largest square
   * of its map. Where it is small, the normalisation magnifies rounding.
   */
  readonly spread: number;
}

/** Measures a problem's first step. */
export function conditioning(problem: Problem): Conditioning {
  const network = canonical(problem.network);
  const batch = problem.batches[0]!;
  const { size, images } = batch;
  const parameters = new Map(
    Object.entries(problem.weights).map((
      [name, values],
    ) => [name, Float64Array.from(values)]),
  );
  let [kinkMargin, spread] = [Infinity, Infinity];
  forward64(network, Float64Array.from(images), {
    size,
    parameters,
    training: {
      masks: drawMasks64(network, { size, random: dropoutStream(problem) }),
      onKink: (margin) => kinkMargin = Math.min(kinkMargin, margin),
      onSpread: (variance) => spread = Math.min(spread, variance),
    },
  });
  return { kinkMargin, spread };
}

/** Weighted loss of logits, `[size, classes]`. */
export function loss64(
  logits: Float64Array,
  { batch, weights }: { readonly batch: Batch; readonly weights: Loss },
): number {
  const { size, labels, teacherLogits } = batch;
  const classes = logits.length / size;
  let crossEntropy = 0;
  for (let n = 0; n < size; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const top = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - top), 0);
    crossEntropy += (Math.log(sum) + top - row[labels[n]!]!) / size;
  }
  let logitMse = 0;
  for (const [i, logit] of logits.entries()) {
    logitMse += (logit - (teacherLogits?.[i] ?? 0)) ** 2 / logits.length;
  }
  const sum = weights.crossEntropy * crossEntropy + weights.logitMse * logitMse;
  if (weights.kl === undefined) return sum;
  const { weight, temperature } = weights.kl;
  let divergence = 0;
  for (let n = 0; n < size; n++) {
    const softened = (values: ArrayLike<number>) =>
      softmax64(
        Array.from(
          { length: classes },
          (_, c) => values[n * classes + c]! / temperature,
        ),
      );
    const student = softened(logits);
    for (const [c, p] of softened(teacherLogits!).entries()) {
      divergence += p * Math.log(p / student[c]!) / size;
    }
  }
  return sum + weight * temperature ** 2 * divergence;
}

function softmax64(values: readonly number[]): readonly number[] {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function centralDifferences(
  values: Float64Array,
  loss: () => number,
): Float64Array {
  return values.map((value, i) => {
    values[i] = value + DIFFERENCE;
    const above = loss();
    values[i] = value - DIFFERENCE;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * DIFFERENCE);
  });
}

/** The update formulas of PyTorch's documentation, in place. */
function optimiser64(
  optimiser: Optimiser,
  learningRate: number,
): (name: string, weight: Float64Array, gradient: Float64Array) => void {
  const memory = new Map<
    string,
    { a: Float64Array; b: Float64Array; t: number }
  >();
  return (name, weight, gradient) => {
    const slot = memory.get(name) ?? {
      a: new Float64Array(weight.length),
      b: new Float64Array(weight.length),
      t: 0,
    };
    memory.set(name, slot);
    slot.t++;
    for (let i = 0; i < weight.length; i++) {
      const isDecoupled = optimiser.type === "adam" && optimiser.decoupled;
      const g = gradient[i]! +
        (isDecoupled ? 0 : optimiser.weightDecay * weight[i]!);
      if (isDecoupled) weight[i]! *= 1 - learningRate * optimiser.weightDecay;
      if (optimiser.type === "sgd") {
        const { momentum, nesterov } = optimiser;
        slot.a[i] = slot.t === 1 ? g : momentum * slot.a[i]! + g;
        const d = nesterov ? g + momentum * slot.a[i]! : slot.a[i]!;
        weight[i]! -= learningRate * (momentum === 0 ? g : d);
      } else {
        const { beta1, beta2, epsilon } = optimiser;
        slot.a[i] = beta1 * slot.a[i]! + (1 - beta1) * g;
        slot.b[i] = beta2 * slot.b[i]! + (1 - beta2) * g * g;
        const m = slot.a[i]! / (1 - Math.pow(beta1, slot.t));
        const v = slot.b[i]! / (1 - Math.pow(beta2, slot.t));
        weight[i]! -= learningRate * m / (Math.sqrt(v) + epsilon);
      }
    }
  };
}

function updateStatistics(
  parameters: Parameters64,
  moments: ReadonlyMap<string, Moments64>,
  momentum: number,
): void {
  for (const [name, { mean, variance, count }] of moments) {
    const runningMean = parameters.get(`${name}.runningMean`)!;
    const runningVariance = parameters.get(`${name}.runningVariance`)!;
    const unbiased = count > 1 ? count / (count - 1) : 1;
    for (let c = 0; c < mean.length; c++) {
      runningMean[c] = (1 - momentum) * runningMean[c]! + momentum * mean[c]!;
      runningVariance[c] = (1 - momentum) * runningVariance[c]! +
        momentum * unbiased * variance[c]!;
    }
  }
}

function drawMasks64(
  network: Network,
  { size, random }: { readonly size: number; readonly random: Random },
): Map<string, Float64Array> {
  const masks = new Map<string, Float64Array>();
  for (const { layer, path, input } of leaves(network)) {
    if (layer.type === "dropout") {
      const length = size * input[0] * input[1] * input[2];
      masks.set(
        path.join("."),
        Float64Array.from(
          { length },
          () => random.uniform() < layer.rate ? 0 : 1 / (1 - layer.rate),
        ),
      );
    }
  }
  return masks;
}

/** Biases whose gradient is 0 by convention: a batch norm cancels them. */
function cancelledBiases(network: Network): Set<string> {
  const names = new Set<string>();
  const sequences: [string, readonly { type: string }[]][] = [
    ["blocks", network.blocks],
  ];
  for (const [i, block] of network.blocks.entries()) {
    if (block.type === "concat") {
      for (const [b, layers] of block.branches.entries()) {
        sequences.push([`blocks.${i}.branches.${b}`, layers]);
      }
    }
    if (block.type === "residual") {
      sequences.push([`blocks.${i}.body`, block.body]);
      sequences.push([`blocks.${i}.shortcut`, block.shortcut]);
    }
  }
  for (const [path, layers] of sequences) {
    layers.forEach((layer, i) => {
      if (layer.type === "conv" && layers[i + 1]?.type === "batchNorm") {
        names.add(`${path}.${i}.bias`);
      }
    });
  }
  return names;
}
