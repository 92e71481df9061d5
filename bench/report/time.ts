/**
 * The table of where a search's time goes.
 *
 * @module
 */

import { formatNumber, markdownTable } from "../../lib/report/mod.ts";
import type { TimeParts } from "../trace/spans.ts";
import type { SearchSection, TimeSection } from "./format.ts";
import { machineLine, percent } from "./text.ts";

/** In the order of a search. */
const WORDS: Readonly<Record<keyof TimeParts, string>> = {
  before: "before the first order: packages, data, engine, teacher",
  predictions: "teacher's logits",
  measurements: "latencies",
  trainings: "trainings of students, finalists and winners",
  waiting: "idle: others of the iteration still train",
  store: "idle: the store reads or writes",
  between: "idle: the policy and the rest of the search",
  after: "after the last order: test scores, records, figures",
};

/** Shares of a student's training, over all that the section "search" has times of. */
function trainingRows(
  search: SearchSection | undefined,
  share: number,
): readonly (readonly string[])[] {
  const times =
    search?.iterations.flatMap(({ students }) =>
      students.flatMap(({ time }) => time ?? [])
    ) ?? [];
  if (times.length === 0) return [];
  const sum = (part: "total" | "compile" | "steps" | "predict") =>
    times.reduce((total, time) => total + time[part], 0);
  const total = sum("total");
  const [steps, validation, compile] =
    (["steps", "predict", "compile"] as const)
      .map((part) => sum(part) / total);
  return [
    ["of trainings: steps", "", percent(steps! * share)],
    ["of trainings: validation", "", percent(validation! * share)],
    ["of trainings: compiling", "", percent(compile! * share)],
    [
      "of trainings: batches, fresh weights and the rest",
      "",
      percent((1 - steps! - validation! - compile!) * share),
    ],
  ];
}

/** The section. */
export function renderTime(
  { machine, engine, version, workers, command, wallSeconds, trainings, parts }:
    TimeSection,
  search: SearchSection | undefined,
): string {
  const all = wallSeconds * workers;
  const rows = (Object.keys(WORDS) as (keyof TimeParts)[]).flatMap((part) => {
    const row = [
      WORDS[part],
      formatNumber(parts[part], 1),
      percent(parts[part] / all),
    ];
    return part === "trainings"
      ? [row, ...trainingRows(search, parts[part] / all)]
      : [row];
  });
  return [
    "## Where a search's time goes\n",
    `\`${command}\` with ${engine} (${version}) on ${workers} workers: ${trainings} trainings in ${
      formatNumber(wallSeconds, 0)
    } s. Seconds of worker threads, watched from outside; they add up to the time of all workers from the process's start to its end.\n`,
    `${machineLine(machine)}\n`,
    markdownTable(
      [
        { title: "what workers do" },
        { title: "seconds", align: "right" },
        { title: "share", align: "right" },
      ],
      rows,
    ),
  ].join("\n");
}
