/**
 * An executor whose trainings are done by workers on any machine, by way of a queue.
 *
 * @module
 */

import { warn } from "../cli/mod.ts";
import {
  createWorkerPool,
  type EngineIdentity,
  type Executor,
  InterruptedError,
} from "../search/mod.ts";
import type { Order } from "./_asking.ts";
import { openBoard } from "./_board.ts";
import { ownName } from "./_own_name.ts";
import { speakProtocol } from "./_protocols.ts";
import { createTickets } from "./_tickets.ts";
import { createUploads } from "./_uploads.ts";
import { watch } from "./_watch.ts";
import { createWorkforce } from "./_workforce.ts";
import type { QueueAddress } from "./address.ts";
import { connectQueue } from "./connect.ts";
import { type Consumer, createConsumer, within } from "./consumer.ts";
import { queueName, QUEUES_KEY } from "./names.ts";
import { QUEUE_TIMES, type QueueTimes } from "./times.ts";

/** What {@link createQueueExecutor} needs. */
export interface QueueExecutorOptions {
  /** Where the queue's server is. */
  readonly address: QueueAddress;
  /** Whose workers are asked. */
  readonly engine: EngineIdentity;
  /** Threads of this process that work for the queue too. Default 0. */
  readonly threads?: number;
  /** Digest of the code that trains here; answers have it. */
  readonly code?: string;
  /** Waiting times and expiries, where they are others. */
  readonly times?: Partial<QueueTimes>;
}

/** An executor that can tell how its queue is. */
export interface QueueExecutor extends Executor {
  /** Workers and jobs in a few words. */
  readonly status: () => string;
}

/**
 * Connects to a queue and hands requests to its workers. Equal requests of any
 * producers are trained once. Answers stay on the server for a day, so that a
 * producer that was killed finds what was finished meanwhile; what is lost there is
 * asked for again.
 *
 * A latency is measured on this machine, where it is remembered, on a thread beside
 * which no other of this process works.
 *
 * Of the callbacks of {@link Executor.submit} `afterEpoch` is called for some epochs
 * only, as workers tell of them, and `onStop` never: a training that others go on
 * with is not stopped, and its checkpoint lies on the server.
 *
 * @param options See {@link QueueExecutorOptions}.
 * @throws {UsageError} If the server cannot be reached, does not let us in, or would
 * lose jobs.
 */
export async function createQueueExecutor(
  { address, engine, threads = 0, code, times: given }: QueueExecutorOptions,
): Promise<QueueExecutor> {
  const times: QueueTimes = { ...QUEUE_TIMES, ...given };
  const redis = await connectQueue(address);
  const name = queueName(engine);
  const uploads = createUploads(redis, times.dataSeconds);
  const workforce = createWorkforce(redis, { engine, origin: address.origin });
  const told = new Set<string>();
  const tellOnce = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (isStopped || told.has(message)) return;
    told.add(message);
    warn(`Queue: ${message}; it is tried again`);
  };
  let isStopped = false;
  let aside: Executor | undefined;
  let farewell: Promise<unknown> = Promise.resolve();
  const unwatch = watch(redis, address.origin);
  const board = await openBoard(redis, name, {
    completed: (id) => tickets.tend(id),
    failed: (id) => tickets.tend(id),
    progress: (id, progress) => tickets.tell(id, progress),
    trouble: tellOnce,
  });
  const tickets = createTickets({
    redis,
    board,
    uploads,
    queue: name,
    engine,
    producer: ownName(),
    threads: () => workforce.threads(),
    takenSeconds: times.takenSeconds,
    trouble: tellOnce,
  });
  await redis.sadd(QUEUES_KEY, name);
  await speakProtocol(redis);
  await workforce.refresh(await board.counts());
  const consumer: Consumer | undefined = threads === 0
    ? undefined
    : createConsumer({
      redis,
      engine,
      threads,
      times,
      code,
      own: uploads.own,
    });
  let isSweeping = false;
  const sweeps = setInterval(async () => {
    if (isSweeping) return;
    isSweeping = true;
    try {
      await speakProtocol(redis);
      await tickets.sweep();
      await workforce.refresh(await board.counts());
    } catch (error) {
      tellOnce(error);
    } finally {
      isSweeping = false;
    }
  }, times.sweepMs);

  function order<Value>(
    place: (order: Order<Value>) => void,
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (isStopped) return reject(new InterruptedError("Interrupted"));
      place({ resolve, reject });
    });
  }

  const executor: QueueExecutor = {
    get workers() {
      // Its own threads are heard of later than they work.
      return Math.max(1, threads + workforce.threads(consumer?.id));
    },
    status: workforce.status,
    register: uploads.register,
    registerWeights: uploads.registerWeights,
    submit: (request, options = {}) =>
      order((ends) => tickets.evaluate(request, options, ends)),
    predict: (request, { rank = 0 } = {}) =>
      order((ends) => tickets.predict(request, rank, ends)),
    async measure(request, options) {
      if (isStopped) throw new InterruptedError("Interrupted");
      if (consumer !== undefined) {
        return await consumer.measure(request, options);
      }
      aside ??= createWorkerPool(1);
      return await aside.measure(request, options);
    },
    interrupt() {
      if (isStopped) return;
      isStopped = true;
      clearInterval(sweeps);
      aside?.interrupt();
      farewell = Promise.allSettled([tickets.stop(), consumer?.leave()]);
    },
    async close() {
      executor.interrupt();
      await within(times.farewellMs, farewell);
      unwatch();
      await within(times.farewellMs, board.close());
      await aside?.close();
      redis.disconnect();
    },
  };
  return executor;
}
