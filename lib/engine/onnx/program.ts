import {
  canonical,
  type Network,
  type Parameter,
  parameterTable,
  shapes as shapesOf,
} from "../../network/mod.ts";
import type {
  Batch,
  Program,
  StepOptions,
  TrainingPlan,
  TrainingState,
  Weights,
} from "../engine.ts";
import {
  type BatchSizes,
  checkBatch,
  checkLength,
  checkObservation,
  checkPlan,
  checkWeights,
} from "../checks.ts";
import { needsTeacher } from "../needs_teacher.ts";
import type { Predictor } from "../predictor.ts";
import type { Kernels } from "./layers/layer.ts";
import { Observer } from "./observer.ts";
import { type Runtime, scalar, type Session, type Tensor } from "./session.ts";
import { slotCount, stepScalars } from "./optimiser.ts";
import { predictionModel } from "./prediction_graph.ts";
import { openPredictor, ownSignature } from "./predictor.ts";
import {
  type TrainingModel as EncodedModel,
  trainingModel,
} from "./training_graph.ts";
import { Vectors } from "./vectors.ts";

/** What is kept of a training step's model once the runtime has loaded it. */
type TrainingModel = Omit<EncodedModel, "bytes">;

/** What a program is compiled for. */
export interface ProgramTarget extends Kernels {
  readonly runtime: Runtime;
}

/** What a program is made from. */
interface ProgramParts {
  readonly runtime: Runtime;
  /** In canonical form. */
  readonly network: Network;
  readonly plan: TrainingPlan;
  readonly training: Session;
  readonly model: TrainingModel;
  readonly observer: Observer;
}

/** A network compiled to ONNX models in a runtime. */
export class OnnxProgram implements Program {
  readonly #runtime: Runtime;
  readonly #network: Network;
  readonly #plan: TrainingPlan;
  readonly #sizes: BatchSizes;
  readonly #table: readonly Parameter[];
  readonly #model: TrainingModel;
  readonly #masks: readonly Float32Array[];
  readonly #lossValue = new Float32Array(1);
  readonly #loss: Tensor;
  readonly #observer: Observer;
  #training: Session | undefined;
  /** Holds the weights of the last prediction; built anew after they change. */
  #prediction: Predictor | undefined;
  #predictionIsStale = false;
  readonly #vectors: Vectors;
  #step = 0;

