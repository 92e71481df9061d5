/**
 * Takes jobs of one engine from a queue and trains them in threads.
 *
 * @module
 */

import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import process from "node:process";
import { stopwatch, warn } from "../cli/mod.ts";
import {
  type EngineIdentity,
  engineIdentity,
  type Execution,
  type Executor,
  InterruptedError,
  type Prediction,
} from "../search/mod.ts";
import type { TrainingData } from "../training/mod.ts";
import { createWorkbench, Unavailable } from "./_workbench.ts";
import { type Blob, getBlob, type PieceCache, putBlob } from "./_blobs.ts";
import { createCheckpoints } from "./_checkpoints.ts";
import { taskId } from "./_keys.ts";
import {
  type Answer,
  answers,
  checkTask,
  type Failure,
  failureText,
  readAnswer,
  type Task,
} from "./_messages.ts";
import { ownName } from "./_own_name.ts";
import {
  answerKey,
  checkpointKey,
  PREFIX,
  PROTOCOL,
  queueName,
} from "./names.ts";
import { announce, withdraw } from "./presence.ts";
import { MOST_LOSSES, type QueueTimes } from "./times.ts";

/** How a consumer works. */
export interface ConsumerOptions {
  /** A connection; further ones are made after it. */
  readonly redis: Redis;
  /** Whose jobs are taken. */
  readonly engine: EngineIdentity;
  /** Jobs at once, >= 1, each on a thread. */
  readonly threads: number;
  /** Waiting times and expiries. */
  readonly times: QueueTimes;
  /** Digest of the code that trains; answers have it. */
  readonly code?: string | undefined;
  /** Where training data are looked for first. */
  readonly cache?: PieceCache;
  /** Training data that this process has, by {@link blobId} of their manifest. */
  readonly own?: ReadonlyMap<string, TrainingData>;
  /** Most bytes of training data to hold; when they are more, all are let go. */
  readonly mostBytes?: number;
}

/** What a consumer has done. */
export interface ConsumerCounts {
  /** Jobs under way. */
  readonly running: number;
  /** Jobs answered. */
  readonly done: number;
  /** Jobs without an answer: what threw, or lacked something. */
  readonly failed: number;
  /** Seconds of training threads. */
  readonly seconds: number;
  /** Bytes of training data that are held now. */
  readonly heldBytes: number;
}

/** An answer, and what is to be done once the server has it. */
interface Work {
  readonly answer: Answer;
  readonly clear?: () => Promise<void>;
}

/** A consumer at work. */
export interface Consumer {
  /** Its id among the workers of the queue. */
  readonly id: string;
  /** What it has done so far. */
  readonly counts: () => ConsumerCounts;
  /** Times a network on one of its threads, beside nothing else. */
  readonly measure: Executor["measure"];
  /**
   * Stops: trainings end after their current step, their checkpoints and jobs go
   * back to the queue.
   */
  leave(): Promise<void>;
}

/** Pause before an answer is offered again to a server that refused it. */
const RETRY_MS = 2_000;

