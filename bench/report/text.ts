/**
 * Lines that every section has: machine, rounds, what was left out.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatCount,
  formatNumber,
} from "../../lib/report/mod.ts";
import { COUNTER_SECONDS, DISTURBED_CORES } from "../load.ts";
import { median } from "../statistics.ts";
import type { Machine } from "./format.ts";

/** "1.72x", "missing" as a dash. */
export function times(ratio: number | undefined): string {
  return ratio === undefined ? "–" : `${formatNumber(ratio, 2)}x`;
}

/** "2.1 %". */
export function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${formatNumber(100 * share, 1)} %`;
}

/** Median and range over rounds: "3,340 (3,290-3,410)". */
export function medianRange(values: readonly number[] | undefined): string {
  if (values === undefined) return "–";
  const middle = formatWhole(median(values));
  if (values.length === 1) return middle;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${middle} (${formatWhole(low)}-${formatWhole(high)})`;
}

/** Three digits at least: "57.3", "3,340". */
export function formatWhole(value: number): string {
  return value < 99.5 ? formatNumber(value, 1) : formatCount(Math.round(value));
}

/** "412 MiB", "1.32 GiB". */
export function formatMemory(bytes: number | undefined): string {
  if (bytes === undefined) return "–";
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 999.5
    ? `${formatNumber(mebibytes, 0)} MiB`
    : `${formatNumber(mebibytes / 1024, 2)} GiB`;
}

/** Where a section was measured, in one line. */
export function machineLine(machine: Machine): string {
  const { cpu, cores, memoryBytes, os, arch, deno, commit, dirty } = machine;
  const code = commit === null
    ? "code outside a repository"
    : `code ${commit.slice(0, 12)}${dirty ? " with changes" : ""}`;
  return escapeMarkdown(
    `Machine: ${cpu}, ${cores} cores, ${
      formatNumber(memoryBytes / 2 ** 30, 1)
    } GiB, ${os}, ${arch}; Deno ${deno}; ${code}.`,
  );
}

/** How the rounds went, in one line. */
export function roundsLine(
  { rounds, repeats, watched, dropped, disturbed }: {
    readonly rounds: number;
    readonly repeats: number;
    readonly watched: boolean;
    readonly dropped: number;
    readonly disturbed: number;
  },
): string {
  const load = watched
    ? `Turns during which other processes used more than ${
      100 * DISTURBED_CORES
    } % of a core (and ${
      1000 * COUNTER_SECONDS
    } ms, what the counters are worth) were dropped and taken again, at most ${repeats} times: ${
      formatCount(dropped)
    } dropped; ${
      formatCount(disturbed)
    } count although they were disturbed to the end.`
    : "Foreign load: not watched on this system; no turn was dropped.";
  return `${rounds} ${
    rounds === 1 ? "round" : "rounds"
  }, in which everybody takes a turn. ${load}`;
}

/** What is not in a table and why, as a list; nothing without entries. */
export function skippedLines(
  skipped: readonly { readonly title: string; readonly reason: string }[],
): string {
  if (skipped.length === 0) return "";
  const lines = skipped.map(({ title, reason }) =>
    `- ${escapeMarkdown(title)}: ${escapeMarkdown(reason)}\n`
  );
  return `Not measured:\n\n${lines.join("")}`;
}
