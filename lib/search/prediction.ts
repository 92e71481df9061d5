/**
 * Predictions of a trained network in pieces that workers share: the same bits
 * however the images are divided among requests.
 *
 * @module
 */

import type { Engine, Program, TrainingPlan } from "../engine/mod.ts";
import { type Network, networkId } from "../network/mod.ts";
import {
  decodeWeights,
  predictChunks,
  PREDICTION_CHUNK,
  type TrainingData,
  type Views,
} from "../training/mod.ts";

/** Asks for a network's logits of training images. Plain JSON. */
export interface PredictionRequest {
  /** What predicts. */
  readonly network: Network;
  /** Id of its registered weights. */
  readonly weights: string;
  /** Id of the training data. */
  readonly data: string;
  /** Positions in the data's `train`, `from` to before `to`. */
  readonly rows: { readonly from: number; readonly to: number };
  /** Which random view of the images; left out, the images as they are. */
  readonly view?: Views;
  /** Name of the engine. */
  readonly engine: string;
}

/** What a request stands for by name. */
export interface PredictionInputs {
  /** The engine. */
  readonly engine: Engine;
  /** The weights, as a safetensors file. */
  readonly weights: Uint8Array;
  /** The images. */
  readonly data: TrainingData;
  /** Asked after each thousand images but the last. */
  readonly shouldStop?: () => boolean;
}

/** Predicts one request after the other. */
export interface Predictor {
  /**
   * Logits of the request's images, `[to - from, classes]`, or undefined where it
   * was asked to stop.
   *
   * @throws {RangeError} If the rows are not among the data's training images, or
   * the weights are not the network's.
   */
  predict(
    request: PredictionRequest,
    inputs: PredictionInputs,
  ): Promise<Float32Array | undefined>;
  /** Frees what was kept for a next request of the same network. Idempotent. */
  release(): Promise<void>;
}

/**
 * Every program can train as well; this one never does. So its optimiser has no
 * memory, and its batch is small, but not so small that an engine which predicts
 * in batches of the plan's size takes long.
 */
const PLAN: TrainingPlan = {
  loss: { crossEntropy: 1, logitMse: 0 },
  optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
  batchSize: 16,
};

/** A predictor that keeps the program of the network that was asked for last. */
export function createPredictor(): Predictor {
  let held: { readonly key: string; readonly program: Program } | undefined;

  async function release(): Promise<void> {
    const last = held;
    held = undefined;
    await last?.program.dispose();
  }

  async function programOf(
    { network, weights: id }: PredictionRequest,
    { engine, weights }: PredictionInputs,
  ): Promise<Program> {
    const key = [engine.name, networkId(network), id].join();
    if (held?.key === key) return held.program;
    await release();
    const program = await engine.compile(network, PLAN);
    try {
      program.load(decodeWeights(weights));
    } catch (error) {
      await program.dispose();
      throw error;
    }
    held = { key, program };
    return program;
  }

  return {
    release,
    async predict(request, inputs) {
      checkRows(request, inputs.data);
      return await predictRows(
        await programOf(request, inputs),
        request,
        inputs,
      );
    },
  };
}

function checkRows(
  { rows: { from, to } }: PredictionRequest,
  { train }: TrainingData,
): void {
  const areRows = Number.isSafeInteger(from) && Number.isSafeInteger(to) &&
    0 <= from && from < to && to <= train.length;
  if (areRows) return;
  throw new RangeError(
    `Cannot predict: the rows are ${from} to ${to}, expected some of 0 to ${train.length}`,
  );
}

/**
 * An engine may round an image's logits differently in batches of other sizes:
 * whole chunks are predicted, from multiples of a chunk on, and what was not
 * asked for is left out.
 */
async function predictRows(
  program: Program,
  { rows: { from, to }, view }: PredictionRequest,
  { data, shouldStop }: PredictionInputs,
): Promise<Float32Array | undefined> {
  const start = from - from % PREDICTION_CHUNK;
  const indices = data.train.subarray(
    start,
    Math.ceil(to / PREDICTION_CHUNK) * PREDICTION_CHUNK,
  );
  const chunks = predictChunks(program, {
    split: data.images,
    indices,
    mean: data.mean,
    std: data.std,
    ...(view === undefined ? {} : { views: view }),
  });
  let all = new Float32Array();
  let classes = 0;
  for await (const { logits, labels, from: position } of chunks) {
    if (position === 0) {
      classes = logits.length / labels.length;
      all = new Float32Array(indices.length * classes);
    }
    all.set(logits, position * classes);
    const isLast = position + labels.length === indices.length;
    if (!isLast && shouldStop?.()) return undefined;
  }
  return all.slice((from - start) * classes, (to - start) * classes);
}
