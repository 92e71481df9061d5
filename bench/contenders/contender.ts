/**
 * Who is timed: a runtime with its settings, one process for each network.
 *
 * @module
 */

import { Child, type ChildCommand, ChildError } from "../child.ts";
import type { Opened, OpenMessage, Peak, Stepped } from "../messages.ts";
import type { BenchNetwork } from "../networks.ts";
import { countParameters } from "../../lib/network/mod.ts";
import { median } from "../statistics.ts";

/** Images of a step. */
export const BATCH_SIZE = 64;

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
  /** Milliseconds of each of some steps, taken for about this long. */
  steps(aboutMs: number): Promise<readonly number[]>;
  /** Largest resident size of the process so far, in bytes. */
  peakBytes(): Promise<number | null>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** Least steps of a turn: the median of fewer says little… */
const LEAST_STEPS = 3;
/** … but the slowest contenders get no more than this many turns' time. */
const MOST_TURNS = 4;

function stepsOf(aboutMs: number, stepMs: number): number {
  const most = Math.max(1, Math.floor(MOST_TURNS * aboutMs / stepMs));
  return Math.min(most, Math.max(LEAST_STEPS, Math.round(aboutMs / stepMs)));
}

/**
 * Starts a contender on a network and warms it up: everything that happens once
 * (loading, compiling, growing the heap) is done before the first turn.
 *
 * @throws {ChildError} If it cannot train this network, or is hopelessly slow.
 * @throws {Error} If its network has another number of parameters than ours.
 */
export async function startTrainer(
  { command, engine, title, kind }: Contender,
  { network, name }: BenchNetwork,
): Promise<Trainer> {
  const child = new Child(command);
  let stepMs: number;
  async function take(steps: number, limitMs: number): Promise<Stepped> {
    const stepped = await child.ask<Stepped>(
      { command: "steps", steps },
      limitMs,
    );
    stepMs = median(stepped.milliseconds);
    return stepped;
  }
  try {
    const open: OpenMessage = {
      command: "open",
      network,
      batchSize: BATCH_SIZE,
      ...(engine === undefined ? {} : { engine }),
    };
    const { parameters } = await child.ask<Opened>(open, LOAD_MS);
    checkParameters(title, name, [parameters, countParameters(network)]);
    await take(1, FIRST_STEP_MS[kind]);
    await take(1, LOAD_MS);
    if (stepMs! > SLOWEST_STEP_MS) {
      throw new ChildError(
        `a step takes ${(stepMs! / 1000).toFixed(0)} s, the limit is ${
          SLOWEST_STEP_MS / 1000
        } s`,
      );
    }
    await take(
      Math.max(WARM_STEPS - 2, Math.ceil(WARM_MS / stepMs!)),
      LOAD_MS,
    );
  } catch (error) {
    child.kill();
    await child.close();
    throw error;
  }
  return {
    async steps(aboutMs) {
      const steps = stepsOf(aboutMs, stepMs);
      return (await take(steps, LOAD_MS)).milliseconds;
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
