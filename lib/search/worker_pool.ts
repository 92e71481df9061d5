import type { TrainingData } from "../training/mod.ts";
import type { EvaluationRequest } from "./evaluation.ts";
import {
  type Execution,
  type ExecutionOptions,
  type Executor,
  InterruptedError,
  type TrainingProgress,
} from "./executor.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** A request that waits for a worker or runs on one. */
interface Job {
  readonly request: EvaluationRequest;
  readonly options: ExecutionOptions;
  readonly resolve: (execution: Execution) => void;
  readonly reject: (error: Error) => void;
}

/** One thread and what it is doing. */
interface Member {
  readonly worker: Worker;
  job: Job | undefined;
}

/** Calls back; an error there (a full disk, say) is the job's, not the process's. */
function tell(
  { options, reject }: Job,
  name: "afterEpoch" | "onStop",
  progress: TrainingProgress,
): void {
  try {
    options[name]?.(progress);
  } catch (error) {
    reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * An executor of Deno workers, one thread and one training each. Data in shared
 * memory are handed over without copying.
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
      member.job?.reject(
        new Error(`Cannot evaluate: the worker failed: ${event.message}`),
      );
      dispatch();
    };
    send(member, { type: "start", stop });
    for (const data of registered) send(member, { type: "data", data });
    members.push(member);
    return member;
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      const member = members.find(({ job }) => job === undefined) ??
        (members.length < workers ? start() : undefined);
      if (member === undefined) return;
      const job = waiting.shift()!;
      member.job = job;
      const { request, options: { resume, afterEpoch } } = job;
      send(member, {
        type: "evaluate",
        request,
        checkpoints: afterEpoch !== undefined,
        ...(resume === undefined ? {} : { resume }),
      });
    }
  }

  function answer(member: Member, message: FromWorker): void {
    const job = member.job!;
    if (message.type === "epoch") {
      tell(job, "afterEpoch", message);
      return;
    }
    member.job = undefined;
    switch (message.type) {
      case "done": {
        const { type: _, ...execution } = message;
        job.resolve(execution);
        break;
      }
      case "stopped":
        tell(job, "onStop", message);
        job.reject(new InterruptedError("Interrupted"));
        break;
      case "failed":
        job.reject(new Error(message.message));
    }
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
    submit(request, options = {}) {
      return new Promise((resolve, reject) => {
        if (Atomics.load(stop, 0) !== 0) {
          reject(new InterruptedError("Interrupted"));
          return;
        }
        const { rank = 0 } = options;
        const behind = waiting.findIndex((job) =>
          (job.options.rank ?? 0) > rank
        );
        waiting.splice(behind < 0 ? waiting.length : behind, 0, {
          request,
          options,
          resolve,
          reject,
        });
        dispatch();
      });
    },
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
