/**
 * Regression test: runs the smoke profile of each experiment once more and
 * compares, field by field, with what is recorded.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  leadingWords,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  suggestion,
  UsageError,
} from "../lib/cli/mod.ts";
import {
  type AnyExperiment,
  ENGINE_CHOICE,
  recordedExperiments,
  regress,
  regressionText,
} from "../lib/lab/mod.ts";
import { EXPERIMENTS } from "./all.ts";

/** What can be asked on the command line, after names of experiments. */
export const command = {
  name: "deno task regress",
  summary:
    "Run recorded experiments once more and compare: all, or those that are named",
  examples: [
    "deno task regress",
    "deno task regress rq1 proxy",
    "deno task regress rq1 --engine onednn",
    "deno task regress rq1 --update",
  ],
  schema: z.strictObject({
    profile: z.string().min(1).default("smoke").describe(
      "Which profile is run; only smoke ones take minutes",
    ),
    engine: z.enum(ENGINE_CHOICE.engines).default(ENGINE_CHOICE.engines[0]!)
      .describe(
        `What trains. Where it, its version and the instruction set are the record's, every bit must be equal, else bounds apply, which are told`,
      ),
    workers: z.int().min(1).max(1024).optional().describe(
      "Students trained at once (default: one a logical core)",
    ),
    data: optionKinds.path.optional().describe(
      "Folder with data set files already there, looked in first",
    ),
    results: optionKinds.path.default("results").describe(
      "Results folder whose records are compared",
    ),
    update: z.boolean().default(false).describe(
      "Let what differs, or has no record yet, take the place of what is recorded; earlier records are kept beside it",
    ),
    fresh: z.boolean().default(false).describe(
      "Start over where an earlier regression test was interrupted",
    ),
  }),
};

/** The experiments that are named, in their order; all where none is. */
function named(
  words: readonly string[],
  experiments: readonly AnyExperiment[],
): readonly AnyExperiment[] {
  const names = experiments.map(({ report }) => report.question);
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    throw new UsageError(
      `"${unknown}": expected some of ${names.join(", ")}${
        suggestion(unknown, names)
      }`,
    );
  }
  return words.length === 0
    ? experiments
    : experiments.filter(({ report }) => words.includes(report.question));
}

/**
 * Reads the command line.
 *
 * @param args Its arguments: names of experiments, then options.
 * @param experiments All there are.
 * @throws {UsageError} With the mistakes, one line each.
 */
export function readRegress(
  args: readonly string[],
  experiments: readonly AnyExperiment[] = EXPERIMENTS,
) {
  const { words, rest } = leadingWords(args);
  const options = parseOptions(command, rest);
  return { options, words, asked: named(words, experiments) };
}

/**
 * The command.
 *
 * @param args Its arguments: names of experiments, then options.
 * @param experiments All there are.
 * @returns The exit code: 4 where a result differs.
 */
export async function main(
  args: readonly string[],
  experiments: readonly AnyExperiment[] = EXPERIMENTS,
): Promise<number> {
  const { options, words, asked } = readRegress(args, experiments);
  const recorded = await recordedExperiments(asked, options);
  const bare = asked.filter((experiment) => !recorded.includes(experiment));
  const { profile, results, update } = options;
  // Those that were not asked for by name need have no record.
  if (bare.length > 0 && words.length > 0 && !update) {
    const [{ report }] = bare as [AnyExperiment];
    throw new UsageError(
      `${report.question}: "${results}" has no record of its profile ${profile}, expected one to compare with; --update makes it`,
    );
  }
  const chosen = update && words.length > 0 ? asked : recorded;
  if (chosen.length === 0) {
    throw new UsageError(
      `--profile ${profile}: "${results}" has no record of it, expected one to compare with`,
    );
  }
  const regression = await regress(chosen, options);
  print(regressionText(regression));
  const { code, folder } = regression;
  if (folder !== undefined) notify(`Obtained records: ${folder}`);
  if (regression.checks.some(({ isUpdated }) => isUpdated)) {
    notify("Run deno task results to renew the tables that show them");
  } else if (code === EXIT.regression) {
    notify("If that is meant to be so, --update makes it the record");
  }
  return code;
}

if (import.meta.main) await runMain((args) => main(args));
