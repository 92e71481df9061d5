/**
 * Names for people.
 *
 * @module
 */

import { dataSetTitle } from "../../data/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { fileNetworkName, isFileNetwork } from "../options/teacher_file.ts";

/** Networks whose name for people does not follow from that on the command line. */
const TITLES: Readonly<Record<string, string>> = {
  lenet5: "LeNet-5",
  squeezenet: "SqueezeNet 1.1",
  fitnet4: "FitNet-4",
  vggsmall: "VGG-small",
};

/** "VGG-13 on MNIST". */
export function subjectTitle(
  { network, dataset }: Pick<CompressionConfig, "network" | "dataset">,
): string {
  const family = isFileNetwork(network)
    ? `${fileNetworkName(network)} (a file)`
    : TITLES[network] ?? network.replace(/(?<=[a-z])(?=[0-9])/, "-")
      .replace(/^vgg/, "VGG").replace(/^resnet/, "ResNet")
      .replace(/-imagenet$/, " (ImageNet's stem)");
  return `${family} on ${
    dataset === "mnist" ? "MNIST" : dataSetTitle(dataset)
  }`;
}

/** "VGG-13 on MNIST, width 0.25". */
export function subjectName(
  config: Pick<CompressionConfig, "network" | "dataset" | "width">,
): string {
  const title = subjectTitle(config);
  return isFileNetwork(config.network)
    ? title
    : `${title}, width ${config.width}`;
}

/** What a stage does, for headings. */
const STAGES: Readonly<Record<PolicyKind, string>> = {
  removal: "layer removal",
  shrinkage: "layer shrinkage",
  joint: "removal and shrinkage",
};

/** "Stage 1: layer removal". */
export function stageTitle(kind: PolicyKind, index: number): string {
  return `Stage ${index + 1}: ${STAGES[kind]}`;
}

/** "stage 1+2 (shrinkage)". */
export function stageLabel(kind: PolicyKind, index: number): string {
  return `stage ${stageNumbers(index)} (${kind})`;
}

/** "1+2": the stages up to one, by its index. */
export function stageNumbers(index: number): string {
  return Array.from({ length: index + 1 }, (_, i) => i + 1).join("+");
}
