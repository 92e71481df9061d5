/** The executors that there are, for tests of what holds of each. */

import { openEngine } from "../../lib/engine/mod.ts";
import { createConsumer } from "../../lib/queue/consumer.ts";
import {
  createQueueExecutor,
  QUEUE_TIMES,
  type QueueTimes,
} from "../../lib/queue/mod.ts";
import { createWorkerPool, type Executor } from "../../lib/search/mod.ts";
import { inlineExecutor } from "../search/_executor.ts";
import { TestServer, WITHOUT_SERVER } from "./_server.ts";

/** Short, so that a fault is noticed within a test. */
export const SHORT: QueueTimes = {
  ...QUEUE_TIMES,
  lockMs: 1_000,
  stalledMs: 400,
  sweepMs: 200,
  presenceMs: 200,
  checkpointMs: 50,
  farewellMs: 3_000,
};

/** The engine of the tests. */
export const ENGINE = await openEngine("onnx-cpu");

/** What a test does with an executor. */
export type Use = (executor: Executor) => Promise<void>;

/** An executor that tests can have as often as they like. */
export interface Kind {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly without: string | undefined;
  /** Makes a place, in which {@link Place.with} makes executors one by one. */
  open(): Promise<Place>;
}

/** Where executors follow each other, a killed one its predecessor. */
export interface Place extends AsyncDisposable {
  with(use: Use): Promise<void>;
}

async function using(executor: Executor, use: Use): Promise<void> {
  try {
    await use(executor);
  } finally {
    await executor.close();
  }
}

export const KINDS: readonly Kind[] = [
  {
    name: "inline",
    without: undefined,
    open: () =>
      Promise.resolve({
        with: (use) => using(inlineExecutor(ENGINE), use),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  },
  {
    name: "pool",
    without: undefined,
    open: () =>
      Promise.resolve({
        with: (use) => using(createWorkerPool(2), use),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  },
  {
    name: "queue, its workers here",
    without: WITHOUT_SERVER,
    async open() {
      const { address, server } = await started();
      return {
        with: async (use) =>
          await using(
            await createQueueExecutor({
              address,
              engine: ENGINE,
              threads: 2,
              times: SHORT,
            }),
            use,
          ),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "queue, its workers elsewhere",
    without: WITHOUT_SERVER,
    async open() {
      const { address, server } = await started();
      const redis = await server.connect();
      const consumer = createConsumer({
        redis,
        engine: ENGINE,
        threads: 2,
        times: SHORT,
      });
      return {
        with: async (use) =>
          await using(
            await createQueueExecutor({
              address,
              engine: ENGINE,
              times: SHORT,
            }),
            use,
          ),
        async [Symbol.asyncDispose]() {
          await consumer.leave();
          redis.disconnect();
          await server[Symbol.asyncDispose]();
        },
      };
    },
  },
];

async function started() {
  const server = await TestServer.start();
  return { server, address: server.address };
}
