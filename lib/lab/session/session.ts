/**
 * What an experiment runs in: store, engine, workers, progress, and a clean end.
 *
 * @module
 */

import {
  createProgress,
  formatDuration,
  interruptible,
  type RunOptions,
  stopwatch,
} from "../../cli/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import {
  createEvaluator,
  createWorkerPool,
  type Evaluator,
  type Executor,
  InterruptedError,
} from "../../search/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { openChosenEngine } from "./engine_choice.ts";
import type { PartName } from "../forecast/forecast.ts";
import type { Remaining } from "../forecast/remaining.ts";

/** Where the run store lies in a results folder. */
export function storePath(results: string): string {
  return `${results}/.store/runs.sqlite`;
}

/** An open session. */
export interface Session {
  readonly store: Store;
  readonly engine: Engine;
  readonly executor: Executor;
  readonly evaluator: Evaluator;
  /** Throws when the run was interrupted. */
  readonly throwIfInterrupted: () => void;
  /** Wall-clock seconds since the start. */
  readonly seconds: () => number;
}

/**
 * Runs an experiment in a session. Ctrl-C stops trainings after their current
 * step; whatever happens, what is done is stored before the session ends.
 */
export async function withSession<T>(
  { engine: choice, workers, results }: RunOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  using interruption = interruptible();
  const { signal } = interruption;
  const engine = await openChosenEngine(choice);
  const store = openStore(storePath(results));
  const executor = createWorkerPool(workers);
  signal.addEventListener("abort", () => executor.interrupt());
  const evaluator = createEvaluator(store, executor, engine);
  try {
    return await work({
      store,
      engine,
      executor,
      evaluator,
      throwIfInterrupted: () => signal.throwIfAborted(),
      seconds: stopwatch(),
    });
  } catch (error) {
    executor.interrupt();
    if (error instanceof InterruptedError) signal.throwIfAborted();
    throw error;
  } finally {
    // Trainings that were stopped still hand in their checkpoints.
    await evaluator.settled();
    await executor.close();
    store.close();
  }
}

/** Wall-clock time of a run, over all commands that worked on it. */
export interface WallTime {
  /** Seconds of the commands that came to their end. */
  readonly wallSeconds: number;
  /** Number of these commands. */
  readonly commands: number;
}

/** Adds a command's time to its run's; a command that was killed adds nothing. */
export function addWallTime(
  store: Store,
  runId: string,
  seconds: number,
): WallTime {
  const key = `${runId}/wall`;
  const before = store.getCheckpoint(key);
  const { wallSeconds, commands } = before === undefined
    ? { wallSeconds: 0, commands: 0 }
    : JSON.parse(before.json) as WallTime;
  const time = { wallSeconds: wallSeconds + seconds, commands: commands + 1 };
  store.putCheckpoint(key, {
    step: time.commands,
    json: JSON.stringify(time),
    blobs: {},
  });
  return time;
}

/** A phase that is a part of a run that was foreseen. */
export interface PhaseForecast {
  /** The part. */
  readonly part: PartName;
  /** How much longer it and the run will take. */
  readonly remaining: Remaining;
}

/** A phase of a run on the progress line. */
export interface Phase {
  /** Starts the clock. */
  begin(): void;
  /** Shows that this many steps are done; with the last one the phase ends. */
  reach(steps: number, note?: string): void;
}

/**
 * Shows a phase of a run. Steps that the first {@link Phase.reach} jumps over
 * were done earlier and do not count for the speed.
 *
 * @param options What is shown: `label` in front, `total` steps, `unit` in the
 * plural; `forecast` tells how long the rest takes.
 */
export function phase(
  { label, total, unit, forecast: { part, remaining } }: {
    readonly label: string;
    readonly total: number;
    readonly unit: string;
    readonly forecast: PhaseForecast;
  },
): Phase {
  let progress: ReturnType<typeof createProgress> | undefined;
  let done: number | undefined;
  function begin(): void {
    if (progress !== undefined) return;
    remaining.begin(part);
    progress = createProgress({
      label,
      total,
      unit,
      forecast: () => ({
        seconds: remaining.seconds(part),
        all: ` (all: ${formatDuration(remaining.seconds())})`,
      }),
    });
  }
  return {
    begin,
    reach(steps, note) {
      // Steps from before the clock was started say nothing of the speed.
      const isTimed = progress !== undefined;
      begin();
      remaining.reach(
        part,
        Math.min(1, steps / total),
        done === undefined ? (steps - 1) / total : 0,
      );
      if (done === undefined) progress?.skip(steps - 1);
      if (isTimed) progress?.advance(steps - (done ?? steps - 1), note);
      else progress?.skip(1);
      done = steps;
      if (steps >= total) progress?.finish();
    },
  };
}
