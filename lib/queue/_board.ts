/**
 * The jobs of one queue, as a producer sees them.
 *
 * @module
 */

import { Job, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { PREFIX } from "./names.ts";

/** The highest number that BullMQ takes: who goes last. */
const LAST = 2 ** 21 - 1;
/** What failed is kept for those who did not hear of it: an hour, but not more. */
const KEPT_FAILURES = { age: 3600, count: 1000 };

/** What happens to jobs. */
export interface BoardEvents {
  /** A job is done: its answer is there. */
  readonly completed: (id: string) => void;
  /** A job has failed. */
  readonly failed: (id: string) => void;
  /** A job tells where it is. */
  readonly progress: (id: string, progress: unknown) => void;
  /** Something is wrong that will be tried again. */
  readonly trouble: (error: unknown) => void;
}

/** Where a job is. */
export type JobState = "waiting" | "running" | "failed" | "none";

/** How many jobs there are, of all producers. */
export interface JobCounts {
  /** Not taken yet. */
  readonly waiting: number;
  /** Taken. */
  readonly running: number;
}

/** The jobs of a queue. */
export interface Board {
  /** Adds a job; one that is there is left as it is. */
  add(id: string, task: unknown, rank: number): Promise<void>;
  /** Removes a job unless it runs. */
  remove(id: string): Promise<void>;
  state(id: string): Promise<JobState>;
  /** What was said of a failed job; undefined where it is gone. */
  reason(id: string): Promise<string | undefined>;
  counts(): Promise<JobCounts>;
  close(): Promise<void>;
}

/**
 * @param redis A checked connection; further ones are made after it.
 * @param name Name of the queue.
 * @param events Called from now on.
 */
export async function openBoard(
  redis: Redis,
  name: string,
  events: BoardEvents,
): Promise<Board> {
  const connections = [redis.duplicate(), redis.duplicate()] as const;
  for (const each of connections) each.on("error", () => undefined);
  const [forQueue, forEvents] = connections;
  const queue = new Queue(name, { connection: forQueue, prefix: PREFIX });
  // Left to itself it would start at the end there is at its first read, and miss
  // what comes before.
  const [newest] = await redis.xrevrange(
    `${PREFIX}:${name}:events`,
    "+",
    "-",
    "COUNT",
    1,
  );
  const stream = new QueueEvents(name, {
    connection: forEvents,
    prefix: PREFIX,
    lastEventId: newest?.[0] ?? "0-0",
  });
  // That the server is away is told where the connection is watched.
  const onError = (error: Error) => {
    if (!("code" in error)) events.trouble(error);
  };
  queue.on("error", onError);
  stream.on("error", onError);
  stream.on("completed", ({ jobId }) => events.completed(jobId));
  stream.on("failed", ({ jobId }) => events.failed(jobId));
  stream.on("progress", ({ jobId, data }) => events.progress(jobId, data));
  await stream.waitUntilReady();
  return {
    async add(id, task, rank) {
      await queue.add(id, task, {
        jobId: id,
        // Jobs without one would go before all others.
        priority: Math.min(LAST, 1 + Math.max(0, rank)),
        removeOnComplete: true,
        removeOnFail: KEPT_FAILURES,
      });
    },
    async remove(id) {
      await queue.remove(id);
    },
    async state(id) {
      switch (await queue.getJobState(id)) {
        case "active":
          return "running";
        case "failed":
          return "failed";
        case "completed":
        case "unknown":
          return "none";
        default:
          return "waiting";
      }
    },
    async reason(id) {
      return (await Job.fromId(queue, id))?.failedReason;
    },
    async counts() {
      const { prioritized = 0, waiting = 0, active = 0 } = await queue
        .getJobCounts("prioritized", "waiting", "active");
      return { waiting: prioritized + waiting, running: active };
    },
    async close() {
      await Promise.allSettled([stream.close(), queue.close()]);
      for (const each of connections) each.disconnect();
    },
  };
}
