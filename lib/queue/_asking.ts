/**
 * What is asked of a queue: a request as a job, what the job needs, and what its
 * answer is to who asked.
 *
 * @module
 */

import type {
  EngineIdentity,
  EvaluationRequest,
  Execution,
  ExecutionOptions,
  Prediction,
  PredictionRequest,
} from "../search/mod.ts";
import type { Answer, Task } from "./_messages.ts";
import type { PackedData } from "./_training_data.ts";
import type { Uploads } from "./_uploads.ts";
import { PROTOCOL } from "./names.ts";

/** The two ends of a promise. */
export interface Order<Value> {
  /** Its good end. */
  readonly resolve: (value: Value) => void;
  /** Its bad end. */
  readonly reject: (error: Error) => void;
}

/** Somebody who waits for a job. */
export interface Waiter {
  /** Takes the answer, and the bytes that it names. */
  readonly take: (answer: Answer, bytes: Uint8Array | undefined) => void;
  /** Takes what went wrong. */
  readonly reject: (error: Error) => void;
  /** Whether trained weights are wanted. */
  readonly keepsWeights: boolean;
  /** Told of some epochs. */
  readonly afterEpoch?: ExecutionOptions["afterEpoch"];
}

/** What must be on the server before a job is. */
export interface Needs {
  /** Training data. */
  readonly data: PackedData;
  /** Weights and checkpoints. */
  readonly bytes: readonly Uint8Array[];
}

/** A job to be, and who waits for it. */
export interface Asked {
  /** The job. */
  readonly task: Task;
  /** What it needs. */
  readonly needs: Needs;
  /** Who waits. */
  readonly waiter: Waiter;
}

/** Who asks, of whom, and where the end goes to. */
export interface Asking<Value> {
  /** What this process has registered. */
  readonly uploads: Uploads;
  /** Whose workers are asked. */
  readonly engine: EngineIdentity;
  /** An id of this process. */
  readonly producer: string;
  /** The ends of what was promised. */
  readonly order: Order<Value>;
}

/**
 * Asks for a training.
 *
 * @throws {RangeError} If its data or weights are not registered, or it is another
 * engine's.
 */
export function askEvaluation(
  request: EvaluationRequest,
  { resume, afterEpoch, keepsWeights = true }: ExecutionOptions,
  { uploads, engine, producer, order }: Asking<Execution>,
): Asked {
  checkEngine(request.engine, engine);
  const data = dataOf(uploads, request.data, "evaluate");
  const weights = request.start && weightsOf(uploads, request.start.weights);
  return {
    needs: {
      data,
      bytes: [weights, resume].filter((each) => each !== undefined),
    },
    task: {
      kind: "evaluate",
      protocol: PROTOCOL,
      producer,
      request,
      data: data.blob,
      ...(weights === undefined ? {} : { weights: uploads.nameOf(weights) }),
      ...(resume === undefined ? {} : { resume: uploads.nameOf(resume) }),
      keepsWeights,
    },
    waiter: {
      keepsWeights,
      reject: order.reject,
      ...(afterEpoch === undefined ? {} : { afterEpoch }),
      take(answer, weights) {
        if (answer.kind !== "evaluated") return;
        const { evaluation, seconds, code } = answer;
        order.resolve({
          evaluation,
          ...(weights === undefined ? {} : { weights }),
          seconds,
          ...(code === undefined ? {} : { code }),
        });
      },
    },
  };
}

/**
 * Asks for a prediction.
 *
 * @throws {RangeError} As {@link askEvaluation}.
 */
export function askPrediction(
  request: PredictionRequest,
  { uploads, engine, producer, order }: Asking<Prediction>,
): Asked {
  checkEngine(request.engine, engine);
  const data = dataOf(uploads, request.data, "predict");
  const weights = weightsOf(uploads, request.weights);
  return {
    needs: { data, bytes: [weights] },
    task: {
      kind: "predict",
      protocol: PROTOCOL,
      producer,
      request,
      data: data.blob,
      weights: uploads.nameOf(weights),
    },
    waiter: {
      keepsWeights: false,
      reject: order.reject,
      take({ seconds }, bytes) {
        const logits = new Float32Array(bytes!.slice().buffer);
        order.resolve({ logits, seconds });
      },
    },
  };
}

function checkEngine(name: string, engine: EngineIdentity): void {
  if (name === engine.name) return;
  throw new RangeError(
    `Cannot ask the queue's workers: the request's engine name is "${name}", expected ${engine.name}`,
  );
}

function dataOf(
  uploads: Uploads,
  id: string,
  verb: "evaluate" | "predict",
): PackedData {
  const data = uploads.data(id);
  if (data !== undefined) return data;
  throw new RangeError(`Cannot ${verb}: data "${id}" is not registered`);
}

function weightsOf(uploads: Uploads, id: string): Uint8Array {
  const weights = uploads.weights(id);
  if (weights !== undefined) return weights;
  throw new RangeError(`Cannot load weights: "${id}" is not registered`);
}
