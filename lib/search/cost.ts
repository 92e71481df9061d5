import { countMacs, type Network } from "../network/mod.ts";

/**
 * Seconds of one thread for training on one image, whatever the network:
 * filling the batch and the layers' fixed costs. Measured with onnx-cpu on a
 * server core of 2024; other machines differ by a factor.
 */
const SECONDS_PER_IMAGE = 1.6e-4;

/** Seconds of one thread for a multiply-accumulate of the forward pass, in training. */
const SECONDS_PER_MAC = 6e-11;

/** Seconds for building and loading the training step. */
const SECONDS_PER_TRAINING = 0.1;

/**
 * Predicts the seconds of one thread that a training takes, for plans.
 *
 * @param network The network.
 * @param images Images of all epochs together.
 */
export function predictTrainingSeconds(
  network: Network,
  images: number,
): number {
  return SECONDS_PER_TRAINING +
    images * (SECONDS_PER_IMAGE + SECONDS_PER_MAC * countMacs(network));
}
