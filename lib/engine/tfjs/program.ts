import * as tf from "@tensorflow/tfjs";
import {
  canonical,
  leaves,
  type Network,
  parameterTable,
  type Shape,
  shapes,
} from "../../network/mod.ts";
import type {
  Batch,
  Program,
  StepOptions,
  TrainingPlan,
  TrainingState,
  Weights,
} from "../engine.ts";
import { needsTeacher } from "../needs_teacher.ts";
import type { TfjsBackend } from "./backend.ts";
import {
  type BatchSizes,
  check,
  checkBatch,
  checkLength,
  checkObservation,
  checkWeights,
} from "../checks.ts";
import { type Derivatives, differentiate } from "./differentiate.ts";
import { drawMasks } from "./dropout.ts";
import { forward } from "./forward.ts";
import {
  advance,
  cancelledBiases,
  checkState,
  copyState,
  copyWeights,
  runningAverages,
  type StateLayout,
  withoutMemory,
  zeroState,
} from "./state.ts";
import { batchStatistics } from "./statistics.ts";
import { read, upload } from "./tensors.ts";

/** What a program is made for. */
export interface ProgramOptions {
  readonly plan: TrainingPlan;
  readonly backend: TfjsBackend;
}

/**
 * A network on TensorFlow.js. Its state lies in plain arrays and tensors exist
 * only while a method runs: a failed step changes nothing and leaks nothing.
 */
export class TfjsProgram implements Program {
  readonly #network: Network;
  readonly #plan: TrainingPlan;
  readonly #backend: TfjsBackend;
  readonly #layout: StateLayout;
  readonly #sizes: BatchSizes;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of the parameters whose gradient is not 0 by construction. */
  readonly #variables: readonly string[];
  #state: TrainingState | undefined;

  /** @param network A valid network; its canonical form is compiled. */
  constructor(network: Network, { plan, backend }: ProgramOptions) {
    this.#network = canonical(network);
    this.#plan = plan;
    this.#backend = backend;
    const table = parameterTable(this.#network);
    this.#layout = { table, optimiser: plan.optimiser };
    this.#sizes = {
      batchSize: plan.batchSize,
      features: sizeOf(this.#network.input),
      classes: sizeOf(shapes(this.#network).output),
    };
    this.#shapes = new Map(table.map(({ name, shape }) => [name, shape]));
    const cancelled = cancelledBiases(this.#network);
    this.#variables = table
      .filter(({ name, trainable }) => trainable && !cancelled.has(name))
      .map(({ name }) => name);
    this.#state = zeroState(this.#layout);
  }

  async step(batch: Batch, options: StepOptions): Promise<number> {
    const state = this.#alive("step");
    const { learningRate, random } = options;
    checkBatch(batch, { plan: this.#plan, sizes: this.#sizes });
    check(Number.isFinite(learningRate), {
      action: "step",
      what: "learning rate",
      got: learningRate,
      expected: "a finite number",
    });
    const masks = drawMasks(this.#network, { size: batch.size, random });
    const derivatives = await this.#differentiate(batch, { state, masks });
    this.#state = advance(state, {
      derivatives,
      layout: this.#layout,
      learningRate,
      counts: this.#statisticsCounts(batch.size),
    });
    return Number.isFinite(derivatives.loss) ? derivatives.loss : NaN;
  }

  async predict(images: Float32Array, count: number): Promise<Float32Array> {
    const { weights } = this.#alive("predict");
    const { features, classes, batchSize } = this.#sizes;
    check(Number.isSafeInteger(count) && count >= 0, {
      action: "predict",
      what: "count",
      got: count,
      expected: "an integer >= 0",
    });
    checkLength(images, {
      action: "predict",
      what: "images",
      least: count * features,
    });
    const logits = new Float32Array(count * classes);
    // In pieces, so that memory does not grow with the count.
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from);
      const part = images.subarray(from * features, (from + size) * features);
      this.#backend.activate();
      const tensor = tf.tidy(() =>
        forward(this.#network, {
          kernels: this.#backend.kernels,
          images: tf.tensor4d(part, [size, ...this.#network.input]),
          parameters: upload(weights, this.#shapes),
        })
      );
      try {
        logits.set(await read(tensor), from * classes);
      } finally {
        tensor.dispose();
      }
    }
    return logits;
  }

  async observe(
    images: Float32Array,
    size: number,
    momentum: number,
  ): Promise<void> {
    const state = this.#alive("observe");
    checkObservation({ images, size, momentum }, this.#sizes);
    const { weights } = state;
    const statistics = await batchStatistics({
      backend: this.#backend,
      network: this.#network,
      weights,
      shapes: this.#shapes,
      size,
      images: images.subarray(0, size * this.#sizes.features),
    });
    const running = runningAverages(weights, {
      layout: this.#layout,
      statistics,
      counts: this.#statisticsCounts(size),
      momentum,
    });
    this.#state = { ...state, weights: { ...weights, ...running } };
  }

  // deno-lint-ignore require-await
  async weights(): Promise<Weights> {
    return copyWeights(this.#alive("give weights").weights);
  }

  load(weights: Weights): void {
    this.#alive("load");
    checkWeights(weights, { action: "load", table: this.#layout.table });
    this.#state = withoutMemory(copyWeights(weights), this.#layout);
  }

  // deno-lint-ignore require-await
  async state(): Promise<TrainingState> {
    return copyState(this.#alive("give the state"));
  }

  restore(state: TrainingState): void {
    this.#alive("restore");
    checkState(state, this.#layout);
    this.#state = copyState(state);
  }

  dispose(): Promise<void> {
    this.#state = undefined;
    return Promise.resolve();
  }

  #alive(action: string): TrainingState {
    if (this.#state === undefined) {
      throw new Error(`Cannot ${action}: the program is disposed`);
    }
    return this.#state;
  }

  #differentiate(
    { size, images, labels, teacherLogits }: Batch,
    { state, masks }: {
      readonly state: TrainingState;
      readonly masks: ReturnType<typeof drawMasks>;
    },
  ): Promise<Derivatives> {
    const { loss } = this.#plan;
    const { features, classes } = this.#sizes;
    return differentiate({
      backend: this.#backend,
      network: this.#network,
      weights: state.weights,
      shapes: this.#shapes,
      variables: this.#variables,
      loss,
      size,
      images: images.subarray(0, size * features),
      labels: loss.crossEntropy === 0 ? undefined : labels.subarray(0, size),
      teacherLogits: needsTeacher(loss)
        ? teacherLogits?.subarray(0, size * classes)
        : undefined,
      masks,
    });
  }

  #statisticsCounts(size: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { layer, path, input } of leaves(this.#network)) {
      if (layer.type === "batchNorm") {
        counts.set(path.join("."), size * input[1] * input[2]);
      }
    }
    return counts;
  }
}

function sizeOf([channels, height, width]: Shape): number {
  return channels * height * width;
}
