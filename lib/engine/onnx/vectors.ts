import type { TrainingState, Weights } from "../engine.ts";
import { type FlatLayout, pack, unpack } from "./flat.ts";
import type { PieceNames } from "./flat_graph.ts";
import type { Resident, Runtime, Tensor, Tensors } from "./session.ts";
import type { TrainingModel } from "./training_graph.ts";

/** A vector that steps replace, and what they call it. */
interface Vector {
  readonly layout: FlatLayout;
  readonly names: PieceNames;
  /** What the next step reads. */
  current: Resident;
  /** What it writes; then the two change places. */
  next: Resident;
}

/** A piece of the parameters with the optimiser's memory of it. */
interface Piece {
  readonly parameters: Vector;
  readonly slots: readonly Vector[];
}

function advance(vector: Vector): void {
  [vector.current, vector.next] = [vector.next, vector.current];
}

async function valuesOf({ layout, current }: Vector): Promise<Weights> {
  return unpack(layout, await current.read());
}

/**
 * What training changes, where the runtime keeps it: parameters, the optimiser's
 * memory, running statistics. A step reads one set and writes another, so that
 * one that fails changes nothing.
 */
export class Vectors {
  readonly #slotCount: number;
  readonly #pieces: readonly Piece[];
  readonly #running: Vector | undefined;

  /**
   * Allocates; all values are zero.
   *
   * @param runtime Where.
   * @param model The training step that reads and writes the vectors.
   * @param slotCount How many vectors of each piece the optimiser remembers.
   */
  constructor(
    runtime: Runtime,
    { pieces, running }: Pick<TrainingModel, "pieces" | "running">,
    slotCount: number,
  ) {
    const vector = (layout: FlatLayout, names: PieceNames): Vector => ({
      layout,
      names,
      current: runtime.resident(layout.size),
      next: runtime.resident(layout.size),
    });
    this.#slotCount = slotCount;
    this.#pieces = pieces.map(({ layout, parameters, slots }) => ({
      parameters: vector(layout, parameters),
      slots: slots.map((names) => vector(layout, names)),
    }));
    this.#running = running && vector(running.layout, running);
  }

  /** All vectors. */
  #all(): readonly Vector[] {
    return [
      ...this.#weightVectors(),
      ...this.#pieces.flatMap(({ slots }) => slots),
    ];
  }

  /** Those of the public weights: each piece's parameters, running statistics. */
  #weightVectors(): readonly Vector[] {
    return [
      ...this.#pieces.map(({ parameters }) => parameters),
      ...(this.#running === undefined ? [] : [this.#running]),
    ];
  }

  /** What a step reads, by the model's names. */
  inputs(): Tensors {
    return Object.fromEntries(
      this.#all().map(({ names, current }) => [names.input, current.tensor]),
    );
  }

  /** What a step writes, by the model's names. */
  outputs(): Tensors {
    return Object.fromEntries(
      this.#all().map(({ names, next }) => [names.output, next.tensor]),
    );
  }

  /** Where new running statistics are written; undefined without batch norms. */
  get nextRunning(): Tensor | undefined {
    return this.#running?.next.tensor;
  }

  /** Makes what a step has written what the next one reads. */
  advance(): void {
    for (const vector of this.#all()) advance(vector);
  }

  /** The same for the running statistics alone. */
  advanceRunning(): void {
    if (this.#running !== undefined) advance(this.#running);
  }

  /** Copies of the parameters and running statistics. */
  async weights(): Promise<Weights> {
    const parts = await Promise.all(this.#weightVectors().map(valuesOf));
    return Object.assign({}, ...parts);
  }

  /** Copies of the optimiser's memory, slot by slot. */
  async slots(): Promise<TrainingState["slots"]> {
    return await Promise.all(
      Array.from({ length: this.#slotCount }, async (_, index) => {
        const parts = await Promise.all(
          this.#pieces.map(({ slots }) => valuesOf(slots[index]!)),
        );
        return Object.assign({}, ...parts);
      }),
    );
  }

  /**
   * Replaces all values.
   *
   * @param weights Parameters and running statistics.
   * @param slots The optimiser's memory; left out, zeros.
   * @throws {RangeError} If an array is missing or has another size, or there are
   * more slots or fewer; then nothing has changed.
   */
  write(weights: Weights, slots?: TrainingState["slots"]): void {
    if (slots !== undefined && slots.length !== this.#slotCount) {
      throw new RangeError(
        `Cannot restore a training state: it has ${slots.length} optimiser slots, expected ${this.#slotCount}`,
      );
    }
    const packed = (vector: Vector, values: Weights | undefined) => {
      const flat = new Float32Array(vector.layout.size);
      if (values !== undefined) pack(vector.layout, values, flat);
      return [vector.current, flat] as const;
    };
    const written = [
      ...this.#weightVectors().map((vector) => packed(vector, weights)),
      ...this.#pieces.flatMap((piece) =>
        piece.slots.map((vector, index) => packed(vector, slots?.[index]))
      ),
    ];
    for (const [resident, values] of written) resident.write(values);
  }

  /** Frees everything. To be called once. */
  release(): void {
    for (const { current, next } of this.#all()) {
      current.release();
      next.release();
    }
  }
}
