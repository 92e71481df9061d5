/**
 * How many images stand behind an accuracy.
 *
 * @module
 */

import { dataSetFacts, dataSetNames } from "../../../data/mod.ts";
import {
  buildNetwork,
  countMacs,
  countParameters,
  type Network,
} from "../../../network/mod.ts";
import type { CompressionConfig } from "../../options/compression.ts";
import { builtName, isFileNetwork } from "../../options/teacher_file.ts";
import type { DataIdentity } from "../../subject/data_options.ts";
import type { Claim } from "./claim.ts";

/**
 * Images of a set's splits, as far as the registry knows them.
 *
 * @param data The set as a record names it.
 */
export function imagesOf(
  { name, official }: Pick<DataIdentity, "name" | "official">,
): { readonly train?: number | undefined; readonly test?: number | undefined } {
  if (official === false || !dataSetNames().includes(name)) return {};
  const { trainCount, testCount } = dataSetFacts(name);
  return { train: trainCount, test: testCount };
}

/** Validation images that score a candidate. */
export function scoringImages(
  { validation, student: { validationImages } }: CompressionConfig,
): number {
  return validationImages || validation;
}

/**
 * A teacher that is built by its name; undefined where it comes from a file, or its
 * data set is none of the registry's.
 *
 * @param config The options that name it.
 */
export function builtTeacher(
  { dataset, size, network, width }: Pick<
    CompressionConfig,
    "dataset" | "size" | "network" | "width"
  >,
): Network | undefined {
  if (isFileNetwork(network) || !dataSetNames().includes(dataset)) {
    return undefined;
  }
  const { shape, classes } = dataSetFacts(dataset, size);
  return buildNetwork(builtName(network), {
    input: shape,
    classes: classes.length,
    width,
  });
}

/**
 * Sizes of a teacher that is built by its name.
 *
 * @param config The options that name it.
 * @param teacher What is recorded of it.
 */
export function* builtClaims(
  config: CompressionConfig,
  teacher: { readonly parameters: number; readonly macs?: number },
): Generator<Claim> {
  const built = builtTeacher(config);
  if (built === undefined) return;
  yield {
    path: "teacher.parameters",
    recorded: teacher.parameters,
    redone: countParameters(built),
  };
  if (teacher.macs === undefined) return;
  yield {
    path: "teacher.macs",
    recorded: teacher.macs,
    redone: countMacs(built),
  };
}
