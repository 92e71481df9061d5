import { MemoryLimitError } from "../memory_limit.ts";
import { fold, type Folded } from "./folded.ts";
import { type PlanOptions, planPrediction, type Prediction } from "./plan.ts";

/**
 * Most images of one piece of a prediction: enough to keep the processor busy, few
 * enough that a piece's maps stay in the cache. Halved until its maps can be
 * addressed: sizes of pieces depend on network and count, never on the machine's
 * memory, as bits may depend on them.
 */
const MOST = 128;
/** Pieces are multiples of it, lest each count of images have a plan of its own. */
const GRAIN = 16;

/**
 * Values below it cannot overflow, not even in Winograd's transforms, which
 * multiply them by less than a million.
 */
const SAFE = 1e30;

/** A program's predictions: plans for many images and for one, made when needed. */
export class Predictions {
  readonly #options: Omit<PlanOptions, "batch">;
  /** By images and kind; what cannot be addressed has its refusal. */
  readonly #plans = new Map<string, Prediction | MemoryLimitError>();
  /** Of the weights as they are; undefined until it is asked for. */
  #folded: Folded | undefined;
  /** Whose preparations stand in the memory that all plans share. */
  #prepared: Prediction | undefined;

  /** @param options What plans are made from. */
  constructor(options: Omit<PlanOptions, "batch">) {
    this.#options = options;
  }

  /** Says that weights have changed, or that another plan has run. */
  forget(): void {
    this.#folded = undefined;
    this.#prepared = undefined;
  }

  /**
   * Logits, `[count, classes]`.
   *
   * @param images As many as `count`.
   * @throws {MemoryLimitError} If the maps of a single image are too large.
   */
  predict(
    images: Float32Array,
    { count, features, classes }: {
      readonly count: number;
      readonly features: number;
      readonly classes: number;
    },
  ): Float32Array {
    const logits = new Float32Array(count * classes);
    if (count === 0) return logits;
    const { piece, plan } = this.#planFor(count, this.#hidesNaN(images));
    if (plan !== this.#prepared) plan.prepare();
    this.#prepared = plan;
    for (let from = 0; from < count; from += piece) {
      const to = Math.min(count, from + piece);
      const some = plan.run(images.subarray(from * features, to * features));
      logits.set(some.subarray(0, (to - from) * classes), from * classes);
    }
    return logits;
  }

  /** Whether a plan of folded layers could meet a NaN, which it would not show. */
  #hidesNaN(images: Float32Array): boolean {
    const { network, parameters } = this.#options;
    this.#folded ??= fold(network, parameters.weights());
    // Not so for NaN either.
    return !(this.#folded.largest(largestOf(images)) < SAFE);
  }

  /** The plan of the largest pieces whose maps can be addressed. */
  #planFor(
    count: number,
    layerByLayer: boolean,
  ): { readonly piece: number; readonly plan: Prediction } {
    for (let most = MOST;; most /= 2) {
      const piece = pieceOf(count, most);
      const plan = this.#planOf(piece, layerByLayer);
      if (!(plan instanceof MemoryLimitError)) return { piece, plan };
      if (piece === 1) throw plan;
    }
  }

  #planOf(
    batch: number,
    layerByLayer: boolean,
  ): Prediction | MemoryLimitError {
    const key = `${batch} ${layerByLayer}`;
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      try {
        plan = planPrediction(
          { ...this.#options, batch },
          layerByLayer ? undefined : () => this.#folded!.convolutions,
        );
      } catch (error) {
        if (!(error instanceof MemoryLimitError)) throw error;
        plan = error;
      }
      this.#plans.set(key, plan);
    }
    return plan;
  }

  /** Frees all plans. */
  dispose(): void {
    for (const plan of this.#plans.values()) {
      if (!(plan instanceof MemoryLimitError)) plan.dispose();
    }
    this.#plans.clear();
    this.forget();
  }
}

/**
 * Images of each piece of so many, at most `most`: as few as equal pieces need. One
 * image alone is asked for where its time is what counts.
 */
function pieceOf(count: number, most: number): number {
  if (count === 1) return 1;
  const grain = Math.min(GRAIN, most);
  return grain * Math.ceil(count / Math.ceil(count / most) / grain);
}

/** The largest absolute value; NaN where there is one. */
function largestOf(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    largest = Math.max(largest, Math.abs(values[i]!));
  }
  return largest;
}
