/**
 * Made-up records of the experiment on plans of stages.
 *
 * @module
 */

import {
  completeConfig,
  type CompressionContent,
  type RecordedCell,
  stagesOf,
} from "../../lib/lab/mod.ts";
import type { StagePlanName } from "../../lib/lab/options/stage_plans.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import type { IterationRecord } from "../../lib/search/mod.ts";
import { ledgerOf } from "../../lib/search/mod.ts";
import { parseOptions } from "./_options.ts";

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

/** A made-up cell. */
export interface PlanCell {
  readonly plan: StagePlanName;
  readonly seed?: number;
  /** Final reward of the last stage's winner; undefined where no stage has one. */
  readonly reward?: number | undefined;
  /** Rewards of each stage's proposals, iteration by iteration; -1 is rejected. */
  readonly search?: readonly (readonly (readonly number[])[])[];
  readonly options?: Readonly<Record<string, unknown>>;
}

function iterationOf(
  rewards: readonly number[],
  iteration: number,
): IterationRecord {
  return {
    iteration,
    proposals: rewards.map((reward, i) =>
      reward === -1
        ? { actions: [1], reward, rejection: { rule: "shape", reason: "no" } }
        : {
          actions: [0],
          reward,
          networkId: `${iteration}${i}`.padEnd(64, "0"),
          parameters: 10_000,
          compression: 0.5,
          accuracy: 0.9,
          repeated: false,
          epochs: 2,
        }
    ),
    tendency: [0.5],
  };
}

/** A cell's record, as it would be read back. */
export function planCell(
  { plan, seed = 1, reward, search = [], options = {} }: PlanCell,
): RecordedCell<CompressionContent> {
  const teacher = {
    network: NETWORK,
    networkId: "ab".repeat(32),
    parameters: 20_000,
    macs: 200_000,
    validation: 0.91,
    test: 0.9,
  };
  const kinds = stagesOf(plan);
  const content: CompressionContent = {
    identity: {
      config: completeConfig(parseOptions({
        dataset: "mnist",
        network: "vgg13",
        width: 0.25,
        space: "block",
        stages: plan,
        student: { images: 1000, epochs: 2 },
        ...options,
      })),
      arm: plan.replace(",", "-"),
      seed,
      engine: { name: "tfjs", version: "4.22.0", instructionSet: "wasm" },
      data: {
        name: "mnist",
        digest: { train: "ab".repeat(32), test: "cd".repeat(32) },
      },
    },
    teacher,
    referenceAccuracy: 0.91,
    teacherForwards: 1000,
    studentForwards: 100_000,
    stages: kinds.map((kind, at) => {
      const records = (search[at] ?? []).map(iterationOf);
      const networkId = `${at}`.repeat(64);
      const isLast = at === kinds.length - 1;
      const final = isLast ? reward : 0.5;
      return {
        kind,
        bits: 10 * (at + 1),
        records,
        ledger: ledgerOf(records, 1000),
        finals: final === undefined ? [] : [
          // A losing finalist comes first.
          {
            networkId: "f".repeat(64),
            epochs: 3,
            validation: 0.1,
            reward: 0.1,
          },
          { networkId, epochs: 3, validation: 0.9, reward: final },
        ],
        ...(final === undefined ? {} : {
          winner: {
            ...teacher,
            networkId,
            parameters: 2_000,
            reward: 0.6,
            searchAccuracy: 0.8,
            iteration: 0,
          },
        }),
      };
    }),
  };
  const { dataset, network } = content.identity.config;
  const name = network.replace(":", "-");
  return {
    record: createRecord({
      question: "rq2",
      profile: "laptop",
      cell: `${dataset}-${name}-w0.25-${content.identity.arm}-s${seed}`,
    }, content),
    environment: {
      cpu: "a processor",
      cores: 2,
      wallSeconds: 90,
      commands: 1,
      workerSeconds: 150,
      workers: 2,
      evaluations: { asked: 9, remembered: 0, trained: 9, workerSeconds: 0 },
      details: { teacher: 50 },
    },
  };
}
