import { randomStream } from "../../random/mod.ts";

/**
 * The order in which an epoch visits its images: a permutation drawn from the
 * seed and the epoch alone, so that every student sees the same batches and a
 * run can continue at any epoch.
 *
 * @param count Number of images.
 * @param seed The run's seed, >= 1.
 * @param epoch Number of the epoch, >= 0.
 * @returns The numbers 0 … count - 1, shuffled.
 * @throws {RangeError} If the epoch is not an integer >= 0.
 */
export function epochOrder(
  count: number,
  seed: number,
  epoch: number,
): Uint32Array {
  checkEpoch(epoch);
  return randomStream(seed, "order", epoch).permutation(count);
}

/** Refuses what would silently name another stream. */
export function checkEpoch(epoch: number): void {
  if (!Number.isSafeInteger(epoch) || epoch < 0) {
    throw new RangeError(
      `Cannot draw for an epoch: epoch is ${epoch}, expected an integer >= 0`,
    );
  }
}
