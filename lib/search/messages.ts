/**
 * Messages between the pool and its workers.
 *
 * @module
 */

import type { TrainingData } from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { LatencyRequest } from "./latency.ts";
import type { PredictionRequest } from "./prediction.ts";

/** To a worker: something to do, answered in the end. */
export type Order =
  | {
    readonly type: "evaluate";
    readonly request: EvaluationRequest;
    readonly resume?: Uint8Array;
    /** Whether checkpoints are wanted after each epoch. */
    readonly checkpoints: boolean;
  }
  | { readonly type: "predict"; readonly request: PredictionRequest }
  | { readonly type: "measure"; readonly request: LatencyRequest };

/** To a worker. */
export type ToWorker =
  | { readonly type: "start"; readonly stop: Int32Array<SharedArrayBuffer> }
  | { readonly type: "data"; readonly data: TrainingData }
  | {
    readonly type: "weights";
    readonly id: string;
    /** A safetensors file. */
    readonly bytes: Uint8Array;
  }
  | Order;

/** From a worker. */
export type FromWorker =
  | {
    /** After an epoch, or where the training was stopped. */
    readonly type: "epoch" | "stopped";
    readonly checkpoint: Uint8Array;
    /** Epochs done. */
    readonly epochs: number;
    readonly seconds: number;
  }
  | {
    readonly type: "done";
    readonly evaluation: Evaluation;
    readonly weights?: Uint8Array;
    readonly seconds: number;
  }
  | {
    readonly type: "predicted";
    readonly logits: Float32Array;
    readonly seconds: number;
  }
  | {
    readonly type: "measured";
    /** Milliseconds of each prediction. */
    readonly times: Float64Array;
  }
  /** A prediction or a measurement was stopped. */
  | { readonly type: "interrupted" }
  | {
    readonly type: "failed";
    /** With its stack, unless it is meant for people. */
    readonly message: string;
    /** Of what is meant for people. */
    readonly exitCode?: number;
  };
