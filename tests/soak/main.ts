/**
 * deno task soak: how long a search withstands being killed.
 *
 * @module
 */

import { z } from "zod";
import {
  createProgress,
  EXIT,
  notify,
  parseOptions,
  print,
  runMain,
} from "../../lib/cli/mod.ts";
import { soak } from "./soak.ts";

/** The command line of the soak. */
export const command = {
  name: "deno task soak",
  summary:
    "Kill a small search over and over, continue it, and compare its record",
  examples: ["deno task soak", "deno task soak --kills 1000 --seed 2"],
  schema: z.strictObject({
    kills: z.int().min(1).max(100_000).default(120).describe(
      "How often a process is killed, in all",
    ),
    killsOfARun: z.int().min(1).max(1000).default(12).describe(
      "Kills that one run survives before another is begun",
    ),
    seed: z.int().min(1).default(1).describe("Seed of when it is killed"),
  }),
};

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(command, args);
  notify("A run that nobody disturbs");
  let progress: ReturnType<typeof createProgress> | undefined;
  const { kills, runs, differing } = await soak({
    ...options,
    onKill({ where, happened }) {
      progress ??= createProgress({
        label: "soak",
        total: options.kills,
        unit: "kills",
      });
      if (happened) progress.advance(1, where);
    },
  });
  progress?.finish();
  for (const history of differing) print(`Differs after: ${history}`);
  print(`${kills} kills of ${runs} runs: ${differing.length} differences`);
  return differing.length === 0 ? EXIT.done : EXIT.regression;
}

if (import.meta.main) await runMain(main);
