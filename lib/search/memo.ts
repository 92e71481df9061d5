/**
 * Remembers evaluations in the run store, for all experiments.
 *
 * @module
 */

import type { Store } from "../store/mod.ts";
import {
  type EngineIdentity,
  type Evaluation,
  evaluationKey,
  type EvaluationRequest,
} from "./evaluation.ts";
import type { Executor, TrainingProgress } from "./executor.ts";

/** What the evaluations of this process cost. */
export interface EvaluationCost {
  /** Evaluations asked for. */
  asked: number;
  /** Answered by the store, or by an equal request under way. */
  remembered: number;
  /** Trained now. */
  trained: number;
  /** Seconds of training threads, including what the store remembers of earlier processes. */
  cpuSeconds: number;
}

/** What is wanted beside the evaluation. */
export interface AskOptions {
  /** Whether the trained weights are kept too. */
  readonly weights?: boolean;
  /** Whether a checkpoint is kept after each epoch, for trainings of minutes and more. */
  readonly checkpoints?: boolean;
  /** Called after each epoch but the last that is trained now, with `checkpoints`. */
  readonly onEpoch?: (epochs: number) => void;
}

/** Evaluates through the store. */
export interface Evaluator {
  /** What has been spent so far. */
  readonly cost: EvaluationCost;
  /** Answers from the store where it can, else trains and remembers. */
  evaluate(
    request: EvaluationRequest,
    options?: AskOptions,
  ): Promise<Evaluation>;
  /** The weights of a request that was evaluated with `weights`. */
  weights(request: EvaluationRequest): Uint8Array;
  /**
   * Seconds of one thread that a request's training took, whenever it was
   * trained; 0 for one that the store does not have.
   */
  seconds(request: EvaluationRequest): number;
  /** Waits until nothing is under way, whatever came of it. */
  settled(): Promise<void>;
}

/** What a stored evaluation looks like. */
interface Remembered {
  readonly evaluation: Evaluation;
  readonly seconds: number;
}

/**
 * An evaluator over a store and an executor.
 *
 * @param store Where evaluations, weights and checkpoints are kept.
 * @param executor Who trains.
 * @param engine Part of every key.
 */
export function createEvaluator(
  store: Store,
  executor: Executor,
  engine: EngineIdentity,
): Evaluator {
  const underWay = new Map<string, Promise<Evaluation>>();
  const counted = new Set<string>();
  const cost: EvaluationCost = {
    asked: 0,
    remembered: 0,
    trained: 0,
    cpuSeconds: 0,
  };
  const weightsKey = (key: string) => `weights/${key}`;
  const trainingRun = (key: string) => `training/${key}`;

  function recall(
    key: string,
    { weights }: AskOptions,
  ): Evaluation | undefined {
    const text = store.getEvaluation(key);
    if (text === undefined) return undefined;
    const { evaluation, seconds } = JSON.parse(text) as Remembered;
    const complete = !weights || evaluation.failure !== undefined ||
      store.getBlob(weightsKey(key)) !== undefined;
    if (!complete) return undefined;
    if (!counted.has(key)) cost.cpuSeconds += seconds;
    counted.add(key);
    return evaluation;
  }

  async function execute(
    key: string,
    request: EvaluationRequest,
    options: AskOptions,
  ): Promise<Evaluation> {
    const run = trainingRun(key);
    const saved = store.getCheckpoint(run);
    const resume = saved?.blobs.training;
    let total = resume === undefined
      ? 0
      : (JSON.parse(saved!.json) as { seconds: number }).seconds;
    const keep = ({ checkpoint, seconds }: TrainingProgress) =>
      store.putCheckpoint(run, {
        step: 0,
        json: JSON.stringify({ seconds: total + seconds }),
        blobs: { training: checkpoint },
      });
    const { evaluation, weights, seconds } = await executor.submit(request, {
      ...(resume === undefined ? {} : { resume }),
      onStop: keep,
      ...(options.checkpoints
        ? {
          afterEpoch: (progress: TrainingProgress) => {
            keep(progress);
            options.onEpoch?.(progress.epochs);
          },
        }
        : {}),
    });
    total += seconds;
    store.transaction(() => {
      const remembered: Remembered = { evaluation, seconds: total };
      store.putEvaluation(key, JSON.stringify(remembered));
      if (options.weights && weights !== undefined) {
        store.putBlob(weightsKey(key), weights, "");
      }
      // The checkpoint has served; its bytes need no room any more.
      if (saved !== undefined || options.checkpoints) {
        store.putCheckpoint(run, { step: 1, json: "{}", blobs: {} });
      }
    });
    cost.trained++;
    cost.cpuSeconds += total;
    counted.add(key);
    return evaluation;
  }

  return {
    cost,
    async evaluate(request, options = {}) {
      if (request.engine !== engine.name) {
        throw new RangeError(
          `Cannot evaluate: the request's engine is "${request.engine}", expected "${engine.name}", under whose name results are kept`,
        );
      }
      const key = evaluationKey(request, engine);
      cost.asked++;
      for (;;) {
        const known = recall(key, options);
        if (known !== undefined) {
          cost.remembered++;
          return known;
        }
        const running = underWay.get(key);
        if (running === undefined) break;
        // It may end without the weights that are wanted here: look again.
        await running;
      }
      const promise = execute(key, request, options);
      underWay.set(key, promise);
      try {
        return await promise;
      } finally {
        underWay.delete(key);
      }
    },
    weights(request) {
      const key = evaluationKey(request, engine);
      const blob = store.getBlob(weightsKey(key));
      if (blob === undefined) {
        throw new RangeError(
          `Cannot read weights: the store holds none for evaluation ${key}`,
        );
      }
      return blob.bytes;
    },
    seconds(request) {
      const text = store.getEvaluation(evaluationKey(request, engine));
      return text === undefined ? 0 : (JSON.parse(text) as Remembered).seconds;
    },
    async settled() {
      await Promise.allSettled(underWay.values());
    },
  };
}
