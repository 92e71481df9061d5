import {
  type Network,
  type Parameter,
  parameterTable,
} from "../../network/mod.ts";
import { checkWeights } from "../checks.ts";
import type { Optimiser, TrainingState, Weights } from "../engine.ts";
import { allocate, type Arena, type Buffer, floats, release } from "./arena.ts";
import {
  type Entry,
  gather,
  type Layout,
  layoutOf,
  scatter,
} from "./layout.ts";
import { slotCount, update } from "./optimiser.ts";

/**
 * A program's weights, their gradients and the optimiser's memory: one vector
 * each in one arena, all in the same blocked layout; running statistics apart.
 */
export class Parameters {
  readonly table: readonly Parameter[];
  readonly #layout: Layout;
  readonly #optimiser: Optimiser;
  readonly #arena: Arena;
  readonly #slots: number;
  readonly #running: Map<string, Float32Array>;
  readonly #entries: ReadonlyMap<string, Entry>;
  #step = 0;

  constructor(network: Network, optimiser: Optimiser, block: 8 | 16) {
    this.table = parameterTable(network);
    this.#layout = layoutOf(network, block);
    this.#optimiser = optimiser;
    this.#slots = slotCount(optimiser);
    this.#arena = allocate((2 + this.#slots) * this.#bytes, "weights");
    floats(this.#arena, 0, (2 + this.#slots) * this.#layout.size).fill(0);
    this.#entries = new Map(
      this.#layout.entries.map((entry) => [entry.name, entry]),
    );
    this.#running = new Map(
      this.table.filter(({ trainable }) => !trainable)
        .map(({ name, size }) => [name, new Float32Array(size)]),
    );
  }

  get #bytes(): number {
    return 4 * this.#layout.size;
  }

  /** One of the vectors: weights, gradients, then the optimiser's. */
  #vector(index: number): Float32Array {
    return floats(this.#arena, index * this.#bytes, this.#layout.size);
  }

  #buffer(name: string, vector: number): Buffer {
    const { offset } = this.#entries.get(name)!;
    return {
      bytes: 0,
      first: 0,
      last: 0,
      offset: 0,
      outside: this.#arena.base + vector * this.#bytes + 4 * offset,
    };
  }

  /** A parameter's values. */
  parameter(name: string): Buffer {
    return this.#buffer(name, 0);
  }

  /** A parameter's gradient. */
  gradient(name: string): Buffer {
    return this.#buffer(name, 1);
  }

  /** Where a parameter's public values stand among its blocked ones. */
  places(name: string): Int32Array {
    return this.#entries.get(name)!.places;
  }

  /** Running statistics of a batch norm. */
  running(name: string): Float32Array {
    return this.#running.get(name)!;
  }

  /** Values of a parameter with one number a channel. */
  channelValues(name: string): Float32Array {
    return this.#vector(0).subarray(this.#entries.get(name)!.offset);
  }

  /** Gives the memory back. */
  dispose(): void {
    release(this.#arena);
  }

  /** Takes an optimiser step with the gradients that are there. */
  update(learningRate: number): void {
    this.#step++;
    update(this.#arena.kernels, this.#optimiser, {
      weights: 0,
      gradients: this.#bytes,
      slots: [2, 3].slice(0, this.#slots).map((slot) => slot * this.#bytes),
      bytes: this.#bytes,
      learningRate,
      step: this.#step,
    });
  }

  /** A copy of all weights. */
  weights(): Weights {
    const trainable = gather(this.#layout, this.#vector(0));
    return Object.fromEntries(
      this.table.map((
        { name },
      ) => [name, trainable[name] ?? this.running(name).slice()]),
    );
  }

  /** A copy of everything. */
  state(): TrainingState {
    return {
      weights: this.weights(),
      slots: Array.from(
        { length: this.#slots },
        (_, slot) => gather(this.#layout, this.#vector(2 + slot)),
      ),
      step: this.#step,
    };
  }

  /** Replaces the weights and forgets the rest. */
  load(weights: Weights): void {
    checkWeights(weights, { action: "load", table: this.table });
    this.#write(weights);
    for (let slot = 0; slot < this.#slots; slot++) {
      this.#vector(2 + slot).fill(0);
    }
    this.#step = 0;
  }

  /** Replaces everything, or nothing where something does not fit. */
  restore({ weights, slots, step }: TrainingState): void {
    checkWeights(weights, { action: "restore", table: this.table });
    if (slots.length !== this.#slots) {
      throw new RangeError(
        `Cannot restore a training state: it has ${slots.length} optimiser slots, expected ${this.#slots}`,
      );
    }
    const trainable = this.table.filter((parameter) => parameter.trainable);
    for (const slot of slots) {
      checkWeights(slot, { action: "restore", table: trainable });
    }
    this.#write(weights);
    slots.forEach((slot, index) =>
      scatter(this.#layout, slot, this.#vector(2 + index))
    );
    this.#step = step;
  }

  #write(weights: Weights): void {
    scatter(this.#layout, weights, this.#vector(0));
    // A gradient of NaN would stay where no later one is written.
    this.#vector(1).fill(0);
    for (const [name, values] of this.#running) values.set(weights[name]!);
  }
}
