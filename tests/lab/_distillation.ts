/**
 * Made-up students, searches and records of the experiment on losses.
 *
 * @module
 */

import {
  completeConfig,
  type CompressionConfig,
  type DecidingTest,
  type DistillationContent,
  type Identity,
  lossesOf,
  type LossName,
  type LossSearchesContent,
  type LossStudentsContent,
  type RecordedCell,
  settingsOf,
} from "../../lib/lab/mod.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

/** The test of the samples. */
export const TEST: DecidingTest = {
  claim: "Logits teach more than labels (section 3.4).",
  loss: "mse",
  setting: "final, fresh",
  level: 0.05,
  leastStudents: 10,
  matters: 0.001,
};

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

function identityOf(
  options: Readonly<Record<string, unknown>>,
  arm: string,
): Identity<CompressionConfig> {
  const given = parseOptions({
    dataset: "cifar10",
    network: "resnet18",
    width: 0.25,
    student: { start: "inherited", images: 1000, epochs: 1 },
    final: { start: "inherited", epochs: 10 },
  });
  return {
    // Options of this experiment are not those of every compression.
    config: { ...completeConfig(given), ...options } as CompressionConfig,
    arm,
    seed: 1,
    engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
    data: {
      name: "cifar10",
      digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
    },
  };
}

const TEACHER = {
  network: NETWORK,
  parameters: 701_466,
  macs: 35_050_000,
  validation: 0.91,
};

const IMAGES = { train: 45_000, scoring: 2_500, confirm: 2_500 };

/** How far accuracies of a loss are from those of labels, by student. */
export type Shift = (loss: LossName, student: number) => number;

/**
 * A made-up subject of as many students; within every setting a loss is better than
 * labels by what the shift says. A shift that is not a number is a failed training.
 */
export function studentsContent(
  count: number,
  shift: Shift,
  options: Readonly<Record<string, unknown>> = {},
): LossStudentsContent {
  const identity = identityOf({ finalImages: 4_000, ...options }, "students");
  const { config } = identity;
  const random = randomStream(1, "sample");
  const [losses, settings] = [lossesOf(config), settingsOf(config)];
  return {
    part: "students",
    identity,
    teacher: TEACHER,
    images: IMAGES,
    losses,
    settings,
    students: Array.from({ length: count }, (_, i) => {
      const accuracy = 0.6 + 0.2 * random.uniform();
      return {
        networkId: `${i}`.padEnd(8, "x").padEnd(64, "0"),
        network: NETWORK,
        parameters: Math.round(20_000 * 1.1 ** i),
        macs: 1_000_000,
        kind: (["removal", "shrinkage", "joint"] as const)[i % 3]!,
        scores: settings.flatMap(({ length, start }) =>
          losses.map(({ name }) => {
            const own = name === "labels" ? 0 : shift(name, i);
            return {
              length,
              start,
              loss: name,
              ...(Number.isNaN(own) ? {} : { accuracy: accuracy + own }),
            };
          })
        ),
      };
    }),
  };
}

/**
 * Made-up searches with as many seeds; a loss finds what labels find, with a reward
 * that is higher by what the shift says. One that is not a number finds nothing.
 */
export function searchesContent(
  seeds: number,
  shift: Shift,
): LossSearchesContent {
  const identity = identityOf({ searchSeeds: seeds }, "searches");
  const losses = lossesOf(identity.config);
  return {
    part: "searches",
    identity,
    teacher: TEACHER,
    images: IMAGES,
    losses,
    searches: Array.from({ length: seeds }, (_, i) =>
      losses.map(({ name }) => {
        const own = name === "labels" ? 0 : shift(name, i);
        return {
          loss: name,
          seed: 1 + i,
          distinct: 40 + i,
          ...(Number.isNaN(own) ? {} : {
            winner: {
              networkId: (own === 0 ? "a" : "b").repeat(64),
              parameters: 70_000,
              searchReward: 0.7,
              accuracy: 0.85,
              reward: 0.8 + 0.001 * i + own,
            },
          }),
        };
      })).flat(),
  };
}

/** A record, as it would be read back. */
export function sampleCell(
  content: DistillationContent,
  cell = "cifar10-resnet18-w0.25-students-s1",
): RecordedCell<DistillationContent> {
  return {
    record: createRecord({ question: "rq5", profile: "laptop", cell }, content),
    environment: {
      cpu: "a processor",
      cores: 2,
      wallSeconds: 5_000,
      commands: 1,
      workerSeconds: 9_000,
      workers: 2,
      evaluations: {
        asked: 120,
        remembered: 0,
        trained: 120,
        workerSeconds: 0,
      },
    },
  };
}
