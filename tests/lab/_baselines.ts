/**
 * Made-up records of searches and baselines.
 *
 * @module
 */

import {
  type BaselineContent,
  type ComparedContent,
  completeConfig,
  type CompressionContent,
  type Measured,
  type RecordedCell,
} from "../../lib/lab/mod.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

/** Which cell a content is of. */
export interface Which {
  readonly dataset?: "mnist" | "cifar10";
  readonly arm?: string;
  readonly seed?: number;
}

function identityOf({ dataset = "mnist", arm, seed = 1 }: Which) {
  const network = { mnist: "vgg13", cifar10: "resnet18" }[dataset];
  return {
    config: completeConfig(parseOptions({ dataset, network, width: 0.25 })),
    arm: arm!,
    seed,
    engine: { name: "onnx-cpu", version: "1", instructionSet: "x" },
    data: {
      name: dataset,
      official: true,
      digest: { train: "a".repeat(64), test: "b".repeat(64) },
    },
  } as unknown as CompressionContent["identity"];
}

function measured(parameters: number, test: number): Measured {
  return {
    network: NETWORK,
    networkId: `${parameters}`.padEnd(64, "0"),
    parameters,
    macs: 10 * parameters,
    validation: test,
    test,
  };
}

/** A search whose last stage's winner has such parameters and test accuracy. */
export function search(
  parameters: number,
  test: number,
  which: Which = {},
): CompressionContent {
  const winner = {
    ...measured(parameters, test),
    reward: 0.9,
    searchAccuracy: 0.8,
    iteration: 0,
  };
  const ledger = {
    proposed: 1,
    rejected: 0,
    repeated: 0,
    trained: 1,
    failed: 0,
    violations: 0,
    studentEpochs: 1,
    studentImages: 100,
  };
  return {
    identity: identityOf({ arm: "reinforce", ...which }),
    teacher: measured(1_000_000, 0.99),
    referenceAccuracy: 0.99,
    teacherForwards: 100,
    studentForwards: 100,
    stages: [{
      kind: "removal",
      bits: 10,
      records: [],
      ledger,
      finals: [],
      winner,
    }],
  } as unknown as CompressionContent;
}

/** A baseline with the test accuracies of some sizes; undefined for a failed one. */
export function baseline(
  tests: Readonly<Record<number, number | undefined>>,
  which: Which = {},
): BaselineContent {
  return {
    identity: identityOf({ arm: "pruning", ...which }),
    teacher: measured(1_000_000, 0.99),
    start: "inherited",
    sizes: Object.entries(tests).map(([size, test]) => {
      const parameters = Number(size);
      const { test: _, ...own } = measured(parameters, test ?? 0);
      return {
        ...own,
        asked: 1_000_000 / parameters,
        epochs: 12,
        ...(test === undefined
          ? { failure: "the loss is not a finite number at step 3" }
          : { test }),
      };
    }),
  };
}

/** A content as a recorded cell. */
export function cellOf<Content extends ComparedContent>(
  content: Content,
): RecordedCell<Content> {
  const { config: { dataset, network }, arm, seed } = content.identity;
  const cell = `${dataset}-${network}-w0.25-${arm}-s${seed}`;
  return {
    record: createRecord({ question: "rq1", profile: "laptop", cell }, content),
    environment: {
      cpu: "CPU",
      cores: 2,
      wallSeconds: 10,
      commands: 1,
      workerSeconds: 3600,
      workers: 2,
      evaluations: { asked: 1, remembered: 0, trained: 1, workerSeconds: 9 },
    },
  };
}
