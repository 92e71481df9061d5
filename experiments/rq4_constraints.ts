/**
 * RQ4. What do hardware constraints cost, and how are they best told to the search?
 *
 * The paper's claim (section 3.3): limits A x <= b on a student's size and accuracy
 * can be built into the reward. A student that breaks one earns -1 (hard), or loses
 * more of its reward as the search goes on (soft), by epsilon_t (R + 1) - 1 with
 * epsilon_t falling from 1 to 0. Its table of limits is not known to us, nor its
 * schedule; the authors' code has (1 - t / 15)^4, and 1.7M parameters for a
 * ResNet-18 of 11.17M.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  cellOptions,
  compressionOptions,
  compressionPage,
  constraintArms,
  constraintOptions,
  type ConstraintsContent,
  constraintsFigures,
  constraintsSchema,
  constraintsSummary,
  ENGINE_CHOICE,
  type Experiment,
  foreseeRun,
  METHODS,
  type Report,
  runConstraints,
  runExperiment,
} from "../lib/lab/mod.ts";

const TITLE = "RQ4: constraints";

/**
 * What can be asked: every option of a compression, which limits are compared in
 * which modes, and how strict each is. What --limits says holds in every search,
 * that without limits too.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...constraintOptions,
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq4",
  summary: "Search under limits on size, speed and accuracy",
  examples: [
    "deno task rq4",
    "deno task rq4 --profile smoke",
    "deno task rq4 --dry-run",
    "deno task rq4 --compare macs-soft,macs-hard --shares.macs 0.1",
    "deno task rq4 --arms free,latency-soft,latency-hard --seeds 2",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq4",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with figures for each search, a page with a figure over all. */
export const report: Report<ConstraintsContent> = {
  question: "rq4",
  schema: constraintsSchema,
  cell: (cell) => compressionPage(cell, TITLE),
  profile: (results) => constraintsSummary(results, TITLE),
  figures: constraintsFigures,
};

/**
 * The experiment: for every subject and search seed a search without limits, then
 * one under each limit in each mode, alone and all together.
 *
 * The test that decides, fixed before any result: the score of a search is the
 * reward of its best student that keeps to the limits, by its accuracy on all
 * validation images after the final training, and -1 where it has none. Scores of
 * soft and hard are paired by search seed and compared by a two-sided sign-flip test,
 * corrected by Holm's method over all limits. "Supported" needs one limit under which
 * soft is better (p < .05) and none under which it is worse; nothing is claimed from
 * fewer than six pairs, nor from so few that no corrected p can be below .05, nor
 * where no search found a student that keeps to its limits.
 */
export const experiment: Experiment<
  z.infer<typeof schema>,
  ConstraintsContent
> = {
  command,
  arms: constraintArms,
  foresee: foreseeRun,
  run: runConstraints,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
