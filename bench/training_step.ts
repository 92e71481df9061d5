import type { Engine, Precision, Program } from "../lib/engine/mod.ts";
import type { Network } from "../lib/network/mod.ts";
import { randomStream } from "../lib/random/mod.ts";
import { initialise } from "../lib/training/mod.ts";

/** How a candidate of a search is trained: squared error of logits, Adam. */
const PLAN = {
  loss: { crossEntropy: 0, logitMse: 1 },
  optimiser: {
    type: "adam",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  },
} as const;

/** Outputs of all networks here. */
const CLASSES = 10;

/** A compiled network and its training step. */
export interface StepTrainer {
  /** Holds fresh weights; the caller disposes it. */
  readonly program: Program;
  /** Takes one step. */
  readonly step: () => Promise<number>;
  /** Predicts once. */
  readonly predict: () => Promise<Float32Array>;
}

/** How a network is trained. */
export interface StepSettings {
  /** Images of a step. */
  readonly batchSize: number;
  /** Images of a prediction; as many as a step's when left out. */
  readonly predictions?: number;
  /** What steps compute in; single precision when left out. */
  readonly precision?: Precision;
}

/**
 * Compiles a network, to train it on one made-up batch again and again: what is
 * in the batch does not change the work.
 */
export async function trainerOf(
  engine: Engine,
  network: Network,
  { batchSize, predictions = batchSize, precision }: StepSettings,
): Promise<StepTrainer> {
  const program = await engine.compile(network, {
    ...PLAN,
    batchSize,
    ...(precision === undefined ? {} : { precision }),
  });
  program.load(
    initialise(network, { initialisation: "he", seed: 1, owner: "bench" }),
  );
  const random = randomStream(1, "bench", "batch");
  const normal = (length: number) =>
    Float32Array.from({ length }, () => random.normal());
  const [channels, height, width] = network.input;
  const batch = {
    size: batchSize,
    images: normal(batchSize * channels * height * width),
    labels: new Int32Array(batchSize),
    teacherLogits: normal(batchSize * CLASSES),
  };
  let images: Float32Array | undefined;
  return {
    program,
    step: () => program.step(batch, { learningRate: 1e-3, random }),
    predict: () =>
      program.predict(
        images ??= normal(predictions * channels * height * width),
        predictions,
      ),
  };
}
