/**
 * Made-up records of the experiment on ablations.
 *
 * @module
 */

import {
  type AblatedArm,
  type AblationContent,
  type AblationSearch,
  completeConfig,
  type RecordedCell,
} from "../../lib/lab/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

/** A search that chose a student of a reward, or none. */
export function search(
  seed: number,
  reward: number | undefined,
): AblationSearch {
  return {
    seed,
    proposed: 12,
    distinct: 7,
    meanReward: 0.25,
    ...(reward === undefined ? {} : {
      chosen: {
        networkId: "ab".repeat(32),
        parameters: 5_000,
        compression: 0.75,
        accuracy: 0.9,
        reward: reward + 0.01,
        again: { accuracy: 0.875, reward },
      },
    }),
  };
}

/** An arm with a reward a seed. */
export function arm(
  name: string,
  rewards: readonly (number | undefined)[],
  against?: string,
): AblatedArm {
  return {
    name,
    ...(against === undefined ? {} : { against }),
    searches: rewards.map((reward, i) => search(i + 1, reward)),
  };
}

/** Eight seeds: "without" is worse in all, "other" equal, "more" better than it. */
export const ARMS: readonly AblatedArm[] = [
  arm("whole", [0.8, 0.7, 0.75, 0.8, 0.7, 0.75, 0.8, 0.7]),
  arm("*without*", [0.7, 0.6, 0.6, 0.7, 0.6, 0.65, 0.75, 0.6], "whole"),
  arm("other", [0.8, 0.7, 0.75, 0.8, 0.7, 0.75, 0.8, 0.7], "whole"),
];

/** A made-up cell. */
export function sampleContent(
  arms: readonly AblatedArm[] = ARMS,
  kind: "table" | "search" = "table",
): AblationContent {
  return {
    identity: {
      config: completeConfig(
        parseOptions({
          dataset: "mnist",
          network: "resnet18",
          width: 0.125,
          space: "block",
          student: { images: 500, epochs: 1, start: "inherited" },
        }),
      ),
      arm: "features",
      seed: 1,
      engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
      data: {
        name: "mnist",
        digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
      },
      ablation: { name: "features", kind, stage: "removal" },
      arms: arms.map(({ name }) => ({ name, options: {} })),
    },
    teacher: { parameters: 20_000, accuracy: 0.95, accuracyAgain: 0.94 },
    images: { train: 500, validation: 1000, again: 1000 },
    length: { iterations: 4, rollouts: 3 },
    ...(kind === "table"
      ? { table: { students: 511, rejected: 1, best: 0.875 } }
      : {}),
    arms,
  };
}

/** A cell's record, as it would be read back. */
export function sampleCell(
  content: AblationContent = sampleContent(),
  cell = "mnist-resnet18-w0.125-features-s1",
): RecordedCell<AblationContent> {
  return {
    record: createRecord(
      { question: "ablation", profile: "laptop", cell },
      content,
    ),
    environment: {
      cpu: "a processor",
      cores: 2,
      wallSeconds: 5_000,
      commands: 1,
      workerSeconds: 9_000,
      workers: 2,
      evaluations: { asked: 9, remembered: 0, trained: 9, workerSeconds: 0 },
      details: { searches: 65 },
    },
  };
}
