import type { TrainingData } from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { LatencyRequest } from "./latency.ts";
import type { PredictionRequest } from "./prediction.ts";

/** What an executor gives back beside the evaluation itself. */
export interface Execution {
  /** What was asked for. */
  readonly evaluation: Evaluation;
  /**
   * The trained weights, as a safetensors file; undefined when training failed, or
   * they were not wanted.
   */
  readonly weights?: Uint8Array;
  /**
   * Seconds that a training thread was busy with this process's part: after a
   * resume, without what came before. The clock's, not the processor's: beside
   * other work they are more.
   */
  readonly seconds: number;
  /** Digest of the code that trained it, by an executor of several machines. */
  readonly code?: string;
}

/** Where a training is. */
export interface TrainingProgress {
  /** What it can be continued from. */
  readonly checkpoint: Uint8Array;
  /** Epochs done. */
  readonly epochs: number;
  /** Seconds spent by this process. */
  readonly seconds: number;
  /** As in {@link Execution}. */
  readonly code?: string;
}

/** What a caller may add to a request; none of it changes the outcome's bits. */
export interface ExecutionOptions {
  /** Checkpoint of the same request to continue from. */
  readonly resume?: Uint8Array;
  /**
   * Called after each epoch but the last; an executor on several machines may leave
   * some out.
   */
  readonly afterEpoch?: (progress: TrainingProgress) => void;
  /**
   * Who goes first where several wait for a worker: the lowest number, then the
   * first come. Default 0.
   */
  readonly rank?: number;
  /** Called where an interrupt stopped the training. */
  readonly onStop?: (progress: TrainingProgress) => void;
  /**
   * Whether the trained weights are wanted, default true; an executor may give them
   * all the same.
   */
  readonly keepsWeights?: boolean;
}

/** What a prediction gives. */
export interface Prediction {
  /** `[rows, classes]`, in the order of the rows asked for. */
  readonly logits: Float32Array;
  /** Seconds that a thread was busy, by the clock. */
  readonly seconds: number;
}

/** Thrown out of what was asked for when the executor was interrupted before the end. */
export class InterruptedError extends Error {
  /** The class, for messages. */
  override readonly name = "InterruptedError";
}

/**
 * Turns requests into evaluations, in any order and at any place. Messages are
 * small and serialisable; large data are registered once.
 */
export interface Executor {
  /** How many requests run at once; of several machines' threads, at this moment. */
  readonly workers: number;
  /**
   * Makes training data known under its id. Where the id is known already, the
   * data with more views of the images are kept.
   */
  register(data: TrainingData): void;
  /**
   * Makes trained weights known, to workers that are started later too.
   *
   * @param id SHA-256 of the bytes; one that is known already is left as it is.
   * @param bytes The weights as a safetensors file.
   */
  registerWeights(id: string, bytes: Uint8Array): void;
  /**
   * Runs one request.
   *
   * @throws {InterruptedError} If {@link interrupt} came before its end.
   */
  submit(
    request: EvaluationRequest,
    options?: ExecutionOptions,
  ): Promise<Execution>;
  /**
   * Predicts training images with registered weights. The bits are those of one
   * prediction of all images, whatever rows are asked for.
   *
   * @param options `rank` as for {@link submit}.
   * @throws {InterruptedError} If {@link interrupt} came before its end.
   */
  predict(
    request: PredictionRequest,
    options?: Pick<ExecutionOptions, "rank">,
  ): Promise<Prediction>;
  /**
   * Times a network's predictions of one image. Nothing else of this executor runs
   * beside it: it waits for what runs, and what is asked for meanwhile waits for it.
   *
   * @param options `rank` as for {@link submit}.
   * @returns Milliseconds of each prediction, in order.
   * @throws {InterruptedError} If {@link interrupt} came before its end.
   */
  measure(
    request: LatencyRequest,
    options?: Pick<ExecutionOptions, "rank">,
  ): Promise<Float64Array>;
  /**
   * Stops all trainings after their current step, predictions and validations after
   * their current thousand images and measurements after their current prediction;
   * what was asked for rejects.
   */
  interrupt(): void;
  /** Frees the workers. */
  close(): Promise<void>;
}
