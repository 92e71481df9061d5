/**
 * Made-up records of the experiment on constraints.
 *
 * @module
 */

import {
  completeConfig,
  constraintArms,
  type ConstraintsContent,
  type ProfileResults,
  type RecordedCell,
} from "../../lib/lab/mod.ts";
import { lenet5 } from "../../lib/network/mod.ts";
import { createRecord } from "../../lib/report/mod.ts";
import { parseOptions } from "./_options.ts";

export const SHARES = {
  parameters: 0.1,
  macs: 0.25,
  activations: 0.5,
  latency: 0.5,
  accuracy: 0.95,
};

const NETWORK = lenet5({ input: [1, 28, 28], classes: 10 });

/** What is made up of a search. */
export interface MadeUp {
  readonly arm: string;
  readonly seed: number;
  /** Reward of its best student; none where left out. */
  readonly reward?: number;
  /** Names of what is compared. */
  readonly compare?: readonly string[];
}

/**
 * A search of two iterations of two proposals: the best student first, one that
 * breaks a limit, that one again, and one that is not trained.
 */
export function content(
  { arm, seed, reward, compare = [arm] }: MadeUp,
): ConstraintsContent {
  const own = arm === "free" ? [] : compare;
  const options = constraintArms({ compare: [...own], shares: SHARES })
    .find(({ name }) => name === arm)!.options;
  const config = {
    ...completeConfig(parseOptions({ stages: "removal", ...options })),
    shares: SHARES,
  };
  const machine = { cpu: "A*B", arch: "x86_64", threads: 1 };
  const isTimed = config.limits.shares?.latency !== undefined;
  const latency = { medianMs: 2, lowMs: 1.5, highMs: 2.5, runs: 60 };
  const measured = {
    network: NETWORK,
    networkId: "n".repeat(64),
    parameters: 1000 + seed,
    macs: 5000,
    validation: 0.9,
    test: 0.8,
    ...(isTimed ? { latency } : {}),
  };
  const good = {
    actions: [1],
    networkId: measured.networkId,
    parameters: 1000,
    compression: 0.9,
    accuracy: 0.9,
    reward: reward ?? -1,
    repeated: false,
    epochs: 1,
    ...(reward === undefined ? { violation: "too slow" } : {}),
  };
  const bad = { ...good, networkId: "b", violation: "too large", reward: -0.5 };
  const rejected = {
    actions: [0],
    reward: -1,
    rejection: { rule: "limit", reason: "too large" },
  };
  const again = { ...bad, repeated: true, epochs: 0 };
  return {
    identity: {
      config,
      arm,
      seed,
      engine: { name: "onnx-cpu", version: "1", instructionSet: "any" },
      data: { name: "mnist", digest: { train: "a", test: "b" } },
      ...(isTimed ? { machine } : {}),
    },
    teacher: measured,
    referenceAccuracy: 0.9,
    ...(arm === "free" ? {} : {
      limits: {
        maxParameters: 1234,
        ...(isTimed ? { maxLatencyMs: 1 } : {}),
      },
    }),
    teacherForwards: 10,
    studentForwards: 20,
    stages: [{
      kind: "removal",
      bits: 3,
      records: [
        { iteration: 0, proposals: [good, bad], tendency: [1] },
        { iteration: 1, proposals: [again, rejected], tendency: [1] },
      ],
      ledger: {
        proposed: 4,
        rejected: 1,
        rejections: { limit: 1 },
        repeated: 1,
        trained: 2,
        failed: 0,
        violations: 1,
        studentEpochs: 2,
        studentImages: 200,
      },
      finals: reward === undefined ? [] : [{
        networkId: measured.networkId,
        epochs: 1,
        validation: 0.9,
        reward,
      }],
      ...(reward === undefined ? {} : {
        winner: { ...measured, reward: 0, searchAccuracy: 0.9, iteration: 0 },
      }),
    }],
    stageLimits: [{
      untrained: 1,
      ...(arm === "free"
        ? {
          kept: {
            parameters: { proposals: [1, 0], reward: 0.25 },
            macs: { proposals: [0, 0] },
          },
        }
        : {}),
    }],
  } as unknown as ConstraintsContent;
}

/** What a profile has come to, of some made-up searches. */
export function results(
  searches: readonly MadeUp[],
): ProfileResults<ConstraintsContent> {
  return {
    question: "rq4",
    profile: "laptop",
    cells: searches.map((each): RecordedCell<ConstraintsContent> => ({
      record: createRecord(
        {
          question: "rq4",
          profile: "laptop",
          cell: `mnist-${each.arm}-s${each.seed}`,
        },
        content(each),
      ),
      environment: {
        cpu: "A*B",
        cores: 2,
        wallSeconds: 9,
        commands: 1,
        workerSeconds: 3600,
        workers: 2,
        evaluations: { asked: 2, remembered: 0, trained: 2, workerSeconds: 9 },
      },
    })),
    lacking: [{ name: "mnist-all-soft-s9", reason: "not run yet" }],
  };
}
