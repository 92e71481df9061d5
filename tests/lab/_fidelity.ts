/**
 * Made-up students and records of the experiment on proxies.
 *
 * @module
 */

import {
  completeConfig,
  type FidelityContent,
  fidelityContent,
  type ProxySpec,
  type RecordedCell,
  type StudentScore,
} from "../../lib/lab/mod.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

/** Numbers of images of {@link sampleContent}. */
export const IMAGES = { train: 45_000, scoring: 2_500, confirm: 2_500 };

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

/** A proxy; what is not said is that of one epoch from inherited weights. */
export function proxy(name: string, more: Partial<ProxySpec> = {}): ProxySpec {
  return {
    name,
    start: "inherited",
    images: 4_000,
    epochs: 1,
    observe: 2_000,
    recipe: "laptop",
    ...more,
  };
}

/** A student of a truth, with an accuracy for each proxy. */
export function student(
  id: string,
  truth: number,
  accuracies: Readonly<Record<string, number>>,
): StudentScore {
  return {
    networkId: id.padEnd(8, "x").padEnd(64, "0"),
    network: NETWORK,
    parameters: 10_000 + Math.round(1e5 * truth),
    macs: 1_000_000,
    kind: "removal",
    truth,
    truthOnScoring: truth,
    scores: Object.fromEntries(
      Object.entries(accuracies).map((
        [name, accuracy],
      ) => [name, { accuracy }]),
    ),
  };
}

/** Proxies of {@link sampleContent}: one tells much, one tells little. */
export const PROXIES: readonly ProxySpec[] = [
  proxy("fresh-3-epochs", { start: "fresh", epochs: 3, observe: 0 }),
  proxy("statistics", { epochs: 0, images: 0 }),
  proxy("one-epoch"),
  proxy("all_images", { images: 0, epochs: 2, recipe: "paper" }),
];

/** How far each proxy of {@link PROXIES} is from the truth. */
const NOISE = [0.3, 0.08, 0.03, 0.01];

/** A made-up subject with 24 students. */
export function sampleContent(
  options: Readonly<Record<string, unknown>> = {},
): FidelityContent {
  const random = randomStream(1, "sample");
  const kinds = ["removal", "shrinkage", "joint"] as const;
  return fidelityContent({
    identity: {
      config: completeConfig(
        parseOptions({
          dataset: "cifar10",
          network: "resnet18",
          width: 0.25,
          ...options,
        }),
      ),
      arm: "laptop",
      seed: 1,
      engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
      data: {
        name: "cifar10",
        digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
      },
    },
    teacher: {
      network: NETWORK,
      parameters: 701_466,
      macs: 35_050_000,
      validation: 0.91,
    },
    images: IMAGES,
    truth: { start: "inherited", images: 0, epochs: 30, observe: 2_000 },
    proxies: PROXIES,
    students: Array.from({ length: 24 }, (_, i) => {
      const truth = 0.6 + 0.3 * random.uniform();
      return {
        ...student(
          `${i}`,
          truth,
          Object.fromEntries(PROXIES.map(({ name }, p) => [
            name,
            0.7 * truth + NOISE[p]! * (random.uniform() - 0.5),
          ])),
        ),
        kind: kinds[i % 3]!,
        parameters: Math.round(20_000 * 1.14 ** i),
        truthOnScoring: truth + 0.01 * (random.uniform() - 0.5),
      };
    }),
  });
}

/** A subject's record, as it would be read back. */
export function sampleCell(
  content: FidelityContent = sampleContent(),
  cell = "cifar10-resnet18-w0.25-laptop-s1",
): RecordedCell<FidelityContent> {
  return {
    record: createRecord(
      { question: "proxy", profile: "laptop", cell },
      content,
    ),
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
      details: { "one-epoch": 4.25, "statistics": 0.5 },
    },
  };
}
