import type { Network } from "../../network/mod.ts";
import type { Observation } from "../checks.ts";
import {
  type ObservationModel,
  observationModel,
} from "./observation_graph.ts";
import type { ProgramTarget } from "./program.ts";
import { scalar, type Session, type Tensor } from "./session.ts";

/** A program's tensors that an observation reads and writes. */
export interface ObservedTensors {
  /** Flat parameters and running statistics by the names of a step's inputs. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Set to the new running statistics. */
  readonly running: Tensor;
}

/** The observation's model in the runtime. */
interface Loaded extends Omit<ObservationModel, "bytes"> {
  readonly session: Session;
}

/**
 * Computes new running statistics of a canonical network that has a batch norm.
 * Few programs ever observe: the model is compiled when the first images come.
 */
export class Observer {
  readonly #network: Network;
  readonly #target: ProgramTarget;
  #loaded: Loaded | undefined;

  constructor(network: Network, target: ProgramTarget) {
    this.#network = network;
    this.#target = target;
  }

  /** Computes the statistics after some images. */
  async run(
    { images, size, momentum }: Observation,
    tensors: ObservedTensors,
  ): Promise<void> {
    const { session, parameters, running } = this.#loaded ??= await this
      .#load();
    const { runtime } = this.#target;
    const shape = this.#network.input;
    const length = size * shape[0] * shape[1] * shape[2];
    const feeds: Record<string, Tensor> = {
      images: runtime.tensor(images.subarray(0, length), [
        size,
        ...shape,
      ]),
      batchSize: scalar(runtime, size),
      momentum: scalar(runtime, momentum),
      kept: scalar(runtime, 1 - momentum),
    };
    for (const name of [...parameters, running.input]) {
      feeds[name] = tensors.inputs[name]!;
    }
    await session.run(feeds, { [running.output]: tensors.running });
  }

  async #load(): Promise<Loaded> {
    const { runtime } = this.#target;
    const { bytes, ...model } = observationModel(this.#network, this.#target);
    const session = await runtime.load(bytes, "training");
    return { ...model, session };
  }

  /** Frees the model. Idempotent. */
  async release(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    await loaded?.session.release();
  }
}
