/**
 * The dry run: what would be done, what is there, what it would cost. Writes
 * nothing.
 *
 * @module
 */

import {
  formatDuration,
  notify,
  print,
  type RunOptions,
} from "../../cli/mod.ts";
import type { DataSetFacts } from "../../data/mod.ts";
import {
  countMacs,
  countParameters,
  describe,
  type Network,
} from "../../network/mod.ts";
import {
  formatCount,
  formatShortCount,
  markdownTable,
} from "../../report/mod.ts";
import type { EngineIdentity } from "../../search/mod.ts";
import { openStore } from "../../store/mod.ts";
import { calibrate, storedCalibration } from "./calibration.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { foreseeRun, type PartName } from "./forecast.ts";
import { isCached } from "../subject/data_options.ts";
import { storePath } from "../session/session.ts";

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

/** Prints what a run would do. */
export async function printPlan(
  { question, config, run, facts, teacher, runId, engine, taken }: {
    readonly question: string;
    readonly config: CompressionConfig;
    readonly run: RunOptions;
    /** What is known of the data set. */
    readonly facts: DataSetFacts;
    readonly teacher: Network;
    /** Name under which the run's progress is kept. */
    readonly runId: string;
    readonly engine: EngineIdentity;
    /** Name of the recorded teacher that is taken; undefined when one is trained. */
    readonly taken: string | undefined;
  },
): Promise<void> {
  const images = config.images || facts.trainCount! - config.validation;
  const { rawBytes = 0 } = facts;
  const path = storePath(run.results);
  const store = openStore(path, { readonly: true });
  try {
    const speed = { engine, workers: run.workers };
    const stored = await storedCalibration(store, speed);
    if (stored === undefined) {
      notify(`Measuring how fast ${engine.name} trains here, a few seconds`);
    }
    const parts = foreseeRun({
      calibration: stored ?? await calibrate(speed),
      config,
      teacher,
      images,
      taken: taken !== undefined,
      testImages: facts.testCount ?? images / 5,
      seed: run.seed,
      workers: run.workers,
    });
    const total = (key: "cpuSeconds" | "wallSeconds") =>
      parts.reduce((sum, part) => sum + part[key], 0);
    const students = parts.reduce(
      (sum, { name, trainings }) =>
        name === "removal" || name === "shrinkage" ? sum + trainings : sum,
      0,
    );

    print(
      `${question}, profile ${run.profile}, seed ${run.seed}: a dry run.\n`,
    );
    print(
      `Teacher: ${formatCount(countParameters(teacher))} parameters, ${
        formatShortCount(countMacs(teacher))
      } MACs an image${taken === undefined ? "" : `, trained: ${taken}`}\n  ${
        describe(teacher)
      }`,
    );
    print(
      `Data: ${facts.title}, ${formatCount(images)} training and ${
        formatCount(config.validation)
      } validation images; ${
        await isCached(config)
          ? "in the cache"
          : `to be fetched and decoded (${(rawBytes / 1e6).toFixed(0)} MB)`
      }\n`,
    );
    const stage = (kind: "removal" | "shrinkage") =>
      `${kind}: ${config[kind].iterations} iterations x ${
        config[kind].rollouts
      } students`;
    const labels: Readonly<Record<PartName, string>> = {
      teacher: "teacher",
      logits: "teacher's logits",
      removal: stage("removal"),
      shrinkage: stage("shrinkage"),
      final: "final trainings",
      test: "test scores",
    };
    print(markdownTable(
      [
        { title: "step" },
        { title: "trainings at most", align: "right" },
        { title: "epochs", align: "right" },
        { title: "CPU hours", align: "right" },
        { title: "takes", align: "right" },
      ],
      parts.map(({ name, trainings, epochs, cpuSeconds, wallSeconds }) => [
        labels[name],
        formatCount(trainings),
        formatCount(epochs),
        (cpuSeconds / 3600).toFixed(2),
        formatDuration(wallSeconds),
      ]),
    ));
    print(
      `Predicted: ${(total("cpuSeconds") / 3600).toFixed(2)} CPU hours, ${
        formatDuration(total("wallSeconds"))
      } with ${run.workers} workers. Foreseen from the speed of ${engine.name} on this machine (measured ${
        stored === undefined ? "just now" : "at its first run"
      }) and from the students that the policies would propose before they learn.`,
    );
    print(
      `Disk: ${
        ((rawBytes + students * BYTES_PER_STUDENT) / 1e6).toFixed(0)
      } MB for data and store.`,
    );
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
