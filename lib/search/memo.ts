/**
 * Remembers evaluations in the run store, for all experiments.
 *
 * @module
 */

import { checkPrecision, type Engine } from "../engine/mod.ts";
import type { Store } from "../store/mod.ts";
import {
  type EngineIdentity,
  type Evaluation,
  evaluationKey,
  type EvaluationRequest,
} from "./evaluation.ts";
import type { Executor, TrainingProgress } from "./executor.ts";
import { joinedCode } from "./joined_code.ts";

/** What the evaluations of this process cost. */
export interface EvaluationCost {
  /** Evaluations asked for. */
  asked: number;
  /** Answered by the store, or by an equal request under way. */
  remembered: number;
  /** Of the remembered, and of the trained that were begun before: by other code. */
  otherCode?: number;
  /** Trained now. */
  trained: number;
  /**
   * Seconds that training threads were busy, including what the store remembers
   * of earlier processes.
   */
  workerSeconds: number;
}

/** What is wanted beside the evaluation. */
export interface AskOptions {
  /** Whether the trained weights are kept too. */
  readonly weights?: boolean;
  /** Whether a checkpoint is kept after each epoch, for trainings of minutes and more. */
  readonly checkpoints?: boolean;
  /** Called after each epoch but the last that is trained now, with `checkpoints`. */
  readonly onEpoch?: (epochs: number) => void;
  /** Called at the same times. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /**
   * What it is for, for whoever watches trainings: words, the more general first,
   * such as "removal" and "final". Without them it is one among many.
   */
  readonly purpose?: readonly string[];
}

/** Who asks, where several searches share an evaluator. */
export interface Asker {
  /** Whose trainings go first: the lowest number's. */
  readonly rank: number;
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
  /**
   * The same evaluator with a bill of its own: what it is asked, counts there as
   * well.
   *
   * @param asker Who asks.
   */
  for(asker: Asker): Evaluator;
  /** Waits until nothing is under way, whatever came of it. */
  settled(): Promise<void>;
}

/** What a stored evaluation looks like. */
interface Remembered {
  readonly evaluation: Evaluation;
  readonly seconds: number;
  /** The code that trained it; two, joined, where another went on. */
  readonly code?: string;
}

/** What of an evaluation does not change it. */
export interface EvaluatorOptions {
  /**
   * Digest of the code that trains. It is noted with what is remembered, and what
   * has another is counted; left out, none is noted nor counted.
   */
  readonly code?: string;
}

/**
 * Where the store keeps the weights of an evaluation.
 *
 * @param key The evaluation's.
 */
export function weightsKey(key: string): string {
  return `weights/${key}`;
}

/**
 * An evaluator over a store and an executor.
 *
 * @param store Where evaluations, weights and checkpoints are kept.
 * @param executor Who trains.
 * @param engine Part of every key; what it cannot compute in is refused.
 * @param options The code that trains.
 */
