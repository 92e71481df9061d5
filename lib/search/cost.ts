/**
 * What trainings cost: a model of seconds in a network's work, fitted to
 * measurements on the machine at hand. Only plans and progress depend on it.
 *
 * @module
 */

import { activationBytes, leaves, type Network } from "../network/mod.ts";

/** Bytes of one float32. */
const FLOAT_BYTES = 4;

/** Seconds of one thread that an image costs in one direction of use. */
export interface ImageCost {
  /** Whatever the network: filling the batch and the like. */
  readonly image: number;
  /** For each multiply-accumulate of the forward pass. */
  readonly mac: number;
  /** For each byte of activations, that memory-bound layers move. */
  readonly activation: number;
  /**
   * The engine computes channels in multiples of so many, an integer >= 1, and
   * pads others: then narrow networks cost as much as wider ones. Default 1.
   */
  readonly channelBlock?: number;
}

/** Seconds of one thread for the parts of a student's evaluation, each >= 0. */
export interface CostModel {
  /** Building and loading the program. */
  readonly compile: number;
  /** An image of a training step. */
  readonly training: ImageCost;
  /** An image of a prediction. */
  readonly prediction: ImageCost;
}

/** A network's measured speed. */
export interface CostSample {
  /** The network. */
  readonly network: Network;
  /** Seconds of one thread an image, > 0. */
  readonly secondsPerImage: number;
}

/** The work that a network does for an image, in the order of {@link ImageCost}. */
function workOf(network: Network, channelBlock = 1): readonly number[] {
  const padded = (channels: number) =>
    Math.ceil(channels / channelBlock) * channelBlock;
  let macs = 0;
  let padding = 0;
  for (const { layer, input, output, index } of leaves(network)) {
    const [channels, height, width] = output;
    const area = height * width;
    padding += (padded(channels) - channels) * area * FLOAT_BYTES;
    if (layer.type === "conv") {
      // The images themselves are read as they are.
      const read = index === 0 ? input[0] : padded(input[0]);
      macs += padded(channels) * area * read * layer.kernel ** 2;
    } else if (layer.type === "linear") {
      const [from, rows, columns] = input;
      macs += padded(layer.outFeatures) * padded(from) * rows * columns;
    }
  }
  return [1, macs, activationBytes(network) + padding];
}

/**
 * Fits costs >= 0 to measurements by least squares of relative errors, so that
 * small and large networks count alike. The three numbers are few enough for
 * every choice of those above 0 to be tried.
 *
 * @param samples Networks of different work, at least 3.
 * @param channelBlock See {@link ImageCost}.
 * @returns The costs with the smallest error.
 * @throws {RangeError} If there are fewer samples, or a time is not above 0.
 */
export function fitImageCost(
  samples: readonly CostSample[],
  channelBlock = 1,
): ImageCost {
  if (samples.length < 3) {
    throw new RangeError(
      `Cannot fit costs: ${samples.length} networks were measured, expected at least 3`,
    );
  }
  const rows = samples.map(({ network, secondsPerImage }) => {
    if (!(secondsPerImage > 0 && secondsPerImage < Infinity)) {
      throw new RangeError(
        `Cannot fit costs: a time is ${secondsPerImage} s, expected a number > 0`,
      );
    }
    return workOf(network, channelBlock).map((work) => work / secondsPerImage);
  });
  let best: { error: number; costs: readonly number[] } | undefined;
  for (let choice = 1; choice < 8; choice++) {
    const chosen = [0, 1, 2].filter((i) => choice & (1 << i));
    const costs = leastSquares(rows, chosen);
    if (costs === undefined || costs.some((cost) => cost < 0)) continue;
    const error = rows.reduce(
      (sum, row) =>
        sum + (row.reduce((s, work, i) => s + work * costs[i]!, 0) - 1) ** 2,
      0,
    );
    if (best === undefined || error < best.error) best = { error, costs };
  }
  // One column alone always has a solution above 0.
  const [image, mac, activation] = best!.costs;
  return {
    image: image!,
    mac: mac!,
    activation: activation!,
    ...(channelBlock === 1 ? {} : { channelBlock }),
  };
}

/**
 * The chosen columns' factors for which each row's sum is nearest to 1; the
 * others are 0. Undefined where the columns depend on each other.
 */
function leastSquares(
  rows: readonly (readonly number[])[],
  chosen: readonly number[],
): readonly number[] | undefined {
  // Columns differ by many powers of ten: each is scaled to length 1.
  const lengths = chosen.map((i) =>
    Math.sqrt(rows.reduce((sum, row) => sum + row[i]! ** 2, 0))
  );
  const columns = chosen.map((i, k) =>
    rows.map((row) => row[i]! / lengths[k]!)
  );
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const ones = rows.map(() => 1);
  // The normal equations, with their right side as the last column.
  const table = columns.map((a) => [
    ...columns.map((b) => dot(a, b)),
    dot(a, ones),
  ]);
  const size = chosen.length;
  for (let i = 0; i < size; i++) {
    const pivot = table[i]![i]!;
    if (pivot < 1e-9) return undefined;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = table[j]![i]! / pivot;
      for (let k = i; k <= size; k++) table[j]![k]! -= factor * table[i]![k]!;
    }
  }
  const costs = [0, 0, 0];
  chosen.forEach((column, i) =>
    costs[column] = table[i]![size]! / table[i]![i]! / lengths[i]!
  );
  return costs;
}

/**
 * Seconds an image.
 *
 * @param cost Of a training step or of a prediction.
 * @param network The network.
 */
export function secondsPerImage(cost: ImageCost, network: Network): number {
  const [image, macs, activations] = workOf(network, cost.channelBlock);
  return cost.image * image! + cost.mac * macs! +
    cost.activation * activations!;
}

/** How many images an evaluation looks at. */
export interface EvaluationSize {
  /** Training images of all epochs together. */
  readonly images: number;
  /** Validation images, over all times that they are looked at. */
  readonly validation: number;
}

/**
 * Predicts the seconds of one thread that an evaluation takes.
 *
 * @param model The machine's and engine's.
 * @param network What is trained.
 * @param size On how much.
 */
export function predictSeconds(
  model: CostModel,
  network: Network,
  { images, validation }: EvaluationSize,
): number {
  return model.compile +
    images * secondsPerImage(model.training, network) +
    validation * secondsPerImage(model.prediction, network);
}
