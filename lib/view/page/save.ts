/// <reference lib="dom" />
/**
 * Students as files.
 *
 * @module
 */

import type { Point, ShownRun } from "./points.ts";
import { fileColumns } from "./student_columns.ts";

/** Students as CSV (RFC 4180), a line each, after one of headings. */
export function toCsv(
  points: readonly Point[],
  runs: readonly ShownRun[],
): string {
  const columns = fileColumns(runs);
  const lines = [
    columns.map(({ key }) => key),
    ...points.map((point) => columns.map(({ value }) => value(point))),
  ];
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

/** Students as JSON lines, an object each. */
export function toJsonLines(
  points: readonly Point[],
  runs: readonly ShownRun[],
): string {
  const columns = fileColumns(runs);
  return points.map((point) =>
    `${
      JSON.stringify(
        Object.fromEntries(
          columns.map(({ key, value }) => [key, value(point)]),
        ),
      )
    }\n`
  ).join("");
}

function field(value: string | number | null): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Has the browser keep a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
