import {
  BATCH_NORM_MOMENTUM,
  type LeafPath,
  leaves,
  type Network,
  type Parameter,
} from "../../network/mod.ts";
import type { Optimiser, TrainingState, Weights } from "../engine.ts";
import { check, checkWeights } from "../checks.ts";
import type { Derivatives } from "./differentiate.ts";
import type { BatchStatistics } from "./statistics.ts";
import { slotCount, updateParameter } from "./optimiser.ts";

/** What a program's states have in common. */
export interface StateLayout {
  readonly table: readonly Parameter[];
  readonly optimiser: Optimiser;
}

/** All weights and optimiser memory zero, no step taken. */
export function zeroState(layout: StateLayout): TrainingState {
  return withoutMemory(zeros(layout.table), layout);
}

/** A state that has taken no step with the weights, which are not copied. */
export function withoutMemory(
  weights: Weights,
  { table, optimiser }: StateLayout,
): TrainingState {
  const trainable = table.filter((parameter) => parameter.trainable);
  const slots = Array.from(
    { length: slotCount(optimiser) },
    () => zeros(trainable),
  );
  return { weights, slots, step: 0 };
}

/** Copies every array. */
export function copyState(state: TrainingState): TrainingState {
  return {
    weights: copyWeights(state.weights),
    slots: state.slots.map(copyWeights),
    step: state.step,
  };
}

/** Copies every array. */
export function copyWeights(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights).map((
      [name, values],
    ) => [name, new Float32Array(values)]),
  );
}

/** @throws {RangeError} If the state is not one of the layout. */
export function checkState(
  { weights, slots, step }: TrainingState,
  { table, optimiser }: StateLayout,
): void {
  checkWeights(weights, { action: "restore", table });
  check(slots.length === slotCount(optimiser), {
    action: "restore",
    what: "the number of slots",
    got: slots.length,
    expected: `${slotCount(optimiser)} for ${optimiser.type}`,
  });
  const trainable = table.filter((parameter) => parameter.trainable);
  for (const slot of slots) {
    checkWeights(slot, { action: "restore", table: trainable });
  }
  check(Number.isSafeInteger(step) && step >= 0, {
    action: "restore",
    what: "the step",
    got: step,
    expected: "an integer >= 0",
  });
}

/** What a step adds to a state. */
export interface Advance {
  readonly derivatives: Derivatives;
  readonly layout: StateLayout;
  readonly learningRate: number;
  /** Numbers that each channel's batch statistics were taken over, by layer. */
  readonly counts: ReadonlyMap<string, number>;
}

/** The state after one optimiser step, in new arrays. */
export function advance(
  state: TrainingState,
  { derivatives, layout, learningRate, counts }: Advance,
): TrainingState {
  const weights: Record<string, Float32Array> = {};
  const slots: Record<string, Float32Array>[] = state.slots.map(() => ({}));
  const step = state.step + 1;
  for (const { name, trainable, size } of layout.table) {
    if (!trainable) continue;
    const updated = updateParameter(layout.optimiser, {
      weight: state.weights[name]!,
      // What was not differentiated has a gradient of exactly 0.
      gradient: derivatives.gradients.get(name) ?? new Float32Array(size),
      slots: state.slots.map((slot) => slot[name]!),
      learningRate,
      step,
    });
    weights[name] = updated.weight;
    for (const [i, slot] of updated.slots.entries()) {
      slots[i]![name] = slot;
    }
  }
  const running = runningAverages(state.weights, {
    layout,
    statistics: derivatives.statistics,
    counts,
    momentum: BATCH_NORM_MOMENTUM,
  });
  return { weights: { ...weights, ...running }, slots, step };
}

/** What running statistics are moved towards, and how far. */
export interface Averaging {
  readonly layout: StateLayout;
  /** By batch-norm layer. */
  readonly statistics: ReadonlyMap<string, BatchStatistics>;
  /** Numbers that each channel's statistics were taken over, by layer. */
  readonly counts: ReadonlyMap<string, number>;
  /** Share of the batch's statistics in the new ones. */
  readonly momentum: number;
}

/** The new running statistics alone, in new arrays. */
export function runningAverages(
  weights: Weights,
  { layout, statistics, counts, momentum }: Averaging,
): Weights {
  const averages: Record<string, Float32Array> = {};
  for (const { name, trainable, role } of layout.table) {
    if (trainable) continue;
    const layer = name.slice(0, name.lastIndexOf("."));
    averages[name] = runningAverage(weights[name]!, {
      role: role === "runningMean" ? "mean" : "variance",
      statistics: statistics.get(layer)!,
      count: counts.get(layer)!,
      momentum,
    });
  }
  return averages;
}

function runningAverage(
  before: Float32Array,
  { role, statistics, count, momentum }: {
    readonly role: "mean" | "variance";
    readonly statistics: BatchStatistics;
    readonly count: number;
    readonly momentum: number;
  },
): Float32Array {
  // A variance of one number has no unbiased form; it is 0 either way.
  const unbiased = role === "variance" && count > 1 ? count / (count - 1) : 1;
  return before.map((value, i) =>
    (1 - momentum) * value +
    momentum * unbiased * statistics[role][i]!
  );
}

/**
 * Names of the convolution biases that batch normalisation follows at once.
 * They cancel in it: the gradient is exactly 0, and autodiff's rounding errors
 * in its place would be blown up to full steps by Adam.
 */
export function cancelledBiases(network: Network): Set<string> {
  const names = new Set<string>();
  const all = leaves(network);
  for (const [i, { layer, path }] of all.entries()) {
    const next = all[i + 1];
    if (
      layer.type === "conv" && next?.layer.type === "batchNorm" &&
      sequenceOf(next.path) === sequenceOf(path)
    ) {
      names.add(`${path.join(".")}.bias`);
    }
  }
  return names;
}

/** Name of the sequence that a leaf stands in: the network's or a branch's. */
function sequenceOf(path: LeafPath): string {
  return path.slice(0, -1).join(".");
}

function zeros(table: readonly Parameter[]): Weights {
  return Object.fromEntries(
    table.map(({ name, size }) => [name, new Float32Array(size)]),
  );
}
