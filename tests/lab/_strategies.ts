/**
 * A made-up record of the experiment on strategies.
 *
 * @module
 */

import {
  type ArmSearches,
  completeConfig,
  type RecordedCell,
  type StrategiesContent,
  type StudentRow,
} from "../../lib/lab/mod.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

/** Rewards of the table: the last two students cannot be chosen. */
export const REWARDS = [0.8, 0.7, 0.7, 0.6, 0.5, 0.4, -1, -1];

const TABLE = REWARDS.map((reward, i): StudentRow => ({
  networkId: `${i}`.repeat(64),
  actions: [i.toString(2).padStart(3, "0")],
  parameters: 10_000 + i,
  macs: 100_000 + i,
  accuracy: 0.9 - i / 100,
  reward,
  ...(i === 6 ? { failure: "the loss is not a finite number at step 5" } : {}),
  ...(i === 7 ? { violation: "too large" } : {}),
}));

/**
 * The searches of an arm, by seed the rows of which each is better than those
 * before, one every third student from the third.
 */
export function arm(
  name: string,
  rows: readonly (readonly number[])[],
): ArmSearches {
  return {
    name,
    searches: rows.map((improved, i) => ({
      seed: i + 1,
      improvements: improved.map((row, k) => ({ proposed: 3 * (k + 1), row })),
      marks: [3, 6, 12].map((proposed) => ({
        proposed,
        distinct: proposed - i,
        meanReward: 0.1 * (i + 1),
      })),
    })),
  };
}

/** Three arms with four seeds: the second is better at the end, the third is equal. */
export const ARMS: readonly ArmSearches[] = [
  arm("reinforce", [[5, 3], [4, 3], [3], [4, 1]]),
  arm("random", [[5, 1], [4, 0], [2], [3, 0]]),
  arm("*frozen*", [[5, 3], [4, 3], [3], [4, 1]]),
];

/** A made-up subject; what is not said of its options is the default. */
export function sampleContent(
  arms: readonly ArmSearches[] = ARMS,
  options: Readonly<Record<string, unknown>> = {},
): StrategiesContent {
  return {
    identity: {
      config: completeConfig(
        parseOptions({
          dataset: "cifar10",
          network: "resnet18",
          width: 0.25,
          space: "block",
          removal: { iterations: 4, rollouts: 3 },
          student: { images: 3000, epochs: 1, start: "inherited" },
          ...options,
        }),
      ),
      arm: "table",
      seed: 1,
      engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
      data: {
        name: "cifar10",
        digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
      },
      strategies: arms.map(({ name }) => ({ name, search: "random" })),
    },
    teacher: {
      network: NETWORK,
      parameters: 20_000,
      macs: 200_000,
      accuracy: 0.91,
    },
    decisions: [[0, 1], [2], [3]],
    images: { train: 3000, validation: 2500 },
    marks: [3, 6, 12],
    table: TABLE,
    rejected: { noReduction: ["111"] },
    arms,
  };
}

/** A subject's record, as it would be read back. */
export function sampleCell(
  content: StrategiesContent = sampleContent(),
  cell = "cifar10-resnet18-w0.25-table-s1",
): RecordedCell<StrategiesContent> {
  return {
    record: createRecord(
      { question: "strategies", profile: "laptop", cell },
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
