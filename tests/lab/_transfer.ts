/**
 * A made-up record of the experiment on transfer.
 *
 * @module
 */

import {
  completeConfig,
  type RecordedCell,
  type SearchCourse,
  type SeedSearches,
  type TransferContent,
} from "../../lib/lab/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { parseOptions } from "../lab/_options.ts";

/** Students an iteration. */
export const ROLLOUTS = 2;

/**
 * A search whose iterations have the mean rewards given; the first student of each
 * is 0.1 better, the second 0.1 worse, and rejected where that is -1.
 */
export function course(means: readonly number[]): SearchCourse {
  return {
    iterations: means.map((mean) => {
      const rewards = [mean + 0.1, mean - 0.1];
      const students = rewards.filter((reward) => reward > -1);
      return {
        rewards,
        compressions: students.map(() => 0.5),
        accuracies: students.map((reward) => Math.max(0, reward)),
      };
    }),
    keepFirst: [0.5, 0.25],
    keepLast: [0.9, 0.1],
  };
}

/** Rewards that rise from one value to another in so many iterations. */
export function rising(
  from: number,
  to: number,
  iterations = 20,
): readonly number[] {
  return Array.from(
    { length: iterations },
    (_, i) => from + (to - from) * i / (iterations - 1),
  );
}

/** All searches of a seed, of mean rewards by iteration. */
export function searches(
  seed: number,
  { pretrained, scratch, biased }: Readonly<
    Record<"pretrained" | "scratch" | "biased", readonly number[]>
  >,
): SeedSearches {
  return {
    seed,
    policy: `${seed}`.repeat(64).slice(0, 64),
    keepRate: 0.3 + seed / 100,
    keepSpread: 0.2,
    keepBias: -0.8,
    source: course(scratch),
    pretrained: course(pretrained),
    scratch: course(scratch),
    biased: course(biased),
  };
}

/** Eight seeds, of which policies carried over are better than both others. */
export const SEEDS: readonly SeedSearches[] = Array.from(
  { length: 8 },
  (_, i) => {
    const noise = randomStream(1, "noise", i).uniform() / 10;
    return searches(i + 1, {
      pretrained: rising(0.7 + noise, 0.8),
      scratch: rising(0.4 + noise, 0.8),
      biased: rising(0.6 + noise / 2, 0.8),
    });
  },
);

/** A made-up source and target; what is not said of its options is the default. */
export function sampleContent(
  seeds: readonly SeedSearches[] = SEEDS,
  { source = "resnet18", dataset = "mnist" }: {
    readonly source?: string;
    readonly dataset?: string;
  } = {},
): TransferContent {
  const data = (name: string) => ({
    name,
    digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
  });
  const iterations = seeds[0]!.scratch.iterations.length;
  return {
    identity: {
      config: {
        ...completeConfig(parseOptions({
          dataset: "mnist",
          network: "resnet34",
          width: 0.25,
          space: "block",
          removal: { iterations, rollouts: ROLLOUTS },
          student: { images: 1000, epochs: 1, start: "inherited" },
        })),
        ...{ source, searchSeeds: seeds.length },
      },
      arm: `from-${source}`,
      seed: 1,
      engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
      data: data("mnist"),
      source: { data: data(dataset) },
    },
    source: {
      network: source,
      dataset,
      parameters: 10_000,
      accuracy: 0.95,
      decisions: [[0], [1, 2]],
    },
    target: {
      network: "resnet34",
      dataset: "mnist",
      parameters: 20_000,
      accuracy: 0.96,
      decisions: [[0], [1, 2]],
    },
    images: { train: 1000, validation: 500 },
    students: { source: 70, target: 200 },
    seeds,
  };
}

/** A cell's record, as it would be read back. */
export function sampleCell(
  content: TransferContent = sampleContent(),
  cell = `mnist-resnet34-w0.25-${content.identity.arm}-s1`,
): RecordedCell<TransferContent> {
  return {
    record: createRecord({ question: "rq3", profile: "laptop", cell }, content),
    environment: {
      cpu: "a processor",
      cores: 2,
      wallSeconds: 5_000,
      commands: 1,
      workerSeconds: 9_000,
      workers: 2,
      evaluations: { asked: 9, remembered: 0, trained: 9, workerSeconds: 0 },
    },
  };
}
