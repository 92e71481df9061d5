/**
 * How long a dead worker's job waits for another one.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { stopwatch } from "../../lib/cli/mod.ts";
import { queueName } from "../../lib/queue/mod.ts";
import type {
  EngineIdentity,
  EvaluationRequest,
  Executor,
} from "../../lib/search/mod.ts";
import { holderOf, type Place } from "./place.ts";

/** How often is looked who runs the job. */
const LOOK_MS = 20;

/** What a death is measured with. */
export interface DeathOptions {
  /** Whose workers train. */
  readonly engine: EngineIdentity;
  /** Asks for the training. */
  readonly executor: Executor;
  /** A training of a minute or more. */
  readonly request: EvaluationRequest;
}

/**
 * Kills a worker in the middle of a training while another one is idle.
 *
 * @returns Seconds from the kill until the other one has the job.
 */
export async function measureRestart(
  place: Place,
  { engine, executor, request }: DeathOptions,
): Promise<number> {
  const name = queueName(engine);
  const holder = () => holderOf(place.redis, name);
  const first = await place.join(engine.name);
  // It is given up half-way.
  executor.submit(request).catch(() => undefined);
  await until(async () => await holder() === first.pid);
  const second = await place.join(engine.name);
  const elapsed = stopwatch();
  await first.kill();
  await until(async () => await holder() === second.pid);
  const seconds = elapsed();
  await second.kill();
  return seconds;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await sleep(LOOK_MS);
}
