/** A search that costs nothing: a small base network and made-up accuracies. */

import {
  canonical,
  countParameters,
  type Network,
  networkId,
} from "../../lib/network/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  type Evaluation,
  type IterationRecord,
  type SearchPlan,
  type SpaceKind,
  type StageConfig,
  type StageJournal,
  type StageOptions,
  stageSpace,
  stageStrategy,
  type StrategyState,
  type TeacherReference,
} from "../../lib/search/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";

/** 3 x 3, of maps that stay as large as they are. */
export function conv(outChannels: number) {
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

/** A residual body, so that leaves, units and blocks are three different grains. */
export const RESIDUAL: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(8),
    { type: "batchNorm" },
    { type: "relu" },
    {
      type: "residual",
      body: [
        conv(8),
        { type: "batchNorm" },
        { type: "relu" },
        conv(8),
        { type: "batchNorm" },
      ],
      shortcut: [],
    },
    { type: "relu" },
    conv(12),
    { type: "relu" },
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: 3, bias: true },
  ],
};

export const CONFIG: StageConfig = {
  iterations: 5,
  rollouts: 4,
  learningRate: 0.05,
  hidden: 6,
  features: "scaled",
  leafLogits: false,
  entropyWeight: 0.1,
  entropyFalls: false,
  initialKeepBias: 0.5,
  baseline: "movingAverage",
  baselineDecay: 0.7,
  normaliseAdvantage: false,
  passes: 1,
  clip: 0,
};

/** Smaller floor than 10: the networks here are small themselves. */
export const SHRINK = { minChannels: 1, minLinearInputs: 1 } as const;

/** The paper's two stages, with a policy on single leaves. */
export const PLAN: SearchPlan = {
  stages: ["removal", "shrinkage"],
  search: "reinforce",
  grain: "leaf",
  config: { removal: CONFIG, shrinkage: CONFIG, joint: CONFIG },
  annealing: { temperature: 0.05, changes: 2 },
  evolution: { population: 6, tournament: 3, changes: 2 },
  shrink: SHRINK,
  seed: 1,
};

/** The same for each kind of stage. */
export function forAll<T>(one: T): Readonly<Record<SpaceKind, T>> {
  return { removal: one, shrinkage: one, joint: one };
}

/** The teacher of every stage. */
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

/** A training whose loss was no number, at its fifth step. */
export function failedEvaluation(network: Network): Evaluation {
  return {
    networkId: networkId(network),
    accuracy: 0,
    losses: [3],
    steps: 5,
    failure: { step: 5, reason: "the loss is not a finite number" },
  };
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

/** A state as a store gives it back: text, and bytes of its own. */
export function throughStore({ json, blobs }: StrategyState): StrategyState {
  return {
    json: JSON.parse(JSON.stringify(json)),
    blobs: Object.fromEntries(
      Object.entries(blobs).map(([name, bytes]) => [name, bytes.slice()]),
    ),
  };
}

/** A state's bits. */
export function stateBits({ json, blobs }: StrategyState): string {
  return JSON.stringify([
    json,
    Object.entries(blobs).map(([name, bytes]) => [name, sha256Hex(bytes)]),
  ]);
}

/** Keeps records as a store does, as text; and the bits of each state. */
export function memoryJournal(): MemoryJournal {
  const saved: { record: IterationRecord; bits: string }[] = [];
  let last: Parameters<StageJournal["save"]>[1] | undefined;
  return {
    saved,
    load: () => ({
      records: saved.map(({ record }) => record),
      checkpoint: last,
    }),
    save(record, { iterations, strategy }) {
      last = { iterations, strategy: throughStore(strategy) };
      saved.push({
        record: JSON.parse(JSON.stringify(record)),
        bits: [stateBits(strategy), iterations].join(),
      });
    },
  };
}

/** What can be replaced in {@link stageOptions}. */
export interface StageChanges
  extends
    Partial<Omit<StageOptions, "space" | "strategy" | "length">>,
    Partial<Omit<SearchPlan, "config" | "stages">> {
  readonly kind?: SpaceKind;
  readonly base?: Network;
  readonly teacher?: TeacherReference;
  readonly config?: StageConfig;
}

/** Options of a stage on made-up accuracies; for one run each, as a strategy is. */
export function stageOptions(changes: StageChanges = {}): StageOptions {
  const { kind = "removal", base = BASE, teacher = TEACHER, config = CONFIG } =
    changes;
  const plan = { ...PLAN, ...changes, config: forAll(config) };
  const space = stageSpace(plan, kind, base);
  const { onIteration, onRecord, throwIfInterrupted, sizesOf } = changes;
  return {
    space,
    strategy: stageStrategy(plan, space),
    objective: changes.objective ?? createObjective({ teacher }),
    length: config,
    evaluate: changes.evaluate ??
      (({ network }) => Promise.resolve(fakeEvaluation(network))),
    journal: changes.journal ?? memoryJournal(),
    ...(sizesOf === undefined ? {} : { sizesOf }),
    ...(onIteration === undefined ? {} : { onIteration }),
    ...(onRecord === undefined ? {} : { onRecord }),
    ...(throwIfInterrupted === undefined ? {} : { throwIfInterrupted }),
  };
}
