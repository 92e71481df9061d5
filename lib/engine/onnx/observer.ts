import type { Network } from "../../network/mod.ts";
import type { Observation } from "../checks.ts";
import {
  type ObservationModel,
  observationModel,
} from "./observation_graph.ts";
import * as ort from "./runtime.ts";
import { scalar, TRAINING_OPTIONS } from "./session.ts";

/** A program's tensors that an observation reads and writes. */
export interface ObservedTensors {
  /** Flat parameters and running statistics by the names of a step's inputs. */
  readonly inputs: Readonly<Record<string, ort.Tensor>>;
  /** Set to the new running statistics. */
  readonly running: ort.Tensor;
}

/** The observation's model in the runtime. */
interface Loaded extends Omit<ObservationModel, "bytes"> {
  readonly session: ort.InferenceSession;
}

/**
 * Computes new running statistics of a canonical network that has a batch norm.
 * Few programs ever observe: the model is compiled when the first images come.
 */
export class Observer {
  readonly #network: Network;
  readonly #block: number | undefined;
  #loaded: Loaded | undefined;

  constructor(network: Network, block: number | undefined) {
    this.#network = network;
    this.#block = block;
  }

  /** Computes the statistics after some images. */
  async run(
    { images, size, momentum }: Observation,
    tensors: ObservedTensors,
  ): Promise<void> {
    const { session, parameters, running } = this.#loaded ??= await this
      .#load();
    const shape = this.#network.input;
    const length = size * shape[0] * shape[1] * shape[2];
    const feeds: Record<string, ort.Tensor> = {
      images: new ort.Tensor("float32", images.subarray(0, length), [
        size,
        ...shape,
      ]),
      batchSize: scalar(size),
      momentum: scalar(momentum),
      kept: scalar(1 - momentum),
    };
    for (const name of [...parameters, running.input]) {
      feeds[name] = tensors.inputs[name]!;
    }
    await session.run(feeds, { [running.output]: tensors.running });
  }

  async #load(): Promise<Loaded> {
    const { bytes, ...model } = observationModel(this.#network, this.#block);
    const session = await ort.InferenceSession.create(bytes, TRAINING_OPTIONS);
    return { ...model, session };
  }

  /** Frees the model. Idempotent. */
  async release(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.session.release();
  }
}
