/**
 * RQ5. What does a student learn from its teacher that labels do not teach it?
 *
 * The paper (section 3.4) trains every student of a search on the squared error of
 * its teacher's logits alone, and the one that is chosen on labels + lambda x that
 * error. It has no comparison with other losses that could be recovered. Here the
 * same students are trained by four losses, briefly and to the end, from fresh and
 * from inherited weights; and whole searches are run under each loss.
 *
 * @module
 */

import { z } from "zod";
import { defineCommand, runMain } from "../lib/cli/mod.ts";
import {
  cellOptions,
  compressionOptions,
  type DecidingTest,
  type DistillationContent,
  distillationOptions,
  distillationPage,
  distillationSchema,
  distillationSummary,
  ENGINE_CHOICE,
  type Experiment,
  foreseeDistillation,
  METHODS,
  type Report,
  runDistillation,
  runExperiment,
} from "../lib/lab/mod.ts";
import { LEVEL } from "../lib/report/mod.ts";

const TITLE = "RQ5: distillation";

/**
 * The test that decides, stated before there was a result: accuracy on validation
 * images that nothing is chosen on, after the final training from fresh weights,
 * as in the paper; logit MSE against labels alone, student by student, by
 * Wilcoxon's signed rank test with Holm's correction over the three losses that
 * are compared with labels. Where its ranks and the mean differ in their side,
 * nothing is decided. Below ten students a bootstrap interval is too narrow.
 *
 * Each subject is tested alone. The claim is supported, or not, where all subjects
 * with ten students or more say so; one that decides neither leaves it open.
 */
const TEST: DecidingTest = {
  claim:
    "A student learns more from its teacher's logits, by their squared error, than from labels: the paper trains all students of a search so (section 3.4).",
  loss: "mse",
  setting: "final, fresh",
  level: LEVEL,
  leastStudents: 10,
  // A tenth of a percentage point.
  matters: 0.001,
};

/**
 * What can be asked: which cells are run, which students, losses and searches, and
 * every option of a compression. Within a setting recipes differ in the loss alone.
 */
const schema = z.strictObject({
  ...cellOptions,
  ...compressionOptions,
  ...distillationOptions,
});

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq5",
  summary: "Compare losses on the same students, and searches under each loss",
  examples: [
    "deno task rq5",
    "deno task rq5 --profile smoke",
    "deno task rq5 --dry-run",
    "deno task rq5 --dataset mnist --arms students --students 40",
    "deno task rq5 --profile night --arms searches",
  ],
  schema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq5",
  presets: { option: "method", values: METHODS },
  ...ENGINE_CHOICE,
});

/** A page with a figure for each cell, a table over all. */
export const report: Report<DistillationContent> = {
  question: "rq5",
  schema: distillationSchema,
  cell: (cell) => distillationPage(cell, { title: TITLE, test: TEST }),
  profile: (results) =>
    distillationSummary(results, { title: TITLE, test: TEST }),
};

/**
 * The experiment: for every subject of the profile the same students under every
 * loss, which decides; then, where a profile says with how many seeds, searches
 * under every loss. No test image is looked at.
 */
export const experiment: Experiment<
  z.infer<typeof schema>,
  DistillationContent
> = {
  command,
  arms: ({ searchSeeds }) => [
    { name: "students", options: { part: "students" } },
    ...(searchSeeds === 0
      ? []
      : [{ name: "searches", options: { part: "searches" } }]),
  ],
  foresee: foreseeDistillation,
  run: runDistillation,
  report,
};

if (import.meta.main) await runMain((args) => runExperiment(experiment, args));
