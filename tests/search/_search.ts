/** A search that costs nothing: a small base network and made-up accuracies. */

import {
  canonical,
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import {
  type Evaluation,
  type IterationRecord,
  type StageConfig,
  type StageJournal,
  type StageOptions,
} from "../../lib/search/mod.ts";
import { packPolicyState } from "../../lib/policy/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";

function conv(outChannels: number) {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
}

/** Eleven leaves: nine free in removal, three in shrinkage. */
export const BASE: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(8),
    { type: "batchNorm" },
    { type: "relu" },
    conv(12),
    { type: "batchNorm" },
    { type: "relu" },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    conv(12),
    { type: "relu" },
    { type: "avgPool", kernel: 4, stride: 4 },
    { type: "linear", outFeatures: 3, bias: true },
  ],
};

/** Every removal is valid: the average pool meets any map. */
export const POOLED: Network = {
  ...BASE,
  blocks: BASE.blocks.map((block) =>
    block.type === "avgPool"
      ? { type: "avgPool", kernel: "global", stride: 1 }
      : block
  ),
};

export const CONFIG: StageConfig = {
  iterations: 5,
  rollouts: 4,
  learningRate: 0.05,
  hidden: 6,
  entropyWeight: 0.1,
  initialKeepBias: 0.5,
  normaliseAdvantage: false,
  baselineDecay: 0.7,
};

/** Smaller floor than 10: the networks here are small themselves. */
export const SHRINK = { minChannels: 1, minLinearInputs: 1 } as const;

/** The teacher of both stages. */
export const TEACHER = {
  parameters: countParameters(BASE),
  accuracy: 0.9,
} as const;

/** An accuracy that nothing but the network decides. */
export function fakeEvaluation(
  network: Network,
  accuracy: number = hashed(network),
): Evaluation {
  return { networkId: networkId(network), accuracy, losses: [2, 1], steps: 8 };
}

/** In [0, 1), as good as random in the network. */
export function hashed(network: Network): number {
  const digest = sha256Hex(networkId(canonical(network)));
  return parseInt(digest.slice(0, 8), 16) / 2 ** 32;
}

/** Saturates with size: half of the base's accuracy at a tenth of its size. */
export function bySize(network: Network): number {
  const share = countParameters(network) / TEACHER.parameters;
  return 0.9 * (1 - Math.exp(-7 * share));
}

/** A journal in memory that keeps what it was given. */
export interface MemoryJournal extends StageJournal {
  readonly saved: { readonly record: IterationRecord; readonly bits: string }[];
}

/** Keeps records as a store does, as text; and the bits of each policy. */
export function memoryJournal(): MemoryJournal {
  const saved: { record: IterationRecord; bits: string }[] = [];
  let last: Parameters<StageJournal["save"]>[1] | undefined;
  return {
    saved,
    load: () => ({
      records: saved.map(({ record }) => record),
      checkpoint: last,
    }),
    save(record, checkpoint) {
      const { policy, average, iterations } = checkpoint;
      last = checkpoint;
      saved.push({
        record: JSON.parse(JSON.stringify(record)),
        bits: [sha256Hex(packPolicyState(policy)), average, iterations].join(),
      });
    },
  };
}

/** Options of a stage on made-up accuracies; anything can be replaced. */
export function stageOptions(
  changes: Partial<StageOptions> = {},
): StageOptions {
  return {
    kind: "removal",
    base: BASE,
    teacher: TEACHER,
    config: CONFIG,
    shrink: SHRINK,
    seed: 1,
    evaluate: (network) => Promise.resolve(fakeEvaluation(network)),
    journal: memoryJournal(),
    ...changes,
  };
}
