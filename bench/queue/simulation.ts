/**
 * What many workers do to one server: 200 that do not train, and a real producer.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds, stopwatch } from "../../lib/cli/mod.ts";
import {
  answerKey,
  createQueueExecutor,
  PREFIX,
  queueName,
} from "../../lib/queue/mod.ts";
import type {
  EngineIdentity,
  EvaluationRequest,
} from "../../lib/search/mod.ts";
import type { TrainingData } from "../../lib/training/mod.ts";
import { Child } from "../child.ts";
import type { JoinMessage, PaceMessage } from "../children/fake_workers.ts";
import { denoChild } from "../contenders/ours.ts";
import { infoOf, sizeOf } from "./info.ts";
import type { Place } from "./place.ts";

/** Workers, each with a thread, and the processes that they are spread over. */
export const FAKE_WORKERS = 200;
const PROCESSES = 4;
/** How long a job seems to take while jobs flow, in seconds. */
const FLOW_PACE = 2;
/** Jobs a worker while they flow. */
const FLOW_JOBS = 15;
/** How long each of the other states is watched, in seconds. */
const WATCH_SECONDS = 20;
const ASK_MS = 120_000;

/** What a server did within some time. */
export interface Work {
  /** How long it was watched. */
  readonly seconds: number;
  /** Jobs answered meanwhile. */
  readonly jobs: number;
  /** Its processor time. */
  readonly cpuSeconds: number;
  /** What it got, in bytes. */
  readonly bytesIn: number;
  /** What it sent, in bytes. */
  readonly bytesOut: number;
}

/** Memory of a server's data and connections, in bytes. */
export interface Sizes {
  /** Before anybody came. */
  readonly empty: number;
  /** With all workers, and no job. */
  readonly joined: number;
  /** A job that waits or runs. */
  readonly job: number;
  /** An answer. */
  readonly answer: number;
  /** What tells of the jobs' last some ten thousand events. */
  readonly events: number;
}

/** What a simulation gives. */
export interface Simulation {
  /** Workers, one thread each. */
  readonly workers: number;
  /** Workers that wait for jobs. */
  readonly idle: Work;
  /** Workers that have a job each, none ends. */
  readonly holding: Work;
  /** Jobs that take two seconds each. */
  readonly flow: Work;
  /** How long a job seemed to take while they flowed. */
  readonly paceSeconds: number;
  /** Processor seconds of the producer for a job. */
  readonly producerCpu: number;
  /** Memory. */
  readonly bytes: Sizes;
}

/** Whose queue it is: no real worker's. */
const ENGINE: EngineIdentity = {
  name: "simulated",
  version: "1",
  instructionSet: "none",
};

/** Simulates, and looks at the server meanwhile. */
export async function simulate(
  place: Place,
  { data, fresh }: {
    readonly data: TrainingData;
    readonly fresh: () => EvaluationRequest;
  },
): Promise<Simulation> {
  const queue = queueName(ENGINE);
  const empty = (await infoOf(place.redis)).memoryBytes;
  const children = Array.from(
    { length: PROCESSES },
    () => new Child(denoChild("fake_workers.ts")),
  );
  const all = (message: unknown) =>
    Promise.all(
      children.map((child) => child.ask<{ done?: number }>(message, ASK_MS)),
    );
  const done = async () =>
    (await all({ command: "done" }))
      .reduce((sum, answer) => sum + (answer.done ?? 0), 0);

  async function pace(seconds: number): Promise<void> {
    await all({ command: "pace", seconds } satisfies PaceMessage);
  }

  async function watched(until: () => Promise<unknown>): Promise<Work> {
    const elapsed = stopwatch();
    const [before, doneBefore] = [await infoOf(place.redis), await done()];
    await until();
    const [after, doneAfter] = [await infoOf(place.redis), await done()];
    return {
      seconds: elapsed(),
      jobs: doneAfter - doneBefore,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      bytesIn: after.bytesIn - before.bytesIn,
      bytesOut: after.bytesOut - before.bytesOut,
    };
  }

  try {
    await all(
      {
        command: "join",
        queueFile: place.queueFile,
        queue,
        engine: ENGINE,
        workers: FAKE_WORKERS / PROCESSES,
      } satisfies JoinMessage,
    );
    const joined = (await infoOf(place.redis)).memoryBytes;
    const idle = await watched(() => sleep(1000 * WATCH_SECONDS));

    const executor = await createQueueExecutor({
      address: place.address,
      engine: ENGINE,
    });
    executor.register(data);
    const ask = (count: number) =>
      Promise.all(
        Array.from(
          { length: count },
          () =>
            executor.submit({ ...fresh(), data: data.id, engine: ENGINE.name }),
        ),
      );
    // The first jobs end before they are watched: data have to be uploaded.
    await pace(0);
    await ask(FAKE_WORKERS);
    await pace(WATCH_SECONDS + 10);
    const held = ask(FAKE_WORKERS);
    await sleep(3000);
    const job = await sizeOf(place.redis, `${PREFIX}:${queue}:e-*`);
    const holding = await watched(() => sleep(1000 * WATCH_SECONDS));
    await held;

    await pace(FLOW_PACE);
    const cpuBefore = cpuSeconds();
    const flow = await watched(() => ask(FLOW_JOBS * FAKE_WORKERS));
    const producerCpu = (cpuSeconds() - cpuBefore) / flow.jobs;
    const answer = await sizeOf(place.redis, answerKey(queue, "e-*"));
    const events = await sizeOf(place.redis, `${PREFIX}:${queue}:events`);
    await executor.close();
    return {
      workers: FAKE_WORKERS,
      idle,
      holding,
      flow,
      paceSeconds: FLOW_PACE,
      producerCpu,
      bytes: { empty, joined, job, answer, events },
    };
  } finally {
    for (const child of children) {
      await child.ask({ command: "leave" }, ASK_MS).catch(() => undefined);
      await child.close();
    }
  }
}
