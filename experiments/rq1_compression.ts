/**
 * RQ1. How far can reinforcement-learned policies compress a trained network
 * before it loses accuracy?
 *
 * The paper's claim (section 4.3, table 1): removal, then shrinkage of layers
 * finds students with a tenth of the parameters and less at the teacher's
 * accuracy; on MNIST a VGG-13 of 9.4M parameters shrinks to 73K, at 99.55 %
 * against 99.54 %. Tables 2 and 3 hold that against pruning and hand-designed
 * students, each at one size.
 *
 * Here every simple method has networks at sizes that are fixed before any search,
 * trained to the end as winners are: a curve that a winner of any size can be
 * compared with.
 *
 * The test that decides, stated before the results that decide (one seed of two
 * subjects was known when signed ranks took the place of sign flips): the last
 * stage's winner of the profile's search, minus a baseline's test accuracy at the
 * same number of parameters, log-linear between its sizes; a pair a subject and seed,
 * whose baseline has trainings of its own; Wilcoxon's two-sided signed-rank test over
 * all pairs, Holm over the baselines with at least six, level 5 %. A winner outside of
 * a baseline's sizes makes no pair: nothing is extrapolated. The claim is supported
 * where the search is the more accurate one beside every baseline, not supported
 * where one wins or pairs enough show no difference, else not decidable.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  ARM_NAMES,
  BASELINE_NAMES,
  baselineArms,
  baselineOptions,
  cellOptions,
  type ComparedContent,
  comparedFigures,
  comparedPage,
  comparedSchema,
  comparedSummary,
  compressionOptions,
  ENGINE_CHOICE,
  type Experiment,
  foreseeBaseline,
  foreseeRun,
  isBaseline,
  METHODS,
  type Report,
  runBaseline,
  runCompression,
  runExperiment,
  strategyArms,
} from "../lib/lab/mod.ts";

const TITLE = "RQ1: compression";

/** What can be asked: every option of a compression, sizes of baselines, which cells are run. */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...baselineOptions,
  compare: z.array(z.enum([...BASELINE_NAMES, ...ARM_NAMES])).default([])
    .describe(
      "What is compared beside --search, each an arm: a simple method (pruning, width, fitnet4, vggsmall, squeezenet), a strategy, one in a space of its own (random-leaf), or the paper's policies (paper)",
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
    "deno task rq1 --dataset mnist --compare pruning,width --baseline-sizes 10,20,40",
    "deno task rq1 --seed 2 --removal.iterations 60",
    "deno task rq1 --teacher resnet56.onnx --dataset cifar10 --teacher.pixels unit",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq1",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page for each cell; over all of them verdict, figures and tables. */
export const report: Report<ComparedContent> = {
  question: "rq1",
  schema: comparedSchema,
  cell: (cell) => comparedPage(cell, TITLE),
  profile: (results) => comparedSummary(results, TITLE),
  figures: comparedFigures,
};

/**
 * The experiment: for every subject of the profile and every search seed, one
 * compression an arm, and one ladder of sizes a simple method. What decides is
 * the winners' test accuracy beside that of simple methods at the same size;
 * nothing is claimed from fewer than six pairs.
 */
export const experiment: Experiment<z.infer<typeof schema>, ComparedContent> = {
  command,
  arms: (given) => [
    ...strategyArms(
      given.search,
      given.compare.filter((name) => !isBaseline(name)),
    ),
    ...baselineArms(given.compare.filter(isBaseline), given),
  ],
  foresee: (options) =>
    isBaseline(options.arm) ? foreseeBaseline(options) : foreseeRun(options),
  run: (lab) =>
    isBaseline(lab.cell.arm) ? runBaseline(lab) : runCompression(lab),
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
