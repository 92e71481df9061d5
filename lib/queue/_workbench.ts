/**
 * The threads of a consumer, and what they have at hand: training data and weights,
 * fetched once, let go of when they become too many.
 *
 * @module
 */

import type { Redis } from "ioredis";
import {
  createWorkerPool,
  type Executor,
  InterruptedError,
} from "../search/mod.ts";
import type { TrainingData } from "../training/mod.ts";
import { getBlob, type PieceCache } from "./_blobs.ts";
import { blobId } from "./_keys.ts";
import type { Task } from "./_messages.ts";
import { createDataReader } from "./_training_data.ts";

/** What {@link createWorkbench} works with. */
export interface WorkbenchOptions {
  /** The connection. */
  readonly redis: Redis;
  /** How many threads, >= 1. */
  readonly threads: number;
  /** Where training data are looked for first. */
  readonly cache?: PieceCache;
  /** Training data that this process has, by {@link blobId} of their manifest. */
  readonly own?: ReadonlyMap<string, TrainingData>;
  /** Most bytes of training data to hold. Default 8 GiB. */
  readonly mostBytes?: number;
}

/** Threads with data. */
export interface Workbench {
  /** The threads; others after each {@link makeRoom}. */
  readonly pool: () => Executor;
  /**
   * Makes what a task needs known to the threads, under names of its content.
   *
   * @returns The request under these names.
   * @throws {Unavailable} If something is not on the server any more.
   * @throws {TypeError} If the data are no training data.
   */
  supply(task: Task): Promise<Task["request"]>;
  /** Does something during which nothing is let go of. */
  whileBusy<T>(work: () => Promise<T>): Promise<T>;
  /** Lets go of all data once nothing is under way, if there are too many. */
  makeRoom(): Promise<void>;
  /** Bytes of training data that are held. */
  readonly heldBytes: () => number;
  /** As {@link Executor.interrupt}; for good. */
  interrupt(): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** 8 GiB. */
const MOST_BYTES = 2 ** 33;

/** Something that a job needs is not on the server any more. */
export class Unavailable extends Error {}

/** Starts threads when they are needed. */
export function createWorkbench(
  { redis, threads, cache, own, mostBytes = MOST_BYTES }: WorkbenchOptions,
): Workbench {
  const reader = createDataReader(redis, cache);
  let pool = createWorkerPool(threads);
  /** Names of weights that the pool has. */
  const loaded = new Set<string>();
  let busy = 0;
  let isLeaving = false;
  let gate = Promise.resolve();
  let whenIdle: (() => void) | undefined;

  async function dataOf(task: Task): Promise<string> {
    const id = blobId(task.data);
    const data = own?.get(id) ??
      await refuseBad(() => reader.read(task.data));
    if (data === undefined) throw new Unavailable("training data");
    pool.register({ ...data, id });
    return id;
  }

  async function weightsOf(
    { weights: blob }: Task,
  ): Promise<string | undefined> {
    if (blob === undefined) return undefined;
    const id = blobId(blob);
    if (loaded.has(id)) return id;
    const weights = await getBlob(redis, blob);
    if (weights === undefined) throw new Unavailable("weights");
    pool.registerWeights(id, weights);
    loaded.add(id);
    return id;
  }

  return {
    pool: () => pool,
    heldBytes: reader.heldBytes,
    async supply(task) {
      const data = await dataOf(task);
      const weights = await weightsOf(task);
      if (weights === undefined) return { ...task.request, data };
      if (task.kind === "predict") return { ...task.request, data, weights };
      return {
        ...task.request,
        data,
        start: { ...task.request.start!, weights },
      };
    },
    async whileBusy(work) {
      busy++;
      try {
        return await work();
      } finally {
        busy--;
        if (busy === 0) whenIdle?.();
      }
    },
    async makeRoom() {
      const turn = gate;
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      await turn;
      try {
        if (reader.heldBytes() <= mostBytes || isLeaving) return;
        while (busy > 0) {
          await new Promise<void>((done) => (whenIdle = done));
        }
        // Nobody would interrupt a pool that is made now.
        if (isLeaving) throw new InterruptedError("Interrupted");
        reader.clear();
        loaded.clear();
        const old = pool;
        pool = createWorkerPool(threads);
        await old.close();
      } finally {
        resolve();
      }
    },
    interrupt() {
      isLeaving = true;
      pool.interrupt();
    },
    async close() {
      isLeaving = true;
      await pool.close();
    },
  };
}

/** What is no training data makes a bad job, not a bad training. */
async function refuseBad<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new TypeError(
      `Cannot read training data: ${(error as Error).message}`,
    );
  }
}
