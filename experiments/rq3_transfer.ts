/**
 * RQ3. Does a policy that was trained on one network search another one better
 * than a policy from scratch?
 *
 * The paper's claim (section 4.6): over the first 10 iterations policies of layer
 * removal that were trained on ResNet-18, ResNet-34 and VGG-11 propose much better
 * students of ResNet-34, ResNet-18 and VGG-19 than policies from scratch. It has
 * one search each, no spread, and no control: a policy that has learned to remove a
 * lot would do as well wherever removing a lot is good.
 *
 * What decides, laid down before there were results: for each search seed the mean
 * reward of all students proposed in the first 10 iterations, of the policy carried
 * over less that
 *
 * - of one from scratch, with the same seed;
 * - of one from scratch whose initial bias keeps as many of the target's decisions
 *   on average as the policy carried over ("biased").
 *
 * Both by sign-flip tests corrected by Holm's method; a policy transfers if both
 * differences are above 0 with p < 0.05. Below 6 seeds, or where no outcome could
 * reach that, nothing is decided. Policies of another data set or another family of
 * networks are sources of their own, compared with the paper's source, which decides,
 * seed by seed.
 * How many students it takes to come to 95 % of where policies from scratch end
 * (mean reward of the last 5 iterations) is told besides and decides nothing.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  cellOptions,
  compressionOptions,
  ENGINE_CHOICE,
  type Experiment,
  foreseeTransfer,
  METHODS,
  type Report,
  runExperiment,
  runTransfer,
  transferArms,
  type TransferContent,
  transferOptions,
  transferPage,
  transferSchema,
  transferSummary,
} from "../lib/lab/mod.ts";

const TITLE = "RQ3: transfer of policies";

/**
 * What can be asked: which cells are run, from which sources, and of a
 * compression's options those of data, teacher, students and search. There is but
 * one stage, layer removal, and no final training: their options change nothing.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...transferOptions,
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq3",
  summary: "Carry trained policies to other networks, beside ones from scratch",
  examples: [
    "deno task rq3",
    "deno task rq3 --profile smoke",
    "deno task rq3 --dry-run",
    "deno task rq3 --network resnet34 --arms from-resnet18",
    "deno task rq3 --network vgg13 --sources vgg11,vgg11@fashion-mnist",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq3",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with figures for each source and target, a table over all. */
export const report: Report<TransferContent> = {
  question: "rq3",
  schema: transferSchema,
  cell: (cell) => transferPage(cell, TITLE),
  profile: (results) => transferSummary(results, TITLE),
};

/**
 * The experiment: every subject of the profile is a target, every source of it an
 * arm. A cell has all search seeds: for each the source's search and three of the
 * target. No student is trained to the end, and no test image is looked at.
 */
export const experiment: Experiment<z.infer<typeof schema>, TransferContent> = {
  command,
  arms: ({ sources }) => transferArms(sources),
  foresee: foreseeTransfer,
  run: runTransfer,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