  private constructor(
    { runtime, network, plan, training, model, observer }: ProgramParts,
  ) {
    const shapes = shapesOf(network);
    this.#runtime = runtime;
    this.#loss = runtime.tensor(this.#lossValue, []);
    this.#network = network;
    this.#plan = plan;
    this.#table = parameterTable(network);
    this.#sizes = {
      batchSize: plan.batchSize,
      features: network.input[0] * network.input[1] * network.input[2],
      classes: shapes.output[0] * shapes.output[1] * shapes.output[2],
    };
    this.#training = training;
    this.#model = model;
    this.#observer = observer;
    this.#masks = model.dropoutMasks.map(({ shape }) =>
      new Float32Array(plan.batchSize * shape[0] * shape[1] * shape[2])
    );
    this.#vectors = new Vectors(runtime, model, slotCount(plan.optimiser));
  }

  /** Builds the training step and loads it into a runtime. */
  static async compile(
    network: Network,
    plan: TrainingPlan,
    target: ProgramTarget,
  ): Promise<OnnxProgram> {
    checkPlan(plan);
    const form = canonical(network);
    const { bytes, ...model } = trainingModel(form, plan, target);
    const { runtime } = target;
    const training = await runtime.load(bytes, "training");
    const observer = new Observer(form, target);
    return new OnnxProgram({
      runtime,
      network: form,
      plan,
      training,
      model,
      observer,
    });
  }

  #feeds(
    { size, images, labels, teacherLogits }: Batch,
    { learningRate, random }: StepOptions,
  ): Record<string, Tensor> {
    const { loss, optimiser } = this.#plan;
    const runtime = this.#runtime;
    const pixels = this.#sizes.features;
    const feeds: Record<string, Tensor> = {
      images: runtime.tensor(images.subarray(0, size * pixels), [
        size,
        ...this.#network.input,
      ]),
      ...this.#vectors.inputs(),
    };
    feeds.batchSize = scalar(runtime, size);
    feeds.inverseBatch = scalar(runtime, 1 / size);
    if (loss.crossEntropy !== 0) {
      feeds.labels = runtime.tensor(labels.subarray(0, size), [size]);
    }
    if (needsTeacher(loss)) {
      feeds.teacherLogits = runtime.tensor(
        teacherLogits!.subarray(0, size * this.#sizes.classes),
        [size, this.#sizes.classes],
      );
    }
    stepScalars(optimiser, learningRate, this.#step + 1).forEach(
      (value, index) => feeds[`scalar${index}`] = scalar(runtime, value),
    );
    this.#model.dropoutMasks.forEach(({ input, rate, shape }, index) => {
      const mask = this.#masks[index]!;
      const length = size * shape[0] * shape[1] * shape[2];
      const kept = 1 / (1 - rate);
      for (let i = 0; i < length; i++) {
        mask[i] = random.uniform() >= rate ? kept : 0;
      }
      feeds[input] = runtime.tensor(mask.subarray(0, length), [
        size,
        ...shape,
      ]);
    });
    return feeds;
  }

  #alive(): Session {
    if (this.#training === undefined) {
      throw new TypeError("Cannot use the program: it has been disposed");
    }
    return this.#training;
  }

  async #predictor(): Promise<Predictor> {
    if (this.#predictionIsStale) {
      await this.#prediction?.dispose();
      this.#prediction = undefined;
      this.#predictionIsStale = false;
    }
    return this.#prediction ??= await openPredictor(
      this.#runtime,
      predictionModel(this.#network, await this.weights()),
      ownSignature(this.#network),
    );
  }

  async step(batch: Batch, options: StepOptions): Promise<number> {
    const session = this.#alive();
    checkBatch(batch, { plan: this.#plan, sizes: this.#sizes });
    await session.run(this.#feeds(batch, options), {
      [this.#model.loss]: this.#loss,
      ...this.#vectors.outputs(),
    });
    this.#vectors.advance();
    this.#step++;
    this.#predictionIsStale = true;
    const loss = this.#lossValue[0]!;
    return Number.isFinite(loss) ? loss : NaN;
  }

  async predict(images: Float32Array, count: number): Promise<Float32Array> {
    this.#alive();
    checkLength(images, {
      action: "predict",
      what: "images",
      least: count * this.#sizes.features,
    });
    const predictor = await this.#predictor();
    return await predictor.predict(images, count);
  }

  async observe(
    images: Float32Array,
    size: number,
    momentum: number,
  ): Promise<void> {
    this.#alive();
    const observation = { images, size, momentum };
    checkObservation(observation, this.#sizes);
    const running = this.#vectors.nextRunning;
    if (running === undefined) return;
    await this.#observer.run(observation, {
      inputs: this.#vectors.inputs(),
      running,
    });
    this.#vectors.advanceRunning();
    this.#predictionIsStale = true;
  }

  async weights(): Promise<Weights> {
    this.#alive();
    return await this.#vectors.weights();
  }

  load(weights: Weights): void {
    this.#alive();
    checkWeights(weights, { action: "load", table: this.#table });
    this.#vectors.write(weights);
    this.#step = 0;
    this.#predictionIsStale = true;
  }

  async state(): Promise<TrainingState> {
    this.#alive();
    return {
      weights: await this.#vectors.weights(),
      slots: await this.#vectors.slots(),
      step: this.#step,
    };
  }

  restore({ weights, slots, step }: TrainingState): void {
    this.#alive();
    checkWeights(weights, { action: "restore", table: this.#table });
    this.#vectors.write(weights, slots);
    this.#step = step;
    this.#predictionIsStale = true;
  }

  async dispose(): Promise<void> {
    const [training, prediction] = [this.#training, this.#prediction];
    this.#training = undefined;
    this.#prediction = undefined;
    if (training !== undefined) this.#vectors.release();
    await training?.release();
    await prediction?.dispose();
    await this.#observer.release();
  }
}
