import type { TrainingData } from "../training/mod.ts";
import {
  evaluationJob,
  isLast,
  type Job,
  measurementJob,
  predictionJob,
} from "./_jobs.ts";
import { type Executor, InterruptedError } from "./executor.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** One thread and what it is doing. */
interface Member {
  readonly worker: Worker;
  job: Job | undefined;
}

/**
 * An executor of Deno workers, one thread and one order at a time each. Data in
 * shared memory are handed over without copying.
 *
 * @param workers Number of threads, >= 1.
 */
export function createWorkerPool(workers: number): Executor {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(
      `Cannot start workers: the number is ${workers}, expected an integer >= 1`,
    );
  }
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const registered: TrainingData[] = [];
  const weights = new Map<string, Uint8Array>();
  const members: Member[] = [];
  const waiting: Job[] = [];

  function send(member: Member, message: ToWorker): void {
    member.worker.postMessage(message);
  }

  function start(): Member {
    const member: Member = {
      worker: new Worker(new URL("./worker.ts", import.meta.url), {
        type: "module",
      }),
      job: undefined,
    };
    member.worker.onmessage = (event) => answer(member, event.data);
    member.worker.onerror = (event) => {
      // A worker that dies takes its job with it; the others go on.
      event.preventDefault();
      members.splice(members.indexOf(member), 1);
      const { job } = member;
      job?.reject(
        new Error(
          `Cannot ${job.order.type}: the worker failed: ${event.message}`,
        ),
      );
      dispatch();
    };
    send(member, { type: "start", stop });
    for (const data of registered) send(member, { type: "data", data });
    for (const [id, bytes] of weights) {
      send(member, { type: "weights", id, bytes });
    }
    members.push(member);
    return member;
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const busy = members.flatMap(({ job }) => job ?? []);
      const isAlone = [waiting[0]!, ...busy].some((job) => job.isAlone);
      // The first in the queue waits, and with it all others: its turn comes.
      if (isAlone && busy.length > 0) return;
      const member = members.find(({ job }) => job === undefined) ??
        (members.length < workers ? start() : undefined);
      if (member === undefined) return;
      const job = waiting.shift()!;
      member.job = job;
      send(member, job.order);
    }
  }

  function answer(member: Member, message: FromWorker): void {
    const job = member.job!;
    if (isLast(message)) member.job = undefined;
    job.take(message);
    if (isLast(message)) dispatch();
  }

  /** Lets a job wait for its turn. */
  function enqueue(job: Job): void {
    if (Atomics.load(stop, 0) !== 0) {
      job.reject(new InterruptedError("Interrupted"));
      return;
    }
    const behind = waiting.findIndex(({ rank }) => rank > job.rank);
    waiting.splice(behind < 0 ? waiting.length : behind, 0, job);
    dispatch();
  }

  return {
    workers,
    register(data) {
      const at = registered.findIndex(({ id }) => id === data.id);
      // The same images with more views of them take the place of those there.
      const isNew = at < 0 ||
        registered[at]!.teacherLogits.length < data.teacherLogits.length;
      if (!isNew) return;
      registered.splice(at < 0 ? registered.length : at, 1, data);
      for (const member of members) send(member, { type: "data", data });
    },
    registerWeights(id, bytes) {
      if (weights.has(id)) return;
      weights.set(id, bytes);
      for (const member of members) {
        send(member, { type: "weights", id, bytes });
      }
    },
    submit: (request, options = {}) =>
      new Promise((resolve, reject) =>
        enqueue(evaluationJob(request, options, { resolve, reject }))
      ),
    predict: (request, { rank = 0 } = {}) =>
      new Promise((resolve, reject) =>
        enqueue(predictionJob(request, rank, { resolve, reject }))
      ),
    measure: (request, { rank = 0 } = {}) =>
      new Promise((resolve, reject) =>
        enqueue(measurementJob(request, rank, { resolve, reject }))
      ),
    interrupt() {
      Atomics.store(stop, 0, 1);
      for (const job of waiting.splice(0)) {
        job.reject(new InterruptedError("Interrupted"));
      }
    },
    close() {
      // Nothing is left waiting for an answer that cannot come any more.
      this.interrupt();
      for (const { worker, job } of members.splice(0)) {
        worker.terminate();
        job?.reject(new InterruptedError("The workers were closed"));
      }
      return Promise.resolve();
    },
  };
}
