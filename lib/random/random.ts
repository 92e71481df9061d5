/** What {@link Random.state} saves: four 32-bit words. */
export type RandomState = readonly number[];

/** A stream of random numbers whose state can be saved. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-24 (exact in a Float32Array). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Index drawn with the given probabilities (they sum to 1 up to rounding). */
  categorical(probabilities: ArrayLike<number>): number;
  /** A uniformly random order of 0 … length - 1 (Fisher-Yates). */
  permutation(length: number): Uint32Array;
  /** A snapshot from which {@link restoreRandom} continues. */
  state(): RandomState;
}
