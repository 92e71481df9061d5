/** A small problem that is learnt in a few epochs: three kinds of stripes. */

import type { Split } from "../../lib/data/mod.ts";
import type {
  Adam,
  Engine,
  Program,
  Sgd,
  TrainingState,
  Weights,
} from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { randomStream, sha256Hex } from "../../lib/random/mod.ts";
import {
  initialise,
  type Recipe,
  shareUint32,
  type TrainingData,
} from "../../lib/training/mod.ts";

/** Side of an image. */
const SIDE = 8;

/** Classes: rows, columns, checks. */
const CLASSES = 3;

export const MEAN: readonly number[] = [0.5];
export const STD: readonly number[] = [0.25];

/** Images of noisy stripes with a random phase, classes in turn. */
export function makeSplit(
  { count, seed = 1 }: { readonly count: number; readonly seed?: number },
): Split {
  const random = randomStream(seed, "stripes");
  const images = new Uint8Array(new SharedArrayBuffer(count * SIDE * SIDE));
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let image = 0; image < count; image++) {
    const label = image % CLASSES;
    labels[image] = label;
    const phase = random.integer(4);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const along = [y, x, (y & 2) + x][label]! + phase;
        const level = (along & 2) === 0 ? 190 : 60;
        images[(image * SIDE + y) * SIDE + x] = level + random.integer(60) - 30;
      }
    }
  }
  return { images, labels, count, shape: [1, SIDE, SIDE], classCount: CLASSES };
}

/** Training data over a split; rows are neither in order nor without gaps. */
export function makeData(
  { split, train, validation, teacherLogits = [], id = "data" }: {
    readonly split: Split;
    readonly train: number;
    readonly validation: number;
    readonly teacherLogits?: readonly Float32Array[];
    readonly id?: string;
  },
): TrainingData {
  const rows = randomStream(1, "rows").permutation(split.count);
  return {
    id,
    mean: MEAN,
    std: STD,
    images: split,
    train: shareUint32(rows.subarray(0, train)),
    validation: shareUint32(rows.subarray(train, train + validation)),
    teacherLogits,
  };
}

/** Every layer with a state of its own: batch norm, dropout, a residual block. */
export const NETWORK: Network = {
  input: [1, SIDE, SIDE],
  blocks: [
    conv(4),
    { type: "batchNorm" },
    { type: "relu" },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    {
      type: "residual",
      body: [conv(4), { type: "batchNorm" }],
      shortcut: [],
    },
    { type: "dropout", rate: 0.25 },
    { type: "linear", outFeatures: CLASSES, bias: true },
  ],
};

/** The smallest network that learns the stripes. */
export const SMALL: Network = {
  input: [1, SIDE, SIDE],
  blocks: [
    conv(4),
    { type: "relu" },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    { type: "linear", outFeatures: CLASSES, bias: true },
  ],
};

function conv(outChannels: number) {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
}

export const ADAM: Adam = {
  type: "adam",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 5e-4,
};

export const SGD: Sgd = {
  type: "sgd",
  momentum: 0,
  nesterov: false,
  weightDecay: 5e-4,
};

export const PLAIN = { cropPadding: 0, flip: false } as const;

/** Few epochs of Adam on the labels; anything can be replaced. */
export function makeRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    epochs: 2,
    batchSize: 8,
    learningRate: 0.01,
    schedule: { type: "constant" },
    optimiser: ADAM,
    loss: { crossEntropy: 1, logitMse: 0 },
    initialisation: "pytorch",
    augmentation: PLAIN,
    ...changes,
  };
}

/** Compiles, loads fresh weights of seed 1, and disposes after use. */
export async function withFresh<T>(
  engine: Engine,
  network: Network,
  recipe: Recipe,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const { loss, optimiser, batchSize, initialisation } = recipe;
  const program = await engine.compile(network, { loss, optimiser, batchSize });
  try {
    program.load(
      initialise(network, { initialisation, seed: 1, owner: "fresh" }),
    );
    return await use(program);
  } finally {
    await program.dispose();
  }
}

/** Bits of an array, for comparisons that see NaN and the sign of 0. */
export function bitsOf({ buffer, byteOffset, byteLength }: Float32Array) {
  return sha256Hex(new Uint8Array(buffer, byteOffset, byteLength).slice());
}

/** Bits of each array. */
export function digests(weights: Weights): Record<string, string> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, bitsOf(values)]),
  );
}

/** Bits of a whole training state. */
export function stateDigests({ weights, slots, step }: TrainingState): unknown {
  return { weights: digests(weights), slots: slots.map(digests), step };
}
