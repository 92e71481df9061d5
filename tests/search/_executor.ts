/** An executor without threads or a clock. */

import type { Engine } from "../../lib/engine/mod.ts";
import {
  evaluate,
  type EvaluationRequest,
  type Executor,
  InterruptedError,
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
  /** Checkpoints that submits were given, in order. */
  readonly resumed: readonly (Uint8Array | undefined)[];
  readonly registered: readonly TrainingData[];
  /** Interrupts once a number of steps has been taken in all. */
  interruptAfter(steps: number): void;
}

/** Evaluates on this thread. Each step takes a quarter of a second. */
export function inlineExecutor(engine: Engine): InlineExecutor {
  const registered: TrainingData[] = [];
  const submitted: EvaluationRequest[] = [];
  const resumed: (Uint8Array | undefined)[] = [];
  let taken = 0;
  let limit = Infinity;
  return {
    workers: 1,
    submitted,
    resumed,
    registered,
    register: (data) => void registered.push(data),
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
      // Of the same images those with the most views.
      const data = registered.filter(({ id }) => id === request.data)
        .reduce((most, each) =>
          each.teacherLogits.length > most.teacherLogits.length ? each : most
        );
      const outcome = await evaluate(engine, request, data, {
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
  };
}
