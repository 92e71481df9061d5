/**
 * Writes results as one file: the page of `deno task view` with all it shows.
 *
 * @module
 */

import { z } from "zod";
import {
  createProgress,
  notify,
  optionKinds,
  parseOptions,
  type Progress,
  runMain,
  suggestion,
  UsageError,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import { pageAssets } from "../lib/pages/mod.ts";
import { createReport, openResults, reportPage } from "../lib/view/mod.ts";
import { EXPERIMENTS } from "./all.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task report",
  summary: "Results as one HTML file: the page of deno task view with its data",
  examples: [
    "deno task report",
    "deno task report rq1",
    "deno task report rq1 --profile laptop --out rq1.html",
  ],
  schema: z.strictObject({
    profile: z.string().optional().describe("One profile of them; default all"),
    results: optionKinds.path.default("results").describe(
      "Folder with the records; its run store is not read",
    ),
    out: optionKinds.path.optional().describe(
      "The file; default QUESTION.html in the results folder",
    ),
  }),
};

const QUESTIONS = EXPERIMENTS.map(({ report: { question } }) => question);

/** The question that was named, if any, and the other arguments. */
function split(
  args: readonly string[],
): readonly [question: string | undefined, rest: readonly string[]] {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith("-")) return [undefined, args];
  if (QUESTIONS.includes(first)) return [first, rest];
  throw new UsageError(
    `Question "${first}": expected ${QUESTIONS.join(", ")}, or none for all${
      suggestion(first, QUESTIONS)
    }`,
  );
}

/**
 * Reads the command line.
 *
 * @param args Its arguments: maybe a question, then options.
 * @throws {UsageError} With the mistakes.
 */
export function readRequest(args: readonly string[]) {
  const [question, rest] = split(args);
  return { ...parseOptions(command, rest), question };
}

async function main(args: readonly string[]): Promise<void> {
  const { question, results: folder, out, profile } = readRequest(args);
  const name = question ?? "report";
  const results = openResults(folder, {
    store: false,
    questions: question === undefined ? QUESTIONS : [question],
    ...(profile === undefined ? {} : { profile }),
  });
  let progress: Progress | undefined;
  let shown = 0;
  const report = await createReport(results, {
    onStep(done, total) {
      progress ??= createProgress({ label: name, total, unit: "cells" });
      if (done > shown) progress.advance(done - shown);
      shown = done;
    },
  });
  progress?.finish();
  if (report.runs.length === 0) {
    throw new UsageError(
      `Cannot report ${name}: there is no record of it in "${folder}"${
        profile === undefined ? "" : `, profile ${profile}`
      }; run deno task ${question ?? "rq1"} first, or name another --results`,
    );
  }
  const path = out ?? `${folder}/${name}.html`;
  const html = reportPage({ name, report, ...await pageAssets("view") });
  await writeFileAtomic(path, html);
  notify(
    `Written: ${path} (${
      (html.length / 1e6).toFixed(1)
    } MB, ${report.runs.length} cells, ${report.views.length} students)`,
  );
}

if (import.meta.main) await runMain(main);
