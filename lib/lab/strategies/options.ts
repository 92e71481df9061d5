/**
 * Options of the experiment on strategies, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import { UsageError } from "../../cli/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { latencyMistakes } from "../options/limits.ts";
import type { OptionValues } from "../options/values.ts";

/** How many searches, and on how large a table. */
export const strategiesOptions = {
  searchSeeds: z.int().min(1).max(10_000).default(20).describe(
    "Searches of each strategy, with seeds from --seed on",
  ),
  most: z.int().min(2).max(1_000_000).default(4096).describe(
    "Most action sequences that are enumerated: each student of them is trained",
  ),
  marks: z.array(z.int().min(1)).default([30, 60]).describe(
    "Students proposed after which strategies are compared, besides the end",
  ),
};

/** Values of {@link strategiesOptions}. */
export type StrategiesOptions = OptionValues<typeof strategiesOptions>;

/** The options of a cell that are not a compression's. */
export function strategiesOptionsOf(
  config: CompressionConfig,
): StrategiesOptions {
  return z.object(strategiesOptions).parse(config);
}

/**
 * Students proposed after which strategies are compared: rising, the end of the
 * search last. Marks behind the end are left out.
 */
export function marksOf(config: CompressionConfig): readonly number[] {
  const { iterations, rollouts } = config.removal;
  const end = iterations * rollouts;
  const marks = strategiesOptionsOf(config).marks.filter((mark) => mark < end);
  return [...new Set(marks)].sort((a, b) => a - b).concat(end);
}

/**
 * Checks that a student of the options has one reward, whoever proposes it and
 * when, and that all strategies search equally long.
 *
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkStrategiesOptions(
  config: CompressionConfig,
): void {
  const { limits: { mode }, policy, removal: { budget } } = config;
  const mistakes = [
    ...(mode === "hard" ? [] : [
      `--limits.mode ${mode}: expected hard, since the rewards of a table do not change from iteration to iteration`,
    ]),
    ...latencyMistakes(config, "the students of a table are not measured"),
    ...(policy.length === 0 ? [] : [
      "--policy: expected none, since all strategies start from nothing",
    ]),
    ...(budget === undefined ? [] : [
      `--removal.budget ${budget}: expected none, since strategies are compared at equal numbers of students proposed`,
    ]),
  ];
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}