/** Begins to take jobs. */
export function createConsumer(
  { redis, engine, threads, times, code, ...given }: ConsumerOptions,
): Consumer {
  const queue = queueName(engine);
  const counts = { running: 0, done: 0, failed: 0, seconds: 0 };
  const told = new Set<string>();
  const host = Deno.hostname();
  const name = `${host}/${process.pid}`;
  const seconds = stopwatch();
  const id = ownName();
  const workbench = createWorkbench({ redis, threads, ...given });
  let isLeaving = false;

  /** Tells of trouble once: it may come with every job. */
  function tellOnce(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (told.has(message) || isLeaving) return;
    told.add(message);
    warn(`Queue: ${message}`);
  }

  async function train(
    task: Extract<Task, { kind: "evaluate" }>,
    job: Job,
  ): Promise<Work> {
    const checkpoints = createCheckpoints(redis, {
      key: checkpointKey(queue, job.id!),
      code,
      everyMs: times.checkpointMs,
      seconds: times.answerSeconds,
      tell: (progress) => job.updateProgress(progress),
      onTrouble: tellOnce,
    });
    const [request, from] = await Promise.all([
      workbench.supply(task),
      checkpoints.latest(task.resume),
    ]);
    let handed: Promise<void> | undefined;
    let execution: Execution;
    try {
      execution = await workbench.pool().submit(
        request as typeof task.request,
        {
          ...(from === undefined ? {} : { resume: from.checkpoint }),
          afterEpoch: checkpoints.offer,
          onStop: (progress) => {
            handed = checkpoints.hand(progress);
            handed.catch(tellOnce);
          },
        },
      );
    } catch (error) {
      await handed?.catch(() => undefined);
      throw error;
    }
    const { evaluation, weights, seconds } = execution;
    const blob = task.keepsWeights && weights !== undefined
      ? await untilTaken(() =>
        putBlob(redis, weights, { seconds: times.answerSeconds })
      )
      : undefined;
    counts.seconds += seconds;
    const by = from?.code ?? code;
    return {
      clear: () => checkpoints.clear(),
      answer: {
        kind: "evaluated",
        evaluation,
        ...(blob === undefined ? {} : { weights: blob }),
        keepsWeights: task.keepsWeights,
        seconds: (from?.seconds ?? 0) + seconds,
        by: name,
        ...(by === undefined ? {} : { code: by }),
      },
    };
  }

  async function predict(
    task: Extract<Task, { kind: "predict" }>,
  ): Promise<Work> {
    const request = await workbench.supply(task);
    const prediction: Prediction = await workbench.pool().predict(
      request as typeof task.request,
    );
    const { buffer, byteOffset, byteLength } = prediction.logits;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    counts.seconds += prediction.seconds;
    return {
      answer: {
        kind: "predicted",
        logits: await untilTaken(() =>
          putBlob(redis, bytes, { seconds: times.answerSeconds })
        ),
        seconds: prediction.seconds,
        by: name,
      },
    };
  }

  /** Offers something to the server until it takes it: it may be full. */
  async function untilTaken<T>(offer: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await offer();
      } catch (error) {
        if (isLeaving) throw new InterruptedError("Interrupted");
        tellOnce(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async function work(job: Job, token?: string): Promise<null> {
    counts.running++;
    try {
      const task = checkTask(job.data);
      if (taskId(task, engine) !== job.id) {
        throw new TypeError(`Cannot read a job: "${job.id}" is not its key`);
      }
      const key = answerKey(queue, job.id);
      // Somebody may have answered it before its loss was noticed.
      if (await isAnswered(task, key)) return null;
      await workbench.makeRoom();
      const { answer, clear } = await workbench.whileBusy(() =>
        task.kind === "evaluate" ? train(task, job) : predict(task)
      );
      await untilTaken(() =>
        redis.set(key, JSON.stringify(answer), "EX", times.answerSeconds)
      );
      // Until then another worker would go on from it. What is not there any more
      // need not be deleted: it has an expiry.
      clear?.().catch(tellOnce);
      counts.done++;
      return null;
    } catch (error) {
      if (error instanceof InterruptedError) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      counts.failed++;
      throw new UnrecoverableError(failureText(...reasonOf(error)));
    } finally {
      counts.running--;
    }
  }

  async function isAnswered(task: Task, key: string): Promise<boolean> {
    const answer = readAnswer(await redis.get(key));
    if (answer === undefined) return false;
    const keepsWeights = task.kind === "evaluate" && task.keepsWeights;
    if (!answers(answer, task, keepsWeights)) return false;
    const needed: Blob | undefined = answer.kind === "predicted"
      ? answer.logits
      : answer.weights;
    if (needed === undefined || answer.kind === "evaluated" && !keepsWeights) {
      return true;
    }
    return await getBlob(redis, needed) !== undefined;
  }

  const connection = redis.duplicate();
  connection.on("error", () => undefined);
  const worker = new Worker(queue, work, {
    connection,
    prefix: PREFIX,
    concurrency: threads,
    name,
    lockDuration: times.lockMs,
    stalledInterval: times.stalledMs,
    maxStalledCount: MOST_LOSSES,
    runRetryDelay: Math.min(1_000, times.sweepMs),
    drainDelay: 5,
  });
  worker.on("error", (error) => {
    // That the server is away is told where the connection is watched.
    if (!("code" in error)) tellOnce(error);
  });

  /** Says that it is there. */
  async function beSeen(): Promise<void> {
    const { running, done } = counts;
    await announce(redis, {
      id,
      queue,
      protocol: PROTOCOL,
      engine: engineIdentity(engine),
      threads,
      host,
      pid: process.pid,
      upSeconds: seconds(),
      running,
      done,
    }).catch(tellOnce);
  }
  const presence = setInterval(beSeen, times.presenceMs);
  beSeen();

  return {
    id,
    counts: () => ({ ...counts, heldBytes: workbench.heldBytes() }),
    measure: (request, options) =>
      workbench.whileBusy(() => workbench.pool().measure(request, options)),
    async leave() {
      if (isLeaving) return;
      isLeaving = true;
      clearInterval(presence);
      const closed = worker.close();
      workbench.interrupt();
      await within(times.farewellMs, closed);
      await within(times.farewellMs, withdraw(redis, id));
      connection.disconnect();
      await workbench.close();
    },
  };
}

function reasonOf(error: unknown): [Failure["kind"], string] {
  if (error instanceof Unavailable) {
    return ["missing", `${error.message} are not on the server any more`];
  }
  const message = error instanceof Error ? error.message : String(error);
  // What is meant for people is told without a stack.
  const isRefused = error instanceof TypeError ||
    error instanceof Error && "exitCode" in error;
  return [isRefused ? "refused" : "threw", message];
}

/** Waits for an end, but no longer than this. */
export async function within(
  mostMs: number,
  end: Promise<unknown>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, mostMs);
  await Promise.race([end.catch(() => undefined), promise]);
  clearTimeout(timer);
}
