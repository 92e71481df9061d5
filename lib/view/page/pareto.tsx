/// <reference lib="dom" />
/**
 * Accuracy against size: students, their front, the teacher.
 *
 * @module
 */

import {
  axisX,
  axisY,
  dot,
  gridX,
  gridY,
  line,
  type Markish,
  text,
} from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { type Brush, Chart, type Dot } from "./chart.tsx";
import { colourName } from "./colours.ts";
import { bytes, short } from "./format.ts";
import { front } from "./lines.ts";
import { ticksOf } from "./ticks.ts";
import { isScored, type Point, type ShownRun } from "./points.ts";

/** What a size is measured in. */
export type Size = "parameters" | "macs" | "bytes";

/** Names of the sizes for people. */
export const SIZES: Readonly<Record<Size, string>> = {
  parameters: "parameters",
  macs: "multiply-accumulates an image",
  bytes: "activations an image",
};

/** What the picture needs. */
export interface ParetoProps {
  readonly runs: readonly ShownRun[];
  readonly size: Size;
  readonly hovered: Point | undefined;
  readonly onHover: (point: Point | undefined) => void;
  readonly onOpen: (point: Point) => void;
  readonly brush: Brush | undefined;
  readonly onBrush: (brush: Brush | undefined) => void;
}

/** Accuracy against size. */
export function Pareto({ runs, size, brush, ...props }: ParetoProps) {
  const drawn = useMemo(() => draw(runs, size), [runs, size]);
  const isChosen = useMemo(() => brush && insideOf(brush, size), [brush, size]);
  return (
    <Chart
      title="Accuracy against size"
      xLabel={SIZES[size]}
      yLabel="validation, %"
      height={320}
      opacity={Math.max(
        0.2,
        0.6 * Math.min(1, Math.sqrt(600 / Math.max(1, drawn.dots.length))),
      )}
      brush={brush}
      isChosen={isChosen}
      {...props}
      {...drawn}
    />
  );
}

/** Tells whether a student is within a rectangle. */
export function insideOf(
  { x, y }: Brush,
  size: Size,
): (point: Point) => boolean {
  return (point) => {
    const { [size]: own, accuracy } = point;
    if (own === null || accuracy === null) return false;
    const value = 100 * accuracy;
    return own >= x[0] && own <= x[1] && value >= y[0] && value <= y[1];
  };
}

function draw(runs: readonly ShownRun[], size: Size) {
  const dots: Dot[] = runs.flatMap(({ points, colour }) =>
    points.filter((point) => isScored(point) && point[size] !== null).map((
      point,
    ) => ({
      point,
      x: point[size]!,
      y: 100 * point.accuracy!,
      colour: colourName(colour),
    }))
  );
  const best = front(dots.map(({ point }) => point), {
    size: (point) => point[size] ?? undefined,
    quality: ({ accuracy }) => accuracy ?? undefined,
  }).map((point) => ({ x: point[size]!, y: 100 * point.accuracy! }));
  const winners = dots.filter(({ point }) => point.isWinner);
  const teachers = [
    ...new Map(
      runs.flatMap(({ course: { teacher } }) =>
        teacher === undefined ? [] : [[`${teacher[size]} ${teacher.accuracy}`, {
          x: teacher[size],
          y: 100 * teacher.accuracy,
        }]]
      ),
    ).values(),
  ];
  const [low, high] = extent([...dots, ...teachers].map(({ x }) => x), [1, 10]);
  const [least, most] = extent([...dots, ...teachers].map(({ y }) => y), [
    0,
    100,
  ]);
  const room = Math.max((most - least) * 0.06, 0.5);
  const domain = [low / 1.15, high * 1.15] as const;
  const ticks = ticksOf(domain, "log");
  const show = size === "bytes" ? bytes : short;
  const marks: Markish[] = [
    gridX(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }),
    gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 6 }),
    axisX(ticks, { tickSize: 0, fontSize: 11, tickFormat: show }),
    axisY({ ticks: 6, tickSize: 0, fontSize: 11 }),
    line(best, {
      x: "x",
      y: "y",
      stroke: "var(--text)",
      strokeWidth: 1.2,
      strokeOpacity: 0.7,
      curve: "step-after",
    }),
    dot(winners, {
      x: "x",
      y: "y",
      r: 5,
      stroke: "var(--text)",
      strokeWidth: 1.6,
      fill: ({ colour }: Dot) => `var(${colour})`,
    }),
    ...(runs.length > 3 ? [] : [
      text(winners, {
        x: "x",
        y: "y",
        text: ({ point }: Dot) => `winner of ${point.stageKind}`,
        dy: 13,
        fontSize: 11,
        fill: "var(--text)",
        stroke: "var(--paper)",
        strokeWidth: 4,
      }),
    ]),
    dot(teachers, {
      x: "x",
      y: "y",
      symbol: "diamond2",
      r: 6,
      fill: "var(--text)",
    }),
    text(teachers, {
      x: "x",
      y: "y",
      text: () => "teacher",
      dx: -10,
      textAnchor: "end",
      fontSize: 11,
      fill: "var(--text)",
      stroke: "var(--paper)",
      strokeWidth: 4,
    }),
  ];
  return {
    dots,
    marks,
    xScale: { type: "log", domain: [...domain] },
    yScale: { domain: [least - room, most + room] },
    marginRight: 18,
  } as const;
}

function extent(
  values: readonly number[],
  otherwise: readonly [number, number],
): readonly [number, number] {
  if (values.length === 0) return otherwise;
  return values.reduce(
    ([low, high], value) =>
      [Math.min(low, value), Math.max(high, value)] as [number, number],
    [
      Infinity,
      -Infinity,
    ],
  );
}
