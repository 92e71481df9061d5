/**
 * The script of a worker thread: one evaluation, prediction or measurement at a
 * time.
 *
 * @module
 */

import { stopwatch } from "../cli/mod.ts";
import { type Engine, openEngine } from "../engine/mod.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingData,
} from "../training/mod.ts";
import { evaluate } from "./evaluate.ts";
import { timePredictions } from "./latency.ts";
import type { FromWorker, Order, ToWorker } from "./messages.ts";
import { createPredictor } from "./prediction.ts";

/** The worker's global scope, as far as it is used. */
interface WorkerScope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = self as unknown as WorkerScope;
const knownData = new Map<string, TrainingData>();
const knownWeights = new Map<string, Uint8Array>();
const engines = new Map<string, Promise<Engine>>();
const predictor = createPredictor();
let stop = new Int32Array(new SharedArrayBuffer(4));

const shouldStop = () => Atomics.load(stop, 0) !== 0;

function dataOf(
  { type, request: { data: id } }: Exclude<Order, { type: "measure" }>,
): TrainingData {
  const data = knownData.get(id);
  if (data === undefined) {
    throw new RangeError(`Cannot ${type}: data "${id}" is not registered`);
  }
  return data;
}

function weightsOf(id: string): Uint8Array {
  const weights = knownWeights.get(id);
  if (weights === undefined) {
    throw new RangeError(`Cannot load weights: "${id}" is not registered`);
  }
  return weights;
}

async function engineOf({ request: { engine: name } }: Order): Promise<Engine> {
  let engine = engines.get(name);
  if (engine === undefined) {
    engine = openEngine(name);
    engines.set(name, engine);
    // What was lacking may be there at the next order.
    engine.catch(() => engines.delete(name));
  }
  return await engine;
}

async function runEvaluation(
  order: Extract<Order, { type: "evaluate" }>,
): Promise<FromWorker> {
  const { request, resume, checkpoints } = order;
  const seconds = stopwatch();
  const data = dataOf(order);
  // Its memory is better used by the training.
  await predictor.release();
  const outcome = await evaluate(await engineOf(order), request, data, {
    ...(resume === undefined ? {} : { resume: decodeCheckpoint(resume) }),
    ...(checkpoints
      ? {
        afterEpoch: (checkpoint) =>
          scope.postMessage({
            type: "epoch",
            checkpoint: encodeCheckpoint(checkpoint),
            epochs: checkpoint.losses.length,
            seconds: seconds(),
          }),
      }
      : {}),
    shouldStop,
    weights: weightsOf,
  });
  if ("stoppedAt" in outcome) {
    return {
      type: "stopped",
      checkpoint: encodeCheckpoint(outcome.stoppedAt),
      epochs: outcome.stoppedAt.losses.length,
      seconds: seconds(),
    };
  }
  return { type: "done", ...outcome, seconds: seconds() };
}

async function runPrediction(
  order: Extract<Order, { type: "predict" }>,
): Promise<FromWorker> {
  const { request } = order;
  const seconds = stopwatch();
  const data = dataOf(order);
  const weights = weightsOf(request.weights);
  const engine = await engineOf(order);
  const logits = await predictor.predict(request, {
    engine,
    weights,
    data,
    shouldStop,
  });
  return logits === undefined
    ? { type: "interrupted" }
    : { type: "predicted", logits, seconds: seconds() };
}

async function runMeasurement(
  order: Extract<Order, { type: "measure" }>,
): Promise<FromWorker> {
  await predictor.release();
  const engine = await engineOf(order);
  const { network } = order.request;
  const times = await timePredictions(engine, network, { shouldStop });
  return times === undefined
    ? { type: "interrupted" }
    : { type: "measured", times };
}

function answer(work: Promise<FromWorker>): void {
  work.catch(failure).then((message) => scope.postMessage(message));
}

function failure(error: unknown): FromWorker {
  const type = "failed";
  if (!(error instanceof Error)) return { type, message: String(error) };
  const { message, stack = message } = error;
  const exitCode = "exitCode" in error ? error.exitCode : undefined;
  return typeof exitCode === "number"
    ? { type, message, exitCode }
    : { type, message: stack };
}

scope.onmessage = ({ data: message }) => {
  switch (message.type) {
    case "start":
      stop = message.stop;
      return;
    case "data":
      knownData.set(message.data.id, message.data);
      return;
    case "weights":
      knownWeights.set(message.id, message.bytes);
      return;
    case "evaluate":
      return answer(runEvaluation(message));
    case "predict":
      return answer(runPrediction(message));
    case "measure":
      return answer(runMeasurement(message));
  }
};
