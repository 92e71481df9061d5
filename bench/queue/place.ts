/**
 * A queue of the benchmark's own: a server on loopback with a password and an
 * append-only file, as `deno task queue start` gives it, and workers.
 *
 * @module
 */

import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { setTimeout as sleep } from "node:timers/promises";
import { stopwatch, UsageError } from "../../lib/cli/mod.ts";
import {
  clearQueue,
  connectQueue,
  PREFIX,
  type QueueAddress,
  readPresences,
  readQueueAddress,
  startServer,
  stopServer,
} from "../../lib/queue/mod.ts";
import { readTask } from "../search/profile.ts";
import { SectionSkipped } from "../sections/context.ts";

/** A queue, gone when it is disposed of. */
export interface Place extends AsyncDisposable {
  /** What the server is, "Redis 7.0.15". */
  readonly title: string;
  /** How to join. */
  readonly address: QueueAddress;
  /** The same for a worker's command line. */
  readonly queueFile: string;
  /** A connection to look at the server by. */
  readonly redis: Redis;
  /** Starts a worker and waits until it is there. */
  join(engine: string): Promise<QueueWorker>;
  /** Takes all jobs and data away. */
  empty(): Promise<void>;
}

/** A worker with one thread, by its command. */
export interface QueueWorker {
  /** Number of its process. */
  readonly pid: number;
  /** From the start of the command to the first look at the queue, in seconds. */
  readonly joinSeconds: number;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @throws {SectionSkipped} If there is none on this machine.
 */
export async function openPlace(): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-bench-queue-" });
  const running = new Set<QueueWorker>();
  async function leave(): Promise<void> {
    await Promise.all([...running].map((worker) => worker.kill()));
    await stopServer(folder);
    await Deno.remove(folder, { recursive: true });
  }
  try {
    const { title, queueFile } = await startServer(folder);
    const address = await readQueueAddress(queueFile);
    const redis = await connectQueue(address) as Redis;
    return {
      title,
      address,
      queueFile,
      redis,
      async join(engine) {
        const worker = await startWorker(queueFile, { engine, redis });
        running.add(worker);
        return worker;
      },
      async empty() {
        await clearQueue(address);
      },
      async [Symbol.asyncDispose]() {
        redis.disconnect();
        await leave();
      },
    };
  } catch (error) {
    await leave();
    if (!(error instanceof UsageError)) throw error;
    throw new SectionSkipped(error.message);
  }
}

/** How often is looked whether something has happened. */
const LOOK_MS = 20;

async function startWorker(
  queueFile: string,
  { engine, redis }: { readonly engine: string; readonly redis: Redis },
): Promise<QueueWorker> {
  const { args, cwd } = await readTask("worker");
  const elapsed = stopwatch();
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...args,
      ...["--queue", queueFile, "--engine", engine, "--workers", "1"],
    ],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const status = process.status.then(() => true);
  let isOver = false;
  status.then(() => isOver = true);
  // It says that it is there once it takes jobs.
  while (!(await isPresent(redis, process.pid))) {
    if (isOver) {
      throw new Error(`Cannot measure a queue: a worker of ${engine} ended`);
    }
    await sleep(LOOK_MS);
  }
  return {
    pid: process.pid,
    joinSeconds: elapsed(),
    async kill() {
      if (!isOver) process.kill("SIGKILL");
      await status;
    },
  };
}

async function isPresent(redis: Redis, pid: number): Promise<boolean> {
  return (await readPresences(redis)).some((worker) => worker.pid === pid);
}

/** Which process runs the one job that is running, or undefined. */
export async function holderOf(
  redis: Redis,
  name: string,
): Promise<number | undefined> {
  const queue = new Queue(name, {
    connection: redis,
    prefix: PREFIX,
    skipMetasUpdate: true,
  });
  const [job] = await queue.getActive();
  const pid = job?.processedBy?.split("/").at(-1);
  return pid === undefined ? undefined : Number(pid);
}
