/**
 * The dry run: what would be done, what is there, what it would cost. Writes
 * nothing.
 *
 * @module
 */

import { formatDuration, print, type RunOptions } from "../../lib/cli/mod.ts";
import { dataSetFacts } from "../../lib/data/mod.ts";
import {
  countMacs,
  countParameters,
  describe,
  type Network,
} from "../../lib/network/mod.ts";
import {
  formatCount,
  formatShortCount,
  markdownTable,
} from "../../lib/report/mod.ts";
import { predictTrainingSeconds } from "../../lib/search/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import type { CompressionConfig } from "./config.ts";
import { DATA_CACHE, storePath } from "./session.ts";

/**
 * Share of the teacher's multiply-accumulates that a typical student of a stage
 * has: half of the layers, then half of the channels in and out of each. Only
 * the prediction of time depends on it.
 */
const STUDENT_MACS = { removal: 0.5, shrinkage: 0.15 } as const;

/** Bytes of the store for a student with its record, measured. */
const BYTES_PER_STUDENT = 2_000;

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Seconds of one thread for a network with a share of the teacher's MACs. */
function seconds(teacher: Network, share: number, images: number): number {
  const none = predictTrainingSeconds(teacher, 0);
  const all = predictTrainingSeconds(teacher, images);
  // The part per image that does not depend on the network stays.
  const fixed = predictTrainingSeconds({ ...teacher, blocks: [] }, images);
  return none + (fixed - none) + share * (all - fixed);
}

/** Prints what a run would do. */
export function printPlan(
  { question, config, run, teacher, runId }: {
    readonly question: string;
    readonly config: CompressionConfig;
    readonly run: RunOptions;
    readonly teacher: Network;
    /** Name under which the run's progress is kept. */
    readonly runId: string;
  },
): void {
  const facts = dataSetFacts(config.dataset);
  const images = config.images || facts.trainCount! - config.validation;
  const { student, final } = config;
  const stage = (kind: "removal" | "shrinkage") => {
    const { iterations, rollouts } = config[kind];
    const trainings = iterations * rollouts;
    const epochs = kind === "shrinkage"
      ? student.shrinkageEpochs ?? student.epochs
      : student.epochs;
    const each = seconds(
      teacher,
      STUDENT_MACS[kind],
      epochs * (student.images || images),
    );
    return {
      step: `${kind}: ${iterations} iterations x ${rollouts} students`,
      trainings,
      epochs: trainings * epochs,
      hours: trainings * each / 3600,
    };
  };
  const steps = [
    {
      step: "teacher",
      trainings: 1,
      epochs: config.teacher.epochs,
      hours: seconds(teacher, 1, config.teacher.epochs * images) / 3600,
    },
    stage("removal"),
    stage("shrinkage"),
    {
      step: "final trainings",
      trainings: 2 * config.finalists,
      epochs: 2 * config.finalists * final.epochs,
      hours: 2 * config.finalists *
        seconds(teacher, STUDENT_MACS.removal, final.epochs * images) / 3600,
    },
  ];
  const teaching = steps[0]!.hours;
  const total = steps.reduce((sum, { hours }) => sum + hours, 0);
  const wall = teaching + (total - teaching) / run.workers;
  const students = steps[1]!.trainings + steps[2]!.trainings;

  print(`${question}, profile ${run.profile}, seed ${run.seed}: a dry run.\n`);
  print(
    `Teacher: ${formatCount(countParameters(teacher))} parameters, ${
      formatShortCount(countMacs(teacher))
    } MACs an image\n  ${describe(teacher)}`,
  );
  print(
    `Data: ${facts.title}, ${formatCount(images)} training and ${
      formatCount(config.validation)
    } validation images; ${
      exists(`${DATA_CACHE}/${config.dataset}/train.bin`)
        ? "in the cache"
        : `to be fetched and decoded (${(facts.rawBytes / 1e6).toFixed(0)} MB)`
    }\n`,
  );
  print(markdownTable(
    [
      { title: "step" },
      { title: "trainings at most", align: "right" },
      { title: "epochs", align: "right" },
      { title: "CPU hours", align: "right" },
    ],
    steps.map(({ step, trainings, epochs, hours }) => [
      step,
      formatCount(trainings),
      formatCount(epochs),
      hours.toFixed(2),
    ]),
  ));
  print(
    `Predicted: ${total.toFixed(2)} CPU hours, ${
      formatDuration(3600 * wall)
    } with ${run.workers} workers, if no student is rejected or repeated. A prediction for a server core of 2024; yours may differ by a factor of 2.`,
  );
  print(
    `Disk: ${
      ((facts.rawBytes + students * BYTES_PER_STUDENT) / 1e6).toFixed(0)
    } MB for data and store.`,
  );
  const path = storePath(run.results);
  const store = openStore(path, { readonly: true });
  try {
    const { evaluations } = store.usage();
    const stages = (["removal", "shrinkage"] as const).map((kind) =>
      `${store.history(`${runId}/${kind}`).length} of ${
        config[kind].iterations
      } iterations of ${kind}`
    );
    print(
      exists(path)
        ? `Stored in ${path}: of this run ${stages.join(", ")}; of all runs ${
          formatCount(evaluations.count)
        } evaluations.`
        : `Nothing is stored yet in ${path}.`,
    );
  } finally {
    store.close();
  }
}
