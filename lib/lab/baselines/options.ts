/**
 * Options of baselines, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import { warn } from "../../cli/mod.ts";
import type { Arm, GivenOptions } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { OptionValues } from "../options/values.ts";
import type { BaselineName } from "./designs.ts";

/** At which sizes there are networks. */
export const baselineOptions = {
  baselineSizes: z.array(z.number().gt(1)).min(1).default([5, 10, 20, 40, 80])
    .refine(
      (sizes) => new Set(sizes).size === sizes.length,
      { message: "expected each size once" },
    ).describe(
      "Compressions (teacher's parameters / own) at which each baseline has a network, whatever a search finds",
    ),
};

/** Values of {@link baselineOptions}. */
export type BaselineOptions = OptionValues<typeof baselineOptions>;

/** The options of a cell that are a baseline's own. */
export function baselineOptionsOf(config: CompressionConfig): BaselineOptions {
  return z.object(baselineOptions).parse(config);
}

/**
 * Arms that search nothing: of the strategy they know the profile's name alone. What
 * follows from the search's seed in them is the seed of their trainings: so each
 * search seed has a baseline of its own beside it, and the luck of one training is
 * not in all pairs.
 *
 * @param names Baselines.
 * @param given The options of one subject.
 */
export function baselineArms(
  names: readonly BaselineName[],
  { baselineSizes, student, teacher: { file } }:
    & GivenOptions
    & BaselineOptions,
): readonly Arm[] {
  // Profiles name it for networks that are built.
  const isLeftOut = file !== undefined && names.includes("width");
  if (isLeftOut) {
    warn(
      "width: left out, since a teacher from a file has no narrower versions of its own",
    );
  }
  return names.filter((name) => !isLeftOut || name !== "width").map((name) => ({
    name,
    options: { baselineSizes },
    apart: ["search"],
    bySeed: (seed) => ({ student: { seed: student.seed + seed - 1 } }),
  }));
}
