/**
 * Proxy fidelity. Which cheap score of a student ranks students as their final
 * training does?
 *
 * A search trains each student briefly and believes what comes of it. The paper
 * (section 3.4) trains for 5 epochs from fresh weights and does not say how well
 * that ranks students. Here students of all sizes are scored by several proxies,
 * from fresh and from inherited weights, and trained to the end.
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
  type FidelityContent,
  fidelityOptions,
  fidelityPage,
  fidelitySchema,
  fidelitySummary,
  foreseeFidelity,
  METHODS,
  type Report,
  runExperiment,
  runFidelity,
} from "../lib/lab/mod.ts";

const TITLE = "Proxy fidelity";

/**
 * What can be asked: which cells are run, which students and proxies, and of a
 * compression's options those of data, teacher, students and final training. There
 * is no search: its options change nothing.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...fidelityOptions,
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task proxy",
  summary: "Find the cheapest score that ranks students as final training does",
  examples: [
    "deno task proxy",
    "deno task proxy --profile smoke",
    "deno task proxy --dry-run",
    "deno task proxy --dataset mnist --students 12",
    "deno task proxy --dataset cifar10 --no-paper-proxy",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "proxy",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with a figure for each subject, a table over all. */
export const report: Report<FidelityContent> = {
  question: "proxy",
  schema: fidelitySchema,
  cell: (cell) => fidelityPage(cell, TITLE),
  profile: (results) => fidelitySummary(results, TITLE),
};

/**
 * The experiment: for every subject of the profile, and every seed that students
 * are drawn from, all proxies beside the truth. What decides is the rank
 * correlation with the truth among the better half of the students, which are
 * those that a search must tell apart. No test image is looked at.
 */
export const experiment: Experiment<z.infer<typeof schema>, FidelityContent> = {
  command,
  arms: () => [{ name: "fidelity", options: {} }],
  foresee: foreseeFidelity,
  run: runFidelity,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
