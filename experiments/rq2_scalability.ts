/**
 * RQ2. Do two stages scale to modern networks and data sets?
 *
 * The paper's claim (section 4.3, table 1): layer removal, then layer shrinkage
 * compresses VGG-19 and ResNet-34 as it does smaller networks. It goes in two
 * stages, as one space of both kinds of actions would be too large (section 3), but
 * no other plan of stages is compared with it. Here five plans search networks of
 * growing depth, on sets of growing difficulty, at equal budget.
 *
 * The test that decides: a plan's score is the final
 * reward of its student, that is the reward (section 3.3) with the accuracy on the
 * validation images after the final training; test images are looked at only for
 * the table. Scores are paired by subject and search seed. For each other plan, all
 * pairs of all subjects are in one two-sided test by Wilcoxon's signed ranks (the
 * first records were tested by sign flips of the mean, which gave the same p, as one
 * side had won every pair); the four are corrected by Holm's method. The claim is supported if removal, then
 * shrinkage is better than a joint stage, removal alone and shrinkage alone, each
 * with a corrected p below 0.05; else it is not supported. Fewer pairs than could come
 * out, eight of four tests, decide nothing. Of shrinkage before removal the paper
 * says nothing: it is in the correction, and not in the verdict.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  cellOptions,
  type CompressionContent,
  compressionOptions,
  compressionPage,
  compressionSchema,
  ENGINE_CHOICE,
  type Experiment,
  foreseeRun,
  METHODS,
  PLAN_ARM_NAMES,
  planArms,
  planFigures,
  planSummary,
  type Report,
  runExperiment,
  runPlan,
} from "../lib/lab/mod.ts";

const TITLE = "RQ2: scalability";

/**
 * What can be asked: which cells are run, and every option of a compression. How
 * long the two stages search says how long all plans do: --stages changes nothing.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  compare: z.array(z.enum(PLAN_ARM_NAMES)).default([...PLAN_ARM_NAMES])
    .describe(
      "Plans of stages that removal-shrinkage, the paper's, is compared with, each an arm",
    ),
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq2",
  summary: "Compare plans of stages on deeper networks and harder data sets",
  examples: [
    "deno task rq2",
    "deno task rq2 --profile smoke",
    "deno task rq2 --profile night --dry-run",
    "deno task rq2 --dataset mnist --network resnet34",
    "deno task rq2 --dataset cifar10 --arms removal-shrinkage,joint --seeds 6",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq2",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page for each compression; verdict, tables and figures over all. */
export const report: Report<CompressionContent> = {
  question: "rq2",
  schema: compressionSchema,
  cell: (cell) => compressionPage(cell, TITLE, { hasFigures: false }),
  profile: (results) => planSummary(results, TITLE),
  figures: planFigures,
};

/** The experiment: for every subject and every search seed, one compression a plan. */
export const experiment: Experiment<
  z.infer<typeof schema>,
  CompressionContent
> = {
  command,
  arms: (given) => planArms(given, given.compare),
  foresee: foreseeRun,
  run: runPlan,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
