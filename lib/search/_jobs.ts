/**
 * What waits for a worker or runs on one: an order, and what becomes of the
 * answers to it.
 *
 * @module
 */

import type { EvaluationRequest } from "./evaluation.ts";
import {
  type Execution,
  type ExecutionOptions,
  InterruptedError,
  type Prediction,
  type TrainingProgress,
} from "./executor.ts";
import type { LatencyRequest } from "./latency.ts";
import type { FromWorker, Order } from "./messages.ts";
import type { PredictionRequest } from "./prediction.ts";

/** An order to a worker. */
export interface Job {
  /** Who goes first: the lowest. */
  readonly rank: number;
  /** What the worker is sent. */
  readonly order: Order;
  /** Whether no other worker may be busy beside it. */
  readonly isAlone?: true;
  /** Takes an answer. */
  take(message: FromWorker): void;
  /** Ends it without one. */
  reject(error: Error): void;
}

/** The two ends of a promise. */
interface Ends<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/** Whether a worker is free after an answer. */
export function isLast({ type }: FromWorker): boolean {
  return type !== "epoch";
}

/** Calls back; an error there (a full disk, say) is the job's, not the process's. */
function tell(
  call: ((progress: TrainingProgress) => void) | undefined,
  progress: TrainingProgress,
  reject: (error: Error) => void,
): void {
  try {
    call?.(progress);
  } catch (error) {
    reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What a worker failed of; what is meant for people keeps its exit code. */
function errorOf(
  { message, exitCode }: Extract<FromWorker, { type: "failed" }>,
): Error {
  const error = new Error(message);
  return exitCode === undefined ? error : Object.assign(error, { exitCode });
}

/** A training and its validation. */
export function evaluationJob(
  request: EvaluationRequest,
  { resume, afterEpoch, onStop, rank = 0 }: ExecutionOptions,
  { resolve, reject }: Ends<Execution>,
): Job {
  return {
    rank,
    order: {
      type: "evaluate",
      request,
      checkpoints: afterEpoch !== undefined,
      ...(resume === undefined ? {} : { resume }),
    },
    reject,
    take(message) {
      switch (message.type) {
        case "epoch":
          return tell(afterEpoch, message, reject);
        case "stopped":
          tell(onStop, message, reject);
          return reject(new InterruptedError("Interrupted"));
        case "done": {
          const { type: _, ...execution } = message;
          return resolve(execution);
        }
        case "failed":
          return reject(errorOf(message));
      }
    },
  };
}

/** A prediction. */
export function predictionJob(
  request: PredictionRequest,
  rank: number,
  { resolve, reject }: Ends<Prediction>,
): Job {
  return {
    rank,
    order: { type: "predict", request },
    reject,
    take(message) {
      switch (message.type) {
        case "predicted":
          return resolve({ logits: message.logits, seconds: message.seconds });
        case "interrupted":
          return reject(new InterruptedError("Interrupted"));
        case "failed":
          return reject(errorOf(message));
      }
    },
  };
}

/** A measurement, beside which nothing else runs. */
export function measurementJob(
  request: LatencyRequest,
  rank: number,
  { resolve, reject }: Ends<Float64Array>,
): Job {
  return {
    rank,
    order: { type: "measure", request },
    isAlone: true,
    reject,
    take(message) {
      switch (message.type) {
        case "measured":
          return resolve(message.times);
        case "interrupted":
          return reject(new InterruptedError("Interrupted"));
        case "failed":
          return reject(errorOf(message));
      }
    },
  };
}