export function createEvaluator(
  store: Store,
  executor: Executor,
  engine: EngineIdentity & Pick<Engine, "obstacleTo">,
  { code }: EvaluatorOptions = {},
): Evaluator {
  const underWay = new Map<string, Promise<unknown>>();
  const trainingRun = (key: string) => `training/${key}`;

  function recall(
    key: string,
    { weights }: AskOptions,
    bills: readonly Bill[],
  ): Evaluation | undefined {
    const text = store.getEvaluation(key);
    if (text === undefined) return undefined;
    const { evaluation, seconds, code: made } = JSON.parse(text) as Remembered;
    const complete = !weights || evaluation.failure !== undefined ||
      store.getBlob(weightsKey(key)) !== undefined;
    if (!complete) return undefined;
    for (const bill of bills) {
      bill.charge(key, seconds);
      if (isOther(made)) countOther(bill);
    }
    return evaluation;
  }

  /** What was kept before code was noted is taken as it is. */
  function isOther(made: string | undefined): boolean {
    return code !== undefined && made !== undefined && made !== code;
  }

  async function execute(
    key: string,
    request: EvaluationRequest,
    { rank, ...options }: AskOptions & Asker,
  ): Promise<Remembered> {
    const run = trainingRun(key);
    const saved = store.getCheckpoint(run);
    const resume = saved?.blobs.training;
    const begun = resume === undefined
      ? { seconds: 0 }
      : JSON.parse(saved!.json) as Pick<Remembered, "seconds" | "code">;
    let total = begun.seconds;
    const madeBy = (own: string | undefined) => {
      const by = joinedCode(begun.code, own);
      return by === undefined ? {} : { code: by };
    };
    const keep = ({ checkpoint, seconds, code: by = code }: TrainingProgress) =>
      store.putCheckpoint(run, {
        step: 0,
        json: JSON.stringify({ seconds: total + seconds, ...madeBy(by) }),
        blobs: { training: checkpoint },
      });
    const { evaluation, weights, seconds, code: elsewhere } = await executor
      .submit(request, {
        ...(resume === undefined ? {} : { resume }),
        rank,
        onStop: keep,
        keepsWeights: options.weights === true,
        ...(options.checkpoints
          ? {
            afterEpoch: (progress: TrainingProgress) => {
              keep(progress);
              options.onEpoch?.(progress.epochs);
              options.onProgress?.(progress);
            },
          }
          : {}),
      });
    total += seconds;
    const noted = madeBy(elsewhere ?? code);
    let kept: Remembered = { evaluation, seconds: total, ...noted };
    store.transaction(() => {
      // Another process may have been first: a run that is continued reads its
      // answer, which on a graphics processor may be another one.
      if (!store.putEvaluation(key, JSON.stringify(kept))) {
        const first = JSON.parse(store.getEvaluation(key)!) as Remembered;
        kept = { ...first, seconds: total };
      }
      if (options.weights && weights !== undefined) {
        store.putBlob(weightsKey(key), weights, "");
      }
      // The checkpoint has served; its bytes need no room any more.
      if (saved !== undefined || options.checkpoints) {
        store.putCheckpoint(run, { step: 1, json: "{}", blobs: {} });
      }
    });
    return kept;
  }

  const asking = (
    asker: Asker,
    bills: readonly Bill[],
  ): Evaluator => ({
    cost: bills.at(-1)!.cost,
    for: (other) => asking(other, [...bills, createBill()]),
    async evaluate(request, options = {}) {
      if (request.engine !== engine.name) {
        throw new RangeError(
          `Cannot evaluate: the request's engine is "${request.engine}", expected "${engine.name}", under whose name results are kept`,
        );
      }
      const key = evaluationKey(request, engine);
      for (const { cost } of bills) cost.asked++;
      for (;;) {
        const known = recall(key, options, bills);
        if (known !== undefined) {
          for (const { cost } of bills) cost.remembered++;
          return known;
        }
        const running = underWay.get(key);
        if (running === undefined) break;
        // It may end without the weights that are wanted here: look again.
        await running;
      }
      checkPrecision(engine, request.recipe.precision);
      const promise = execute(key, request, { ...options, ...asker });
      underWay.set(key, promise);
      try {
        const { evaluation, seconds, code: made } = await promise;
        for (const bill of bills) {
          bill.cost.trained++;
          if (isOther(made)) countOther(bill);
          bill.charge(key, seconds);
        }
        return evaluation;
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
  });
  return asking({ rank: 0 }, [createBill()]);
}

/** What somebody asked for cost; a training that is asked for again costs once. */
interface Bill {
  readonly cost: EvaluationCost;
  charge(key: string, seconds: number): void;
}

function countOther({ cost }: Bill): void {
  cost.otherCode = (cost.otherCode ?? 0) + 1;
}

function createBill(): Bill {
  const charged = new Set<string>();
  const cost: EvaluationCost = {
    asked: 0,
    remembered: 0,
    trained: 0,
    workerSeconds: 0,
  };
  return {
    cost,
    charge(key, seconds) {
      if (!charged.has(key)) cost.workerSeconds += seconds;
      charged.add(key);
    },
  };
}
