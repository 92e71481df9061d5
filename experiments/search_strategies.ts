/**
 * Search strategies. Which strategy finds good students?
 *
 * The paper (section 3) trains a recurrent policy by REINFORCE and compares it
 * with no other search. A comparison needs many searches, and each trains some
 * hundred students. But where residual blocks are decided on as a whole, layer
 * removal has so few students that all of them can be trained: then any number of
 * searches, whatever the strategy, costs nothing more.
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
  foreseeStrategies,
  METHODS,
  PAPER_POLICIES,
  type Report,
  runExperiment,
  runStrategies,
  type StrategiesContent,
  strategiesOptions,
  strategiesPage,
  strategiesSchema,
  strategiesSummary,
  type StrategyArm,
} from "../lib/lab/mod.ts";

const TITLE = "Search strategies";

/**
 * What is compared, with the first: options over those of the profile, so that
 * "reinforce" is the profile's policy as it is.
 */
const ARMS: readonly StrategyArm[] = [
  { name: "reinforce", search: "reinforce" },
  // The paper's policy, reading what it read, in this space and as long.
  { name: "paper", search: "reinforce", removal: PAPER_POLICIES.removal },
  // Without what lets the policy tell layers apart.
  {
    name: "scaled",
    search: "reinforce",
    removal: { features: "scaled", leafLogits: false },
  },
  { name: "random", search: "random" },
  { name: "evolution", search: "evolution" },
  { name: "annealing", search: "annealing" },
  { name: "greedy", search: "greedy" },
  { name: "frozen", search: "frozen" },
];

/**
 * What can be asked: which cells are run, how many searches, and of a compression's
 * options those of data, teacher, students and search. There is but one stage,
 * layer removal, and no final training: their options change nothing, nor does
 * --search.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...strategiesOptions,
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task strategies",
  summary: "Compare search strategies on tables of all students",
  examples: [
    "deno task strategies",
    "deno task strategies --profile smoke",
    "deno task strategies --dry-run",
    "deno task strategies --dataset cifar10 --search-seeds 100",
    "deno task strategies --removal.entropy-weight 0.3",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "strategies",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with a figure for each subject, a table over all. */
export const report: Report<StrategiesContent> = {
  question: "strategies",
  schema: strategiesSchema,
  cell: (cell) => strategiesPage(cell, TITLE),
  profile: (results) => strategiesSummary(results, TITLE),
};

/**
 * The experiment: for every subject of the profile all students, and on them all
 * strategies with all search seeds. What decides is the reward of the best student
 * found, seed by seed beside that of the first strategy. No student is trained to
 * the end, and no test image is looked at.
 */
export const experiment: Experiment<
  z.infer<typeof schema>,
  StrategiesContent
> = {
  command,
  arms: () => [{ name: "table", options: {} }],
  foresee: (options) => foreseeStrategies(options, ARMS),
  run: (lab) => runStrategies(lab, ARMS),
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
