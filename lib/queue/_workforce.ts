/**
 * Who works for a queue, and what to tell of it.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { notify, warn } from "../cli/mod.ts";
import type { EngineIdentity } from "../search/mod.ts";
import type { JobCounts } from "./_board.ts";
import { PROTOCOL, queueName } from "./names.ts";
import { readPresences, type WorkerPresence } from "./presence.ts";

/** The workers of a queue. */
export interface Workforce {
  /** Students trained at once, by all of them, or all but the worker of an id. */
  readonly threads: (except?: string) => number;
  /** Asks who is there; warns where nobody is although jobs wait. */
  refresh(counts: JobCounts): Promise<void>;
  /** Workers and jobs in a few words, for progress lines. */
  readonly status: () => string;
}

/** Nobody is known yet. */
export function createWorkforce(
  redis: Redis,
  { engine, origin }: {
    readonly engine: EngineIdentity;
    readonly origin: string;
  },
): Workforce {
  const queue = queueName(engine);
  let here: readonly WorkerPresence[] = [];
  let counts: JobCounts = { waiting: 0, running: 0 };
  let isWarned = false;
  const threads = (except?: string) =>
    here.filter(({ id }) => id !== except)
      .reduce((sum, each) => sum + each.threads, 0);
  return {
    threads,
    status: () =>
      `queue: ${counted(here.length, "worker")}, ${
        counted(threads(), "thread")
      }, ${counts.running} running, ${counts.waiting} waiting`,
    async refresh(now) {
      counts = now;
      const all = await readPresences(redis);
      const before = here.length;
      here = all.filter((each) => each.queue === queue);
      if (here.length > 0) {
        if (isWarned) {
          notify(`Queue: ${counted(here.length, "worker")} joined`);
        }
        isWarned = false;
      } else if (!isWarned && (before > 0 || counts.waiting > 0)) {
        isWarned = true;
        warn(noWorker(engine, { origin, all }));
      }
    },
  };
}

function noWorker(
  { name, version, instructionSet }: EngineIdentity,
  { origin, all }: {
    readonly origin: string;
    readonly all: readonly WorkerPresence[];
  },
): string {
  const others = new Set(
    all.map(({ engine, protocol }) =>
      `${engine.name} (${engine.version}, ${engine.instructionSet}${
        protocol === PROTOCOL ? "" : `, protocol ${protocol}`
      })`
    ),
  );
  return `Queue: no worker at ${origin} has the engine ${name} (${version}, ` +
    `${instructionSet})${
      others.size === 0
        ? ""
        : `; there are workers of ${[...others].join(", ")}`
    }; jobs wait until one joins: deno task worker --queue … --engine ${name}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
