import type { Weights } from "../engine/mod.ts";
import type { Network } from "../network/mod.ts";

/** A trained network with all that its users must know. */
export interface TrainedNetwork {
  /** What it is called, for example "mnist-vgg13-w0.25". */
  readonly name: string;
  /** The network, in canonical form: the names of the weights follow it. */
  readonly network: Network;
  /** Its weights. */
  readonly weights: Weights;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Of each channel, of pixels scaled to 0 … 1. */
  readonly mean: readonly number[];
  /** Of each channel, likewise. */
  readonly std: readonly number[];
  /** Name of the data set it was trained on. */
  readonly dataset: string;
  /** Where it comes from, for example "teachers/mnist-vgg13-w0.25, record 1f2e…". */
  readonly source: string;
  /** Accuracy on the test split, in [0, 1]. */
  readonly accuracy: number;
}

/** The texts that every format keeps in its file, by key. */
export function metadataOf(
  { name, network, classes, mean, std, dataset, source, accuracy }:
    TrainedNetwork,
): Readonly<Record<string, string>> {
  const [channels, height, width] = network.input;
  return {
    name,
    dataset,
    source,
    testAccuracy: String(accuracy),
    input: JSON.stringify({ channels, height, width }),
    preprocessing: JSON.stringify({ scale: 1 / 255, mean, std }),
    classes: JSON.stringify(classes),
    output: "logits, before softmax",
  };
}
