/** Largest bound: one 32-bit word is drawn per try. */
const MAX_BOUND = 2 ** 32;

/**
 * A uniform integer: as many of a word's upper bits as the bound needs, drawn
 * again while they reach it.
 *
 * @param nextWord Gives uniform integers in [0, 2^32).
 * @param bound Integer in [1, 2^32].
 * @throws {RangeError} If the bound is out of range.
 */
export function drawInteger(nextWord: () => number, bound: number): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > MAX_BOUND) {
    throw new RangeError(
      `Cannot draw an integer: bound is ${bound}, expected an integer in [1, 2^32]`,
    );
  }
  // clz32 of 2^32 - 1 is 0. A bound of 1 would shift by 32, which JavaScript
  // reads as 0; it needs no bits at all.
  if (bound === 1) return 0;
  const shift = Math.clz32(bound - 1);
  while (true) {
    const drawn = nextWord() >>> shift;
    if (drawn < bound) return drawn;
  }
}

/**
 * The index whose share of [0, 1) holds a drawn number.
 *
 * @param drawn Number in [0, 1).
 * @param probabilities Numbers >= 0 whose sum is 1 up to rounding.
 * @throws {RangeError} If a probability met on the way is negative or NaN, or
 * the sum leaves the drawn number out by more than rounding.
 */
export function drawCategory(
  drawn: number,
  probabilities: ArrayLike<number>,
): number {
  let sum = 0;
  let last = -1;
  for (let i = 0; i < probabilities.length; i++) {
    const probability = probabilities[i]!;
    if (!(probability >= 0)) {
      throw new RangeError(
        `Cannot draw a category: probability ${i} is ${probability}, expected a number >= 0`,
      );
    }
    if (probability === 0) continue;
    last = i;
    sum += probability;
    if (drawn < sum) return i;
  }
  // Rounding can leave the sum just under the draw; anything further is a
  // mistake of the caller's.
  if (last < 0 || Math.abs(sum - 1) > 1e-3) {
    throw new RangeError(
      `Cannot draw a category: the probabilities' sum is ${sum}, expected 1`,
    );
  }
  return last;
}

/**
 * A uniformly random order (Fisher-Yates).
 *
 * @param nextWord Gives uniform integers in [0, 2^32).
 * @param length Number of items, an integer in [0, 2^32].
 * @throws {RangeError} If the length is out of range.
 */
export function drawPermutation(
  nextWord: () => number,
  length: number,
): Uint32Array {
  if (!Number.isInteger(length) || length < 0 || length > MAX_BOUND) {
    throw new RangeError(
      `Cannot draw a permutation: length is ${length}, expected an integer in [0, 2^32]`,
    );
  }
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = drawInteger(nextWord, i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
