/** What engines are compared on: one training problem, solved by each. */

import {
  canonical,
  describe,
  type Network,
  parameterTable,
  shapes,
} from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import type {
  Batch,
  Engine,
  Optimiser,
  Program,
  TrainingPlan,
  Weights,
} from "../../lib/engine/mod.ts";

/** Plain gradient descent. */
export const PLAIN_SGD: Optimiser = {
  type: "sgd",
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
};

/** A network, weights, and the steps to take from them. */
export interface Problem {
  readonly network: Network;
  readonly plan: TrainingPlan;
  readonly weights: Weights;
  readonly batches: readonly Batch[];
  readonly learningRate: number;
  readonly seed: number;
}

/** What comes of a problem. */
export interface Outcome {
  /** Predictions for the first batch's images before the first step. */
  readonly logits: ArrayLike<number>;
  readonly losses: readonly number[];
  /** After the last step. */
  readonly weights: Readonly<Record<string, ArrayLike<number>>>;
}

/** Somebody who solves problems: an engine, or the oracle. */
export type Solver = (problem: Problem) => Promise<Outcome>;

/** What a problem is made from. */
export interface ProblemOptions {
  readonly seed: number;
  readonly size?: number;
  /** Default: the size. */
  readonly batchSize?: number;
  readonly steps?: number;
  readonly loss?: TrainingPlan["loss"];
  readonly optimiser?: Optimiser;
  readonly learningRate?: number;
  readonly precision?: TrainingPlan["precision"];
}

/** Draws weights and batches of a problem from its seed. */
export function makeProblem(
  network: Network,
  options: ProblemOptions,
): Problem {
  const { seed, size = 3, steps = 1 } = options;
  return {
    network,
    plan: {
      loss: options.loss ?? { crossEntropy: 1, logitMse: 0.5 },
      optimiser: options.optimiser ?? PLAIN_SGD,
      batchSize: options.batchSize ?? size,
      ...(options.precision && { precision: options.precision }),
    },
    weights: randomWeights(network, seed),
    batches: Array.from(
      { length: steps },
      (_, step) => randomBatch(network, { size, seed: seed + step }),
    ),
    learningRate: options.learningRate ?? 0.05,
    seed,
  };
}

/** Weights that keep activations near 1, and statistics of no special value. */
export function randomWeights(network: Network, seed: number): Weights {
  const random = randomStream(seed, "weights");
  const entries = parameterTable(canonical(network)).map(
    ({ name, size, role, fanIn }) => {
      const values = Float32Array.from({ length: size }, () => {
        switch (role) {
          case "weight":
            return random.normal() * Math.sqrt(1.5 / fanIn);
          case "scale":
            return 1 + 0.3 * random.normal();
          case "runningVariance":
            return 0.5 + random.uniform();
          default:
            return 0.3 * random.normal();
        }
      });
      return [name, values] as const;
    },
  );
  return Object.fromEntries(entries);
}

/** Normal images and teacher logits, uniform labels. */
export function randomBatch(
  network: Network,
  { size, seed }: { readonly size: number; readonly seed: number },
): Batch {
  const random = randomStream(seed, "batch");
  const features = network.input.reduce((a, b) => a * b, 1);
  const classes = classesOf(network);
  const normal = () => random.normal();
  return {
    size,
    images: Float32Array.from({ length: size * features }, normal),
    labels: Int32Array.from({ length: size }, () => random.integer(classes)),
    teacherLogits: Float32Array.from({ length: size * classes }, normal),
  };
}

/** Logits of one image. */
export function classesOf(network: Network): number {
  return shapes(network).output.reduce((a, b) => a * b, 1);
}

/** The stream that dropout masks of a problem are drawn from. */
export function dropoutStream(problem: Problem): ReturnType<
  typeof randomStream
> {
  return randomStream(problem.seed, "dropout");
}

/** Compiles a problem's network with its weights, and disposes it after use. */
export async function withProgram<T>(
  engine: Engine,
  problem: Problem,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await engine.compile(problem.network, problem.plan);
  try {
    program.load(problem.weights);
    return await use(program);
  } finally {
    await program.dispose();
  }
}

/** A solver that uses an engine. */
export function engineSolver(engine: Engine): Solver {
  return (problem) =>
    withProgram(engine, problem, async (program) => {
      const [first] = problem.batches;
      const logits = await program.predict(first!.images, first!.size);
      const random = dropoutStream(problem);
      const losses: number[] = [];
      for (const batch of problem.batches) {
        losses.push(
          await program.step(batch, {
            learningRate: problem.learningRate,
            random,
          }),
        );
      }
      return { logits, losses, weights: await program.weights() };
    });
}

/** A problem in one line, for messages of failed tests. */
export function nameOf(problem: Problem): string {
  const sizes = problem.batches.map((batch) => batch.size).join(",");
  return `${
    describe(problem.network)
  } (batches of ${sizes}, seed ${problem.seed})`;
}
