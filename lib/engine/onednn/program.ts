import {
  canonical,
  type Network,
  shapes as shapesOf,
} from "../../network/mod.ts";
import {
  type BatchSizes,
  check,
  checkBatch,
  checkLength,
  checkObservation,
  checkPlan,
} from "../checks.ts";
import type {
  Batch,
  Program,
  StepOptions,
  TrainingPlan,
  TrainingState,
  Weights,
} from "../engine.ts";
import { Scratch } from "./arena.ts";
import type { Library } from "./library.ts";
import { Parameters } from "./parameters.ts";
import { planTraining, type TrainingStep } from "./plan.ts";
import { Predictions } from "./predictions.ts";

/** A network compiled to lists of oneDNN primitives. */
export class OnednnProgram implements Program {
  readonly #library: Library;
  readonly #network: Network;
  readonly #plan: TrainingPlan;
  readonly #sizes: BatchSizes;
  /** undefined after the end. */
  #parameters: Parameters | undefined;
  /** By batch size: the plan's own, and one for each partial batch that came. */
  readonly #steps = new Map<number, TrainingStep>();
  readonly #scratch = new Scratch();
  readonly #predictions: Predictions;

  private constructor(library: Library, network: Network, plan: TrainingPlan) {
    const [channels, height, width] = shapesOf(network).output;
    this.#library = library;
    this.#network = network;
    this.#plan = plan;
    this.#sizes = {
      batchSize: plan.batchSize,
      features: network.input[0] * network.input[1] * network.input[2],
      classes: channels * height * width,
    };
    this.#parameters = new Parameters(network, plan.optimiser, library.block);
    this.#predictions = new Predictions({
      library,
      network,
      parameters: this.#parameters,
      scratch: this.#scratch,
    });
    this.#stepOf(plan.batchSize);
  }

  /** Makes the list of a full batch; the others are made when they are needed. */
  static compile(
    library: Library,
    network: Network,
    plan: TrainingPlan,
  ): OnednnProgram {
    checkPlan(plan);
    return new OnednnProgram(library, canonical(network), plan);
  }

  #alive(): Parameters {
    if (this.#parameters === undefined) {
      throw new TypeError("Cannot use the program: it has been disposed");
    }
    return this.#parameters;
  }

  #stepOf(size: number): TrainingStep {
    let step = this.#steps.get(size);
    if (step === undefined) {
      step = planTraining({
        library: this.#library,
        network: this.#network,
        parameters: this.#alive(),
        scratch: this.#scratch,
        batch: size,
      }, this.#plan);
      this.#steps.set(size, step);
    }
    return step;
  }

  // Errors reach the caller as rejections.
  // deno-lint-ignore require-await
  async step(
    batch: Batch,
    { learningRate, random }: StepOptions,
  ): Promise<number> {
    const parameters = this.#alive();
    checkBatch(batch, { plan: this.#plan, sizes: this.#sizes });
    this.#predictions.forget();
    const loss = this.#stepOf(batch.size).run(batch, random);
    parameters.update(learningRate);
    return loss;
  }

  // deno-lint-ignore require-await
  async predict(images: Float32Array, count: number): Promise<Float32Array> {
    this.#alive();
    const { features } = this.#sizes;
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
    return this.#predictions.predict(images.subarray(0, count * features), {
      ...this.#sizes,
      count,
    });
  }

  // deno-lint-ignore require-await
  async observe(
    images: Float32Array,
    size: number,
    momentum: number,
  ): Promise<void> {
    this.#alive();
    checkObservation({ images, size, momentum }, this.#sizes);
    this.#predictions.forget();
    this.#stepOf(size).observe(images, momentum);
  }

  // deno-lint-ignore require-await
  async weights(): Promise<Weights> {
    return this.#alive().weights();
  }

  load(weights: Weights): void {
    this.#predictions.forget();
    this.#alive().load(weights);
  }

  // deno-lint-ignore require-await
  async state(): Promise<TrainingState> {
    return this.#alive().state();
  }

  restore(state: TrainingState): void {
    this.#predictions.forget();
    this.#alive().restore(state);
  }

  dispose(): Promise<void> {
    for (const step of this.#steps.values()) step.dispose();
    this.#predictions.dispose();
    this.#steps.clear();
    this.#scratch.dispose();
    this.#parameters?.dispose();
    this.#parameters = undefined;
    return Promise.resolve();
  }
}
