/**
 * Mean of the ratios that a shrinkage policy may choose, weighted with its
 * probabilities.
 *
 * @param probabilities One for each action, summing to 1.
 * @param ratios The ratio of each action.
 * @returns For example 0.55 for a uniform policy over 0.1, 0.2, …, 1.
 * @throws {RangeError} If the two are not of the same length.
 */
export function expectedRatio(
  probabilities: readonly number[],
  ratios: readonly number[],
): number {
  if (probabilities.length !== ratios.length) {
    throw new RangeError(
      `Cannot compute an expected ratio: the number of probabilities is ${probabilities.length}, expected ${ratios.length}, one a ratio`,
    );
  }
  return Math.sumPrecise(probabilities.map((p, i) => p * ratios[i]!));
}
