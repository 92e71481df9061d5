/**
 * What the table of students shows and writes.
 *
 * @module
 */

import { bytes, count, percent, short, times } from "./format.ts";
import type { Point, ShownRun } from "./points.ts";

/** A column. */
export interface StudentColumn {
  /** Heading. */
  readonly title: string;
  /** Name in files. */
  readonly key: string;
  /** Value in files, and what is sorted by. */
  readonly value: (point: Point) => string | number | null;
  /** Text in the table. */
  readonly text: (point: Point) => string;
  /** Whether it is a number: at the right, and sorted from the most. */
  readonly isNumber: boolean;
}

const dash = <T>(value: T | null, text: (value: T) => string): string =>
  value === null ? "–" : text(value);

/** All columns; the run's where there are several. */
export function studentColumns(
  runs: readonly ShownRun[],
): readonly StudentColumn[] {
  const label = (point: Point) => runs[point.run]!.label;
  const words: readonly StudentColumn[] = [
    {
      title: "run",
      key: "run",
      value: ({ id }) => id,
      text: label,
      isNumber: false,
    },
    {
      title: "stage",
      key: "stage",
      value: ({ stageKind }) => stageKind,
      text: ({ stageKind }) => stageKind,
      isNumber: false,
    },
  ];
  const numbers: readonly StudentColumn[] = [
    numeric("iteration", ({ iteration }) => iteration + 1, count),
    numeric("reward", ({ reward }) => reward, (value) => value.toFixed(3)),
    numeric("accuracy", ({ accuracy }) => accuracy, percent),
    numeric("parameters", ({ parameters }) => parameters, count),
    numeric("compression", ({ compression }) => compression, times),
    numeric("MACs", ({ macs }) => macs, short, "macs"),
    numeric("activations", ({ bytes }) => bytes, bytes, "activationBytes"),
    ...(runs.some(({ points }) =>
        points.some(({ latency }) => latency !== null)
      )
      ? [
        numeric(
          "latency",
          ({ latency }) => latency,
          (value) => `${value.toFixed(2)} ms`,
          "latencyMs",
        ),
      ]
      : []),
    numeric("epochs", ({ ownEpochs }) => ownEpochs, count),
  ];
  return [
    ...(runs.length > 1 ? words : words.slice(1)),
    ...numbers,
    {
      title: "what became of it",
      key: "kind",
      value: ({ kind }) => kind,
      text: ({ kind, reason, isWinner }) =>
        isWinner ? "winner" : reason === null ? kind : `${kind}: ${reason}`,
      isNumber: false,
    },
  ];
}

/** Those of a file: everything, under names for programs. */
export function fileColumns(
  runs: readonly ShownRun[],
): readonly Pick<StudentColumn, "key" | "value">[] {
  const own = studentColumns(runs);
  const run = { key: "run", value: ({ id }: Point) => id };
  return [
    ...(own[0]!.key === "run" ? [] : [run]),
    ...own,
    { key: "network", value: ({ name }) => name },
    { key: "reason", value: ({ reason }) => reason },
    { key: "winner", value: ({ isWinner }) => isWinner ? 1 : 0 },
  ];
}

function numeric(
  title: string,
  value: (point: Point) => number | null,
  show: (value: number) => string,
  key = title,
): StudentColumn {
  return {
    title,
    key,
    value,
    text: (point) => dash(value(point), show),
    isNumber: true,
  };
}
