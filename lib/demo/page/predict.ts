/**
 * Networks that answer, run by onnxruntime-web from their ONNX files.
 *
 * @module
 */

import type * as ort from "onnxruntime-web";
import type { Shape } from "../../network/mod.ts";

/** What is used of onnxruntime-web. */
export type Runtime = Pick<typeof ort, "InferenceSession" | "Tensor">;

/** A network. */
export interface Answerer {
  /**
   * Logits, `[count, classes]`.
   *
   * @param images Normalised, `[count, channels, height, width]`.
   * @param count How many, >= 1.
   */
  logits(images: Float32Array, count: number): Promise<Float32Array>;
}

/**
 * Loads networks. They share the runtime's memory, which holds the inputs of one call
 * at a time: whoever asks waits for those before.
 *
 * @param runtime onnxruntime-web.
 * @param models ONNX files of `deno task export`.
 * @param shape Shape of an image.
 * @returns The networks, in the order of their files.
 */
export async function openAnswerers(
  { InferenceSession, Tensor }: Runtime,
  models: readonly Uint8Array[],
  shape: Shape,
): Promise<readonly Answerer[]> {
  let last: Promise<unknown> = Promise.resolve();
  const answerers: Answerer[] = [];
  // One after the other: the first starts the runtime.
  for (const model of models) {
    const session = await InferenceSession.create(model, {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
    const run = async (images: Float32Array, count: number) => {
      const input = new Tensor("float32", images, [count, ...shape]);
      const { logits } = await session.run({ images: input });
      // A copy: what the runtime gave is its own memory.
      const values = (logits!.data as Float32Array).slice();
      logits!.dispose();
      return values;
    };
    answerers.push({
      logits(images, count) {
        const answer = last.then(() => run(images, count));
        last = answer.catch(() => {});
        return answer;
      },
    });
  }
  return answerers;
}

/** Probabilities of one image's logits. */
export function softmax(logits: Float32Array): readonly number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Place of the largest value, the first of equal ones. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > values[best]!) best = i;
  }
  return best;
}

/** What {@link timeInTurn} needs. */
export interface TimingOptions {
  /** One image, normalised. */
  readonly image: Float32Array;
  /** Milliseconds since some moment. */
  readonly now: () => number;
  /** Waits until the page may go on. */
  readonly pause: () => Promise<void>;
}

/** How fast a network answers. */
export interface Timing {
  /** Milliseconds of one image, the median. */
  readonly ms: number;
  /** Measurements that it is the median of. */
  readonly runs: number;
}

/** Measurements of each network, an odd number. */
const RUNS = 11;
/**
 * Shortest measurement: browsers tell the time in steps of up to a millisecond, so
 * that small networks answer several times in one.
 */
const LEAST_MS = 10;

/**
 * Times networks in turn, so that a pause of the machine meets all of them.
 *
 * @param answerers The networks.
 * @param options The image and the clock.
 */
export async function timeInTurn(
  answerers: readonly Answerer[],
  { image, now, pause }: TimingOptions,
): Promise<readonly Timing[]> {
  const times = answerers.map((): number[] => []);
  // The first is no measurement: kernels are laid out then.
  for (let run = -1; run < RUNS; run++) {
    for (const [i, answerer] of answerers.entries()) {
      const start = now();
      let [passed, answers] = [0, 0];
      while (passed < LEAST_MS) {
        await answerer.logits(image, 1);
        answers++;
        passed = now() - start;
      }
      if (run >= 0) times[i]!.push(passed / answers);
      await pause();
    }
  }
  return times.map((each) => ({
    ms: each.toSorted((a, b) => a - b)[(RUNS - 1) / 2]!,
    runs: RUNS,
  }));
}
