/** An executor without threads or a clock. */

import type { Engine } from "../../lib/engine/mod.ts";
import { countMacs } from "../../lib/network/mod.ts";
import {
  createPredictor,
  evaluate,
  type EvaluationRequest,
  type Executor,
  InterruptedError,
  type LatencyRequest,
  type PredictionRequest,
} from "../../lib/search/mod.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
  type TrainingData,
} from "../../lib/training/mod.ts";

/** An executor that remembers what it was asked. */
export interface InlineExecutor extends Executor {
  readonly submitted: readonly EvaluationRequest[];
  readonly predicted: readonly PredictionRequest[];
  readonly measured: readonly LatencyRequest[];
  /** Checkpoints that submits were given, in order. */
  readonly resumed: readonly (Uint8Array | undefined)[];
  readonly registered: readonly TrainingData[];
  /** Interrupts once a number of steps and predictions has been made in all. */
  interruptAfter(steps: number): void;
}

/** Works on this thread. A step or prediction takes a quarter of a second. */
export function inlineExecutor(engine: Engine): InlineExecutor {
  const registered: TrainingData[] = [];
  const submitted: EvaluationRequest[] = [];
  const predicted: PredictionRequest[] = [];
  const measured: LatencyRequest[] = [];
  const weights = new Map<string, Uint8Array>();
  const resumed: (Uint8Array | undefined)[] = [];
  let taken = 0;
  let limit = Infinity;

  /** Of the same images those with the most views. */
  function dataOf(id: string): TrainingData {
    return registered.filter((data) => data.id === id)
      .reduce((most, each) =>
        each.teacherLogits.length > most.teacherLogits.length ? each : most
      );
  }

  function weightsOf(id: string): Uint8Array {
    const bytes = weights.get(id);
    if (bytes === undefined) throw new RangeError(`no weights "${id}"`);
    return bytes;
  }

  return {
    workers: 1,
    submitted,
    predicted,
    measured,
    resumed,
    registered,
    register: (data) => void registered.push(data),
    registerWeights: (id, bytes) => void weights.set(id, bytes),
    interruptAfter: (steps) => {
      taken = 0;
      limit = steps;
    },
    interrupt: () => {
      limit = 0;
    },
    close: () => Promise.resolve(),
    async submit(request, { resume, afterEpoch, onStop } = {}) {
      submitted.push(request);
      resumed.push(resume);
      if (taken >= limit) throw new InterruptedError("Interrupted");
      const start = resume && decodeCheckpoint(resume);
      const progress = (checkpoint: TrainingCheckpoint) => ({
        checkpoint: encodeCheckpoint(checkpoint),
        epochs: checkpoint.losses.length,
        seconds: 0.25 * (checkpoint.state.step - (start?.state.step ?? 0)),
      });
      const outcome = await evaluate(engine, request, dataOf(request.data), {
        weights: weightsOf,
        ...(start === undefined ? {} : { resume: start }),
        ...(afterEpoch === undefined ? {} : {
          afterEpoch: (checkpoint) => afterEpoch(progress(checkpoint)),
        }),
        shouldStop: () => ++taken >= limit,
      });
      if ("stoppedAt" in outcome) {
        onStop?.(progress(outcome.stoppedAt));
        throw new InterruptedError("Interrupted");
      }
      const { steps } = outcome.evaluation;
      return { ...outcome, seconds: 0.25 * (steps - (start?.state.step ?? 0)) };
    },
    /** A network takes 0.1 ms for each thousand of its multiply-accumulates. */
    measure(request) {
      measured.push(request);
      return Promise.resolve(Float64Array.of(countMacs(request.network) / 1e4));
    },
    async predict(request) {
      predicted.push(request);
      if (++taken >= limit) throw new InterruptedError("Interrupted");
      const predictor = createPredictor();
      try {
        const logits = await predictor.predict(request, {
          engine,
          weights: weightsOf(request.weights),
          data: dataOf(request.data),
        });
        return { logits: logits!, seconds: 0.25 };
      } finally {
        await predictor.release();
      }
    },
  };
}
