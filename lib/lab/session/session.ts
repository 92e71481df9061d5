/**
 * What an experiment runs in: store, engine, workers, and a clean end.
 *
 * @module
 */

import { interruptible, type RunOptions, warn } from "../../cli/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import {
  createEvaluator,
  createLatencyMeter,
  type Evaluator,
  type Executor,
  InterruptedError,
  type LatencyMeter,
} from "../../search/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { type CodeDigests, codeDigests } from "./code.ts";
import { openChosenEngine } from "./engine_choice.ts";
import { openExecutor } from "./open_executor.ts";

/** Where the run store lies in a results folder. */
export function storePath(results: string): string {
  return `${results}/.store/runs.sqlite`;
}

/** An open session. */
export interface Session {
  /** The run store. */
  readonly store: Store;
  /** Predicts in this thread: the scores of teacher and winners. */
  readonly engine: Engine;
  /** Trains and predicts in workers. */
  readonly executor: Executor;
  /** Who works and what waits, in a few words, where that is not always the same. */
  readonly status?: () => string;
  /** Remembers what the executor trains. */
  readonly evaluator: Evaluator;
  /** Remembers how long the executor's predictions take. */
  readonly latency: LatencyMeter;
  /** The code that trains and searches. */
  readonly code: CodeDigests;
  /** Throws when the run was interrupted. */
  readonly throwIfInterrupted: () => void;
}

/**
 * Runs an experiment in a session. Ctrl-C stops trainings after their current
 * step; whatever happens, what is done is stored before the session ends.
 */
export async function withSession<T>(
  run: RunOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  using interruption = interruptible();
  const { signal } = interruption;
  const engine = await openChosenEngine(run.engine);
  const code = await codeDigests(engine.name);
  const { executor, status } = await openExecutor(run, engine, code.training);
  let store: Store;
  try {
    store = openStore(storePath(run.results), { onLoss: warn });
  } catch (error) {
    await executor.close();
    throw error;
  }
  signal.addEventListener("abort", () => executor.interrupt());
  const evaluator = createEvaluator(store, executor, engine, {
    code: code.training,
  });
  try {
    // Asked for while the engine was loading, when nobody listened yet.
    signal.throwIfAborted();
    const result = await work({
      store,
      engine,
      executor,
      ...status !== undefined && { status },
      evaluator,
      latency: createLatencyMeter({ store, executor, engine }),
      code,
      throwIfInterrupted: () => signal.throwIfAborted(),
    });
    tellOtherCode(evaluator, code);
    return result;
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

/** Says how much was remembered of trainings that other code made. */
function tellOtherCode({ cost }: Evaluator, { training }: CodeDigests): void {
  const { asked, otherCode = 0 } = cost;
  if (otherCode === 0) return;
  warn(
    `${otherCode} of ${asked} trainings that were asked for are by other code than now (${training}) and may differ from what it would give; another --results folder trains them anew`,
  );
}
