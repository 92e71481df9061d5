/**
 * A worker: joins a queue, trains until it is told to stop, and says what it does.
 *
 * @module
 */

import { formatDuration, notify, stopwatch } from "../cli/mod.ts";
import { type EngineIdentity, engineText } from "../search/mod.ts";
import { createPieceCache } from "./_piece_cache.ts";
import { checkProtocol } from "./_protocols.ts";
import { watch } from "./_watch.ts";
import type { QueueAddress } from "./address.ts";
import { connectQueue } from "./connect.ts";
import { type ConsumerCounts, createConsumer } from "./consumer.ts";
import { QUEUE_TIMES, type QueueTimes } from "./times.ts";

/** What {@link runQueueWorker} needs. */
export interface QueueWorkerOptions {
  /** Where the queue's server is. */
  readonly address: QueueAddress;
  /** Whose jobs are taken. */
  readonly engine: EngineIdentity;
  /** Jobs at once, >= 1. */
  readonly threads: number;
  /** Digest of the code that trains; answers have it. */
  readonly code?: string;
  /** Folder in which this machine keeps training data. */
  readonly cacheFolder: string;
  /** Ends the work. */
  readonly signal: AbortSignal;
  /** Waiting times and expiries, where they are others. */
  readonly times?: Partial<QueueTimes>;
}

/** How often it says what it did. */
const REPORT_MS = 60_000;

/**
 * Works for a queue until the signal comes. Then trainings end after their current
 * step, and go back to the queue with their checkpoints.
 *
 * @param options See {@link QueueWorkerOptions}.
 * @throws {UsageError} If the server cannot be reached, does not let us in, would lose
 * jobs, or its users speak another version.
 */
export async function runQueueWorker(
  { address, engine, threads, code, cacheFolder, signal, times }:
    QueueWorkerOptions,
): Promise<void> {
  const redis = await connectQueue(address);
  const unwatch = watch(redis, address.origin);
  try {
    await checkProtocol(redis, address.origin);
    const consumer = createConsumer({
      redis,
      engine,
      threads,
      code,
      cache: await createPieceCache(cacheFolder),
      times: { ...QUEUE_TIMES, ...times },
    });
    notify(
      `Working for ${address.origin}: ${
        engineText(engine)
      }, ${threads} at a time; Ctrl-C hands back what is not done`,
    );
    const elapsed = stopwatch();
    let before = consumer.counts();
    const reports = setInterval(() => {
      const now = consumer.counts();
      notify(`${formatDuration(elapsed())}: ${report(now, before)}`);
      before = now;
    }, REPORT_MS);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    clearInterval(reports);
    await consumer.leave();
    const { done } = consumer.counts();
    notify(`Left after ${formatDuration(elapsed())}: ${done} done in all`);
  } finally {
    unwatch();
    redis.disconnect();
  }
}

function report(now: ConsumerCounts, before: ConsumerCounts): string {
  const failed = now.failed - before.failed;
  return `${now.done - before.done} done, ${now.running} under way${
    failed === 0 ? "" : `, ${failed} without an answer`
  }; ${now.done} done in all, ${
    formatDuration(now.seconds)
  } of training threads`;
}
