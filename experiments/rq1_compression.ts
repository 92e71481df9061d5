/**
 * RQ1. How far can reinforcement-learned policies compress a trained network
 * before it loses accuracy?
 *
 * The paper's claim (section 4.3, table 1): removal, then shrinkage of layers
 * finds students with a tenth of the parameters and less at the teacher's
 * accuracy; on MNIST a VGG-13 of 9.4M parameters shrinks to 73K, at 99.55 %
 * against 99.54 %.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  ARM_NAMES,
  cellOptions,
  type CompressionContent,
  compressionOptions,
  compressionPage,
  compressionSummary,
  ENGINE_CHOICE,
  type Experiment,
  foreseeRun,
  METHODS,
  type Report,
  runCompression,
  runExperiment,
  strategyArms,
} from "../lib/lab/mod.ts";

const TITLE = "RQ1: compression";

/** What can be asked: every option of a compression, and which cells are run. */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  compare: z.array(z.enum(ARM_NAMES)).default([]).describe(
    "What is compared beside --search, each an arm: a strategy, one in a space of its own (random-leaf), or the paper's policies (paper)",
  ),
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq1",
  summary: "Compress a teacher in two stages and compare with the paper",
  examples: [
    "deno task rq1",
    "deno task rq1 --profile smoke",
    "deno task rq1 --profile paper --dry-run",
    "deno task rq1 --dataset cifar10 --data FOLDER",
    "deno task rq1 --dataset mnist --compare random,evolution --seeds 3",
    "deno task rq1 --seed 2 --removal.iterations 60",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq1",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with figures for each compression, a table over all. */
export const report: Report<CompressionContent> = {
  question: "rq1",
  cell: (cell) => compressionPage(cell, TITLE),
  profile: (results) => compressionSummary(results, TITLE),
};

/**
 * The experiment: for every subject of the profile and every search seed, one
 * compression an arm. What decides is the winners' test accuracy beside their
 * size; nothing is claimed from a single seed.
 */
export const experiment: Experiment<
  z.infer<typeof schema>,
  CompressionContent
> = {
  command,
  arms: ({ search, compare }) => strategyArms(search, compare),
  foresee: foreseeRun,
  run: runCompression,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
