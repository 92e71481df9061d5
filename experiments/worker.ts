/**
 * A worker of a queue: trains for the experiments of any machine that use the same
 * queue and engine.
 *
 * @module
 */

import { z } from "zod";
import { EXIT, interruptible, parseOptions, runMain } from "../lib/cli/mod.ts";
import {
  codeDigests,
  dataCache,
  ENGINE_CHOICE,
  openChosenEngine,
} from "../lib/lab/mod.ts";
import { readQueueAddress, runQueueWorker } from "../lib/queue/mod.ts";

/** The command line of a worker. */
export const command = {
  name: "deno task worker",
  summary: "Train for the experiments of other machines, by way of a queue",
  examples: [
    "deno task worker --queue queue.json",
    "deno task worker --queue redis://192.168.0.5 --engine onednn",
    "deno task worker --queue rediss://queue.example.org --workers 8",
  ],
  schema: z.strictObject({
    queue: z.string().min(1).describe(
      "redis://HOST, rediss://HOST, or the queue.json of deno task queue; docs/machines.md",
    ),
    engine: z.enum(ENGINE_CHOICE.engines as [string, ...string[]])
      .default(ENGINE_CHOICE.engines[0]!).describe(
        "Runtime that trains: only jobs of this one, of its version and its instruction set are taken",
      ),
    workers: z.int().min(1).max(1024).optional().describe(
      "Students trained at once (default: one a logical core)",
    ),
  }),
};

async function main(args: readonly string[]): Promise<number> {
  const { queue, engine: choice, workers } = parseOptions(command, args);
  const address = await readQueueAddress(queue);
  const cache = dataCache();
  using interruption = interruptible();
  const engine = await openChosenEngine(choice);
  const { training: code } = await codeDigests(engine.name);
  await runQueueWorker({
    address,
    engine,
    threads: workers ?? navigator.hardwareConcurrency,
    code,
    cacheFolder: `${cache}/queue`,
    signal: interruption.signal,
  });
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
