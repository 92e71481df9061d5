import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { drawCategory, drawInteger, drawPermutation } from "./_draws.ts";
import { sha256Hex } from "./digest.ts";
import type { Random, RandomState } from "./random.ts";

/** 2^-24: 24 random bits fill a float32's significand exactly. */
const UNIFORM_SCALE = 2 ** -24;

/** 2^-32, the spacing of the radius draw of {@link Random.normal}. */
const WORD_SCALE = 2 ** -32;

/**
 * The stream of a run's seed and a name. Streams of different names are
 * independent, and a stream depends on nothing else: not on which streams were
 * made before it, nor on what was drawn from them.
 *
 * The generator is xoroshiro128+ (Blackman and Vigna, 2018); its first state is
 * the first 128 bits of SHA-256 over the JSON text of `[seed, ...names]`.
 *
 * @example
 * ```ts
 * import { randomStream } from "./stream.ts";
 *
 * const random = randomStream(1, "student", "init");
 * const x = random.uniform();
 * if (x !== randomStream(1, "student", "init").uniform()) throw new Error();
 * ```
 *
 * @param seed The run's seed, a safe integer >= 1.
 * @param names What the stream is for; `1` and `"1"` are different names.
 * @returns A new stream at its start.
 * @throws {RangeError} If the seed is not a safe integer >= 1, or a name is a
 * number that is not finite.
 */
export function randomStream(
  seed: number,
  ...names: readonly (string | number)[]
): Random {
  if (!Number.isSafeInteger(seed) || seed < 1) {
    throw new RangeError(
      `Cannot make a random stream: seed is ${seed}, expected a safe integer >= 1`,
    );
  }
  for (const name of names) {
    // JSON would write NaN and Infinity alike, as null.
    if (typeof name === "number" && !Number.isFinite(name)) {
      throw new RangeError(
        `Cannot make a random stream: name is ${name}, expected a string or a finite number`,
      );
    }
  }
  const digest = sha256Hex(JSON.stringify([seed, ...names]));
  return restoreRandom(
    [0, 8, 16, 24].map((from) => parseInt(digest.slice(from, from + 8), 16)),
  );
}

/**
 * Continues a stream from a snapshot that {@link Random.state} gave.
 *
 * @param state The two 64-bit words of xoroshiro128+, high half first: four
 * integers in [0, 2^32), not all 0.
 * @returns A stream whose next draws are those that followed the snapshot.
 * @throws {RangeError} If the state is not such four integers.
 */
export function restoreRandom(state: RandomState): Random {
  const valid = state.length === 4 &&
    state.every((word) =>
      Number.isInteger(word) && word >= 0 && word < 2 ** 32
    );
  // All zeros is the generator's only fixed point.
  if (!valid || state.every((word) => word === 0)) {
    throw new RangeError(
      `Cannot restore a random stream: state is [${
        state.join(", ")
      }], expected four integers in [0, 2^32), not all 0`,
    );
  }
  const generator = xoroshiro128plusFromState(state.map((word) => word | 0));

  /** The low half of the generator's 64-bit output, in [0, 2^32). */
  function nextWord(): number {
    return generator.next() >>> 0;
  }

  // The lowest output bits of xoroshiro128+ are its weakest (the last is a plain
  // linear recurrence), so every draw below takes a word's upper bits.
  function uniform(): number {
    return (nextWord() >>> 8) * UNIFORM_SCALE;
  }

  return {
    uniform,
    normal: () => {
      // Box-Muller. The second value is thrown away, for keeping it would be
      // state beside the four words. The radius draw is never 0; its 32 bits
      // reach 6.7 standard deviations.
      const radius = Math.sqrt(-2 * Math.log((nextWord() + 0.5) * WORD_SCALE));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    integer: (bound) => drawInteger(nextWord, bound),
    categorical: (probabilities) => drawCategory(uniform(), probabilities),
    permutation: (length) => drawPermutation(nextWord, length),
    state: () => generator.getState().map((word) => word >>> 0),
  };
}
