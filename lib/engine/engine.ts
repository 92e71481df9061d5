/**
 * The contract of an engine: it turns a network and a training plan into a
 * program that trains and predicts. Nothing outside this folder knows which
 * runtime does the work.
 *
 * @module
 */

import type { Network } from "../network/mod.ts";
import type { Random } from "../random/mod.ts";

/**
 * Weights of a network's canonical form: parameters and running statistics by
 * name, as {@link parameterTable} lists them. Convolutions are `[out, in,
 * height, width]`, linear layers `[out, in]`.
 */
export type Weights = Readonly<Record<string, Float32Array>>;

/**
 * Distance between the softened classes of teacher t and student z, mean over
 * the batch: weight T^2 KL(softmax(t / T) || softmax(z / T)), Hinton et al.
 * 2015, "Distilling the Knowledge in a Neural Network", section 2. The factor
 * T^2 is theirs: the gradient shrinks with 1 / T^2, and so keeps its size
 * beside the other terms when the temperature changes.
 */
export interface SoftenedKl {
  /** Weight of the term, above 0. */
  readonly weight: number;
  /** T, above 0: the higher, the more the unlikely classes count. */
  readonly temperature: number;
}

/** Weighted sum of the losses; a weight of 0 leaves a term out. */
export interface Loss {
  /** Weight of softmax cross-entropy with the labels, mean over the batch. */
  readonly crossEntropy: number;
  /**
   * Weight of the squared error between student and teacher logits, mean over
   * batch and classes.
   */
  readonly logitMse: number;
  /** Distillation by softened classes. Default: no such term. */
  readonly kl?: SoftenedKl;
}

/** Stochastic gradient descent, as PyTorch defines it (weight decay is L2). */
export interface Sgd {
  /** Tells the optimisers apart. */
  readonly type: "sgd";
  /** 0 <= momentum < 1. */
  readonly momentum: number;
  /** Nesterov's look-ahead; needs a momentum above 0. */
  readonly nesterov: boolean;
  /** L2 coefficient added to the gradient, >= 0. */
  readonly weightDecay: number;
}

/**
 * Adam with bias correction, as PyTorch defines it. Weight decay is L2, or
 * decoupled from the gradient: then this is PyTorch's AdamW (Loshchilov and
 * Hutter 2019, "Decoupled Weight Decay Regularization").
 */
export interface Adam {
  /** Tells the optimisers apart. */
  readonly type: "adam";
  /** Decay of the gradient's average, in [0, 1). */
  readonly beta1: number;
  /** Decay of the squared gradient's average, in [0, 1). */
  readonly beta2: number;
  /** Added to the square root, >= 0. */
  readonly epsilon: number;
  /** >= 0; times the weight, added to the gradient unless decoupled. */
  readonly weightDecay: number;
  /**
   * Whether the decay takes learning rate times decay times weight from the
   * weight itself, and no moment sees it. Default: it is L2.
   */
  readonly decoupled?: true;
}

/** How gradients become updates. The learning rate comes with each step. */
export type Optimiser = Sgd | Adam;

/** What a training step may compute in that is narrower than single precision. */
export type Precision =
  /**
   * Bfloat16: activations, their gradients and the operands of convolutions.
   * Weights, statistics, logits, loss, updates and predictions stay in single
   * precision.
   */
  "bf16";

/** What is compiled into a training step. */
export interface TrainingPlan {
  /** What is minimised. */
  readonly loss: Loss;
  /** How it is minimised. */
  readonly optimiser: Optimiser;
  /** Largest number of images of a step. */
  readonly batchSize: number;
  /** What its steps compute in. Default: single precision. */
  readonly precision?: Precision;
}

/** One batch. Arrays may be longer than the batch: the first `size` rows count. */
export interface Batch {
  /** Number of images, 1 to the plan's batch size. */
  readonly size: number;
  /** Normalised images, `[size, channels, height, width]`. */
  readonly images: Float32Array;
  /** Class numbers, `[size]`; read when the cross-entropy's weight is not 0. */
  readonly labels: Int32Array;
  /** Teacher logits, `[size, classes]`; read where `needsTeacher()` says so. */
  readonly teacherLogits?: Float32Array;
}

/** What a step needs beside its batch. */
export interface StepOptions {
  /** Step size of this step. */
  readonly learningRate: number;
  /** Draws dropout masks: one uniform number per input of each dropout layer, in layer order. */
  readonly random: Random;
}

/** A program's whole training state: what must be kept to continue bit for bit. */
export interface TrainingState {
  /** Parameters and running statistics. */
  readonly weights: Weights;
  /** Optimiser memory, same names as the trainable parameters, one set per slot. */
  readonly slots: readonly Weights[];
  /** Steps taken. */
  readonly step: number;
}

/** A network compiled for one engine. Methods must not be called concurrently. */
export interface Program {
  /**
   * Takes one optimiser step and returns the batch's loss before it, weight
   * decay not included. A loss that is not finite is returned as NaN.
   */
  step(batch: Batch, options: StepOptions): Promise<number>;
  /**
   * Logits with running batch-norm statistics and without dropout, `[count,
   * classes]`, for `images` of shape `[count, channels, height, width]`; any
   * count.
   */
  predict(images: Float32Array, count: number): Promise<Float32Array>;
  /**
   * Moves the running batch-norm statistics towards those of some images, by a
   * forward pass as in training but without dropout. Parameters, optimiser
   * memory and step count stay. After passes over disjoint batches of one size
   * with momenta 1, 1/2, 1/3, ... the statistics are the plain averages over
   * the batches. Does nothing where the network has no batch norm.
   *
   * @param images Normalised, `[size, channels, height, width]`; may be longer.
   * @param size Number of images, 1 to the plan's batch size.
   * @param momentum Above 0, at most 1: statistics become (1 - momentum) times
   * what they were plus momentum times the batch's mean and unbiased variance.
   * A step's is 0.1.
   * @throws {RangeError} If an argument is out of its range; nothing changes.
   */
  observe(
    images: Float32Array,
    size: number,
    momentum: number,
  ): Promise<void>;
  /** A copy of the current weights. */
  weights(): Promise<Weights>;
  /** Replaces the weights and clears the optimiser's memory. */
  load(weights: Weights): void;
  /** A copy of weights, optimiser memory and step count. */
  state(): Promise<TrainingState>;
  /** Continues from a state of the same network and plan. */
  restore(state: TrainingState): void;
  /** Frees everything; the program cannot be used afterwards. Idempotent. */
  dispose(): Promise<void>;
}

/** A runtime that trains networks. */
export interface Engine {
  /** Name on the command line, for example "onnx-cpu". */
  readonly name: string;
  /** Version of the runtime beneath, for example "onnxruntime-node 1.30.0". */
  readonly version: string;
  /** What else the bits depend on, for example "x86-64 AVX-512". */
  readonly instructionSet: string;
  /**
   * Channels are computed in multiples of so many, an integer >= 1; default 1.
   * Narrower layers cost as much: only forecasts ask.
   */
  readonly channelBlock?: number;
  /**
   * Why this machine cannot compile plans of a precision, in words; undefined
   * where it can. Left out, the engine knows single precision alone.
   */
  readonly obstacleTo?: (precision: Precision) => string | undefined;
  /**
   * Compiles; weights are zero until {@link Program.load}.
   *
   * @throws {PrecisionError} If the plan's precision is not to be had.
   * @throws {MemoryLimitError} If a step needs more than the engine can address.
   */
  compile(network: Network, plan: TrainingPlan): Promise<Program>;
}
