/**
 * Serves a page that shows searches while they run and afterwards.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  fromWhereUserStands,
  parseOptions,
  runMain,
  wallClock,
} from "../lib/cli/mod.ts";
import { pageOptions, presentPage } from "../lib/pages/mod.ts";
import { openResults, serveView } from "../lib/view/mod.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task view",
  summary: "A page that shows searches, live and afterwards",
  examples: [
    "deno task view",
    "deno task view elsewhere --open",
    "deno task view --port 8080",
    "deno task view --host localhost",
  ],
  schema: z.strictObject(pageOptions),
};

/**
 * Reads the command line.
 *
 * @param args Its arguments: maybe a results folder, then options.
 * @throws {UsageError} With the mistakes.
 */
export function readRequest(args: readonly string[]) {
  const [first, ...rest] = args;
  const hasFolder = first !== undefined && !first.startsWith("-");
  return {
    ...parseOptions(command, hasFolder ? rest : args),
    folder: hasFolder ? fromWhereUserStands(first) : "results",
  };
}

async function main(args: readonly string[]): Promise<number> {
  const { folder, ...options } = readRequest(args);
  const results = openResults(folder, { nowMs: wallClock.epochMs });
  try {
    await presentPage({
      task: "view",
      about: folder,
      options,
      serve: (listening) => serveView({ ...listening, results, folder }),
    });
  } finally {
    results.close();
  }
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
