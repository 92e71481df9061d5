/**
 * The tables of a search's throughput.
 *
 * @module
 */

import {
  type Column,
  formatCount,
  formatNumber,
  formatShortCount,
  markdownTable,
} from "../../lib/report/mod.ts";
import { medianRatio } from "../statistics.ts";
import type { SearchSection } from "./format.ts";
import {
  machineLine,
  medianRange,
  percent,
  roundsLine,
  skippedLines,
  times,
} from "./text.ts";
import { overheadShare } from "./view.ts";

const RIGHT = "right" as const;

/** How many times as many students two workers train as one, one an engine. */
export function workerRatios(
  { engines }: SearchSection,
  kind: "busy" | "iterations",
): readonly { readonly name: string; readonly ratio: number }[] {
  return engines.map(({ name, oneWorker, twoWorkers }) => ({
    name,
    ratio: medianRatio(
      twoWorkers.map((each) => each[kind]),
      oneWorker.map((each) => each[kind]),
    ),
  }));
}

/** The section. */
export function renderSearch(section: SearchSection): string {
  const { engines, iterations, skipped } = section;
  const busy = workerRatios(section, "busy");
  const whole = workerRatios(section, "iterations");
  const counts = iterations.map(({ stage, proposed, students }) =>
    `${students.length} of ${proposed} proposals of ${stage}`
  );
  return [
    "## Students an hour\n",
    `The first iteration of each stage of \`deno task rq1\` (profile laptop, seed 1): ${
      counts.join(", ")
    }, trained and validated by the search's own evaluator and worker pool with the profile's recipe and images, nothing remembered between turns. Medians over rounds (ranges). "Workers busy" counts until a worker finds nothing left to take up; "whole iterations" counts the wait for an iteration's slowest student too, as a search has it: so few students cannot keep two workers busy to the end.\n`,
    `${roundsLine(section)}\n`,
    `${machineLine(section.machine)}\n`,
    markdownTable(
      [
        { title: "engine" },
        { title: "students/h" },
        { title: "1 worker", align: RIGHT },
        { title: "2 workers", align: RIGHT },
        { title: "2 / 1", align: RIGHT },
      ],
      engines.flatMap(({ name, version, oneWorker, twoWorkers }, i) =>
        (["busy", "iterations"] as const).map((kind) => [
          `${name} (${version})`,
          kind === "busy" ? "workers busy" : "whole iterations",
          medianRange(oneWorker.map((each) => each[kind])),
          medianRange(twoWorkers.map((each) => each[kind])),
          times((kind === "busy" ? busy : whole)[i]!.ratio),
        ])
      ),
    ),
    studentsTable(section),
    skippedLines(skipped),
  ].filter((part) => part !== "").join("\n");
}

function studentsTable({ iterations }: SearchSection): string {
  const columns: readonly Column[] = [
    { title: "student" },
    ...["parameters", "MACs", "seconds", "compile", "steps", "validation"].map(
      (title) => ({ title, align: RIGHT }),
    ),
    { title: "a step's TypeScript, FFI, allocation", align: RIGHT },
  ];
  const rows = iterations.flatMap(({ stage, students }) =>
    students.map(({ description, parameters, macs, time }) => [
      { markdown: `${stage}: \`${description}\`` },
      formatCount(parameters),
      formatShortCount(macs),
      formatNumber(time?.total, 2),
      percent(time && time.compile / time.total),
      percent(time && time.steps / time.total),
      percent(time && time.predict / time.total),
      percent(time && overheadShare(time.overhead)),
    ])
  );
  return "The students, and where onednn spends the time of each, with a clock at each call as above. What compiling, steps and validation leave is the filling of batches, fresh weights and the like.\n\n" +
    markdownTable(columns, rows);
}
