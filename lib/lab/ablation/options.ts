/**
 * Options of the experiment on ablations, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import type { StageLength } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { checkStrategiesOptions } from "../strategies/options.ts";
import type { OptionValues } from "../options/values.ts";
import type { Ablation } from "./ablation.ts";
import { MOST } from "../options/numbers.ts";

/** How many searches, and how long those are that train their students. */
export const ablationOptions = {
  ablation: z.string().optional().describe(
    "Which ablation a cell is of: set by its arm, not to be given",
  ),
  tableSeeds: z.int().min(1).max(10_000).default(20).describe(
    "Searches of each arm on a table of all students, with seeds from --seed on",
  ),
  searchSeeds: z.int().min(1).max(10_000).default(6).describe(
    "The same where searches train their students",
  ),
  searchIterations: z.int().min(1).max(MOST.iterations).default(10).describe(
    "Iterations of searches that train their students; those on tables have the stage's",
  ),
  most: z.int().min(2).max(1_000_000).default(4096).describe(
    "Most action sequences of a table: each student of them is trained",
  ),
};

/** Values of {@link ablationOptions}. */
export type AblationOptions = OptionValues<typeof ablationOptions>;

/** The options of a cell that are not a compression's. */
export function ablationOptionsOf(config: CompressionConfig): AblationOptions {
  return z.object(ablationOptions).parse(config);
}

/**
 * The ablation that a cell is of.
 *
 * @param config The cell's options.
 * @param ablations All there are.
 * @throws {UsageError} If there is none of that name, or the options do not fit it.
 */
export function ablationOf(
  config: CompressionConfig,
  ablations: readonly Ablation[],
): Ablation {
  const { ablation: name } = ablationOptionsOf(config);
  const found = ablations.find((each) => each.name === name);
  if (found === undefined) {
    throw new UsageError(
      `--ablation "${name}": expected none, since arms say which ablation it is`,
    );
  }
  const { validationImages } = config.student;
  if (validationImages === 0 || validationImages >= config.validation) {
    throw new UsageError(
      `--student.validation-images ${validationImages}: expected at least 1 and fewer than the ${config.validation} of --validation, as students found are looked at again on the others`,
    );
  }
  checkStrategiesOptions(config);
  return found;
}

/** How long the searches of a cell are, and with how many seeds. */
export function scaleOf(
  config: CompressionConfig,
  { kind, stage }: Pick<Ablation, "kind" | "stage">,
): { readonly length: StageLength; readonly seeds: number } {
  const { tableSeeds, searchSeeds, searchIterations } = ablationOptionsOf(
    config,
  );
  const { iterations, rollouts } = config[stage];
  return kind === "table"
    ? { length: { iterations, rollouts }, seeds: tableSeeds }
    : {
      length: { iterations: searchIterations, rollouts },
      seeds: searchSeeds,
    };
}
