/**
 * Many workers in a process, to the server the same as real ones: they connect,
 * tell that they are there, take jobs, renew their locks and answer. They do not
 * train: an answer of a real one's size comes after a while.
 *
 * @module
 */

import { type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { setTimeout as sleep } from "node:timers/promises";
import {
  announce,
  answerKey,
  connectQueue,
  PREFIX,
  PROTOCOL,
  QUEUE_TIMES,
  readQueueAddress,
} from "../../lib/queue/mod.ts";
import { networkId } from "../../lib/network/mod.ts";
import type { EngineIdentity } from "../../lib/search/mod.ts";
import { serve } from "./serve.ts";

/** First message: which queue, how many. */
export interface JoinMessage {
  readonly command: "join";
  readonly queueFile: string;
  readonly queue: string;
  readonly engine: EngineIdentity;
  readonly workers: number;
}

/** How long a training seems to last from now on. */
export interface PaceMessage {
  readonly command: "pace";
  readonly seconds: number;
}

let paceMs = 0;
let done = 0;

async function answer(
  job: Job,
  redis: Redis,
  queue: string,
) {
  const key = answerKey(queue, job.id!);
  await redis.get(key);
  await sleep(paceMs);
  const { network, recipe } = job.data.request;
  const text = JSON.stringify({
    kind: "evaluated",
    evaluation: {
      networkId: networkId(network),
      accuracy: 0.123456789012345,
      losses: Array.from({ length: recipe.epochs }, () => 0.123456789012345),
      steps: 100,
    },
    keepsWeights: job.data.keepsWeights,
    seconds: paceMs / 1000,
    by: `${Deno.hostname()}/${Deno.pid}`,
  });
  await redis.set(key, text, "EX", QUEUE_TIMES.answerSeconds);
  done++;
  return null;
}

await serve({
  async join({ queueFile, queue, engine, workers }: JoinMessage) {
    const address = await readQueueAddress(queueFile);
    for (let i = 0; i < workers; i++) {
      // Each with the connections of a real one.
      const redis = await connectQueue(address) as Redis;
      const connection = redis.duplicate();
      const worker = new Worker(queue, (job) => answer(job, redis, queue), {
        connection,
        prefix: PREFIX,
        concurrency: 1,
        name: `fake-${Deno.pid}-${i}`,
        lockDuration: QUEUE_TIMES.lockMs,
        stalledInterval: QUEUE_TIMES.stalledMs,
        drainDelay: 5,
      });
      await worker.waitUntilReady();
      const beSeen = () =>
        announce(redis, {
          id: `fake-${Deno.pid}-${i}`,
          queue,
          protocol: PROTOCOL,
          engine,
          threads: 1,
          host: Deno.hostname(),
          pid: Deno.pid,
          upSeconds: 0,
          running: 1,
          done: 0,
        });
      await beSeen();
      setInterval(beSeen, QUEUE_TIMES.presenceMs);
    }
  },
  pace({ seconds }: PaceMessage) {
    paceMs = 1000 * seconds;
  },
  done: () => ({ done }),
  // Timers and connections would keep it.
  leave: () => void setTimeout(() => Deno.exit(), 10),
});
