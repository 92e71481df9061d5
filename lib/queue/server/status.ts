import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueAddress } from "../address.ts";
import { connectQueue, infoField } from "../connect.ts";
import { PREFIX, QUEUES_KEY } from "../names.ts";
import { readPresences, type WorkerPresence } from "../presence.ts";
import { countAnswers } from "./_answers.ts";
import { titleOf } from "./_title.ts";

/** The jobs of one queue: those of one engine on one kind of processor. */
export interface QueueCounts {
  /** Its name. */
  readonly name: string;
  /** Jobs that no worker has taken yet. */
  readonly waiting: number;
  /** Jobs that a worker has taken. */
  readonly running: number;
  /** How many of these belong to a worker that was not heard of for too long. */
  readonly stalled: number;
  /** Answers that are kept, one a job that is done. */
  readonly done: number;
  /** For how long the oldest job waits, in seconds; absent where none does. */
  readonly oldestWaitSeconds?: number;
  /** For how long a job has been running at most, in seconds. */
  readonly longestRunSeconds?: number;
}

/** What a server holds. */
export interface QueueStatus {
  /** Where it is, for people: no secrets. */
  readonly origin: string;
  /** What it is, "Redis 7.0.15". */
  readonly title: string;
  /** For how long it has been running. */
  readonly upSeconds: number;
  /** Memory of its data, in bytes. */
  readonly memoryBytes: number;
  /** Programs' connections to it. */
  readonly connections: number;
  /** By name. */
  readonly queues: readonly QueueCounts[];
  /** Workers that were heard of within a minute, by machine. */
  readonly workers: readonly WorkerPresence[];
}

/**
 * Looks at a queue's server; changes nothing there.
 *
 * @param address Where it is, and how to get in.
 * @throws {UsageError} If it cannot be reached or lets nobody in.
 */
export async function queueStatus(address: QueueAddress): Promise<QueueStatus> {
  const redis = await connectQueue(address);
  try {
    const info = await redis.info();
    const number = (name: string) => Number(infoField(info, name) ?? 0);
    const names = (await redis.smembers(QUEUES_KEY)).toSorted();
    const answers = await countAnswers(redis);
    const queues = await Promise.all(
      names.map((name) => countJobs(name, { redis, answers })),
    );
    const workers = await readPresences(redis);
    return {
      origin: address.origin,
      title: titleOf(info),
      upSeconds: number("uptime_in_seconds"),
      memoryBytes: number("used_memory"),
      connections: number("connected_clients"),
      queues,
      workers: workers.toSorted((a, b) =>
        a.host < b.host ? -1 : a.host > b.host ? 1 : a.pid - b.pid
      ),
    };
  } finally {
    redis.disconnect();
  }
}

async function countJobs(
  name: string,
  { redis, answers }: {
    readonly redis: Redis;
    readonly answers: ReadonlyMap<string, number>;
  },
): Promise<QueueCounts> {
  const queue = new Queue(name, {
    connection: redis,
    prefix: PREFIX,
    skipMetasUpdate: true,
  });
  const idsOf = (states: Parameters<typeof queue.getRanges>[0]) =>
    queue.getRanges(states, 0, -1);
  const waiting = await idsOf(["wait", "prioritized", "delayed"]);
  const running = await idsOf(["active"]);
  const keys = (ids: readonly string[], end = "") =>
    ids.map((id) => `${queue.toKey(id)}${end}`);
  const nowMs = await serverTimeMs(redis);
  const since = async (ids: readonly string[], field: string) => {
    const times = await readTimes(redis, { keys: keys(ids), field });
    return times.length === 0 ? undefined : nowMs - Math.min(...times);
  };
  const locks = running.length === 0
    ? []
    : await redis.mget(keys(running, ":lock"));
  const oldestMs = await since(waiting, "timestamp");
  const longestMs = await since(running, "processedOn");
  return {
    name,
    waiting: waiting.length,
    running: running.length,
    stalled: locks.filter((lock) => lock === null).length,
    done: answers.get(name) ?? 0,
    ...(oldestMs !== undefined && { oldestWaitSeconds: seconds(oldestMs) }),
    ...(longestMs !== undefined && { longestRunSeconds: seconds(longestMs) }),
  };
}

/** Clocks of machines differ a little: nothing began in the future. */
function seconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}

async function serverTimeMs(redis: Redis): Promise<number> {
  const [whole, micro] = await redis.time();
  return Number(whole) * 1000 + Number(micro) / 1000;
}

/** Jobs asked for at once: a server serves others in between. */
const BATCH = 1000;

async function readTimes(
  redis: Redis,
  { keys, field }: { readonly keys: readonly string[]; readonly field: string },
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let at = 0; at < keys.length; at += BATCH) {
    const batch = redis.pipeline();
    for (const key of keys.slice(at, at + BATCH)) batch.hget(key, field);
    for (const [, value] of await batch.exec() ?? []) {
      // A job that has moved on since has none.
      if (typeof value === "string") times.push(Number(value));
    }
  }
  return times;
}
