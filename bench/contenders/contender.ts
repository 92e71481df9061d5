/**
 * Who is timed: a runtime with its settings, one process for each network.
 *
 * @module
 */

import { Child, type ChildCommand, ChildError } from "../child.ts";
import type { Opened, OpenMessage, Peak, Work, Worked } from "../messages.ts";
import type { BenchNetwork } from "../networks.ts";
import { countParameters } from "../../lib/network/mod.ts";
import { PREDICTION_CHUNK } from "../../lib/training/mod.ts";
import { median } from "../statistics.ts";

/** Images of a step. */
export const BATCH_SIZE = 64;
/** Images of a prediction: as many as validation and teacher's logits take at a time. */
export const PREDICTIONS = PREDICTION_CHUNK;

/** A runtime with its settings. */
export interface Contender {
  /** Name in bench.json, for example "onednn" or "torch-2.15.0/eager/nchw/tuned". */
  readonly id: string;
  /** Name in a table. */
  readonly title: string;
  /** Of the runtime, for example "PyTorch 2.15.0". */
  readonly version: string;
  /** Whose it is. */
  readonly kind: "ours" | "pytorch";
  /** What steps compute in; bfloat16 keeps weights, loss and optimiser in single precision. */
  readonly precision: "f32" | "bf16";
  /** Whether its first step takes as long as hundreds of others. */
  readonly compiles: boolean;
  /** Starts a process that trains. */
  readonly command: ChildCommand;
  /** Name of our engine. */
  readonly engine?: string;
}

/** A contender that is not measured, and why. */
export interface Skipped {
  /** Name in a table. */
  readonly title: string;
  /** Why, in words. */
  readonly reason: string;
}

/** Longest wait for a process to load; for a turn and its like. */
const LOAD_MS = 120_000;
/** Longest wait for the first step, which compiles: torch.compile takes minutes where g++ is slow. */
const FIRST_STEP_MS = { ours: 30_000, pytorch: 600_000 } as const;
/** A contender is left out for a network if a step takes longer. */
const SLOWEST_STEP_MS = 10_000;
/** Steps before the clock counts, at least; and how long they should take together. */
const WARM_STEPS = 3;
const WARM_MS = 1000;

/** One contender training one network in a process of its own. */
export interface Trainer {
  /** Milliseconds of each time that some work was done, for about this long. */
  time(work: Work, aboutMs: number): Promise<readonly number[]>;
  /** Largest resident size of the process so far, in bytes. */
  peakBytes(): Promise<number | null>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** Least times of a turn: the median of fewer says little… */
const LEAST_TIMES = 3;
/** … but the slowest contenders get no more than this many turns' time. */
const MOST_TURNS = 4;

function timesOf(aboutMs: number, eachMs: number): number {
  const most = Math.max(1, Math.floor(MOST_TURNS * aboutMs / eachMs));
  return Math.min(most, Math.max(LEAST_TIMES, Math.round(aboutMs / eachMs)));
}

/**
 * Starts a contender on a network and warms it up: everything that happens once
 * (loading, compiling, growing the heap) is done before the first turn.
 *
 * @throws {ChildError} If it cannot train this network, or is hopelessly slow.
 * @throws {Error} If its network has another number of parameters than ours.
 */
export async function startTrainer(
  { command, engine, title, kind, precision }: Contender,
  { network, name }: BenchNetwork,
): Promise<Trainer> {
  const child = new Child(command);
  const usualMs = new Map<Work, number>();
  async function take(
    work: Work,
    times: number,
    limitMs = LOAD_MS,
  ): Promise<readonly number[]> {
    const { milliseconds } = await child.ask<Worked>(
      { command: work, times },
      limitMs,
    );
    usualMs.set(work, median(milliseconds));
    return milliseconds;
  }
  try {
    const open: OpenMessage = {
      command: "open",
      network,
      batchSize: BATCH_SIZE,
      predictions: PREDICTIONS,
      ...(engine === undefined ? {} : { engine }),
      ...(engine === undefined || precision === "f32" ? {} : { precision }),
    };
    const { parameters } = await child.ask<Opened>(open, LOAD_MS);
    checkParameters(title, name, [parameters, countParameters(network)]);
    await take("steps", 1, FIRST_STEP_MS[kind]);
    await take("steps", 1);
    const stepMs = usualMs.get("steps")!;
    if (stepMs > SLOWEST_STEP_MS) {
      throw new ChildError(
        `a step takes ${(stepMs / 1000).toFixed(0)} s, the limit is ${
          SLOWEST_STEP_MS / 1000
        } s`,
      );
    }
    await take("steps", Math.max(WARM_STEPS - 2, Math.ceil(WARM_MS / stepMs)));
  } catch (error) {
    child.kill();
    await child.close();
    throw error;
  }
  return {
    async time(work, aboutMs) {
      const eachMs = usualMs.get(work);
      return await take(
        work,
        eachMs === undefined ? 1 : timesOf(aboutMs, eachMs),
        FIRST_STEP_MS[kind],
      );
    },
    async peakBytes() {
      return (await child.ask<Peak>({ command: "peak" }, LOAD_MS)).bytes;
    },
    close: () => child.close(),
  };
}

/** @throws {Error} If the two sides do not train the same network. */
export function checkParameters(
  contender: string,
  network: string,
  [theirs, ours]: readonly [number, number],
): void {
  if (theirs === ours) return;
  throw new Error(
    `Cannot compare on "${network}": parameters of ${contender} are ${theirs}, expected ${ours}; it is not the same network`,
  );
}
