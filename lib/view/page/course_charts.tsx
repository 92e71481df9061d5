/// <reference lib="dom" />
/**
 * Reward, accuracy and compression of every student along the search.
 *
 * @module
 */

import {
  areaY,
  axisX,
  axisY,
  gridY,
  line,
  type Markish,
  ruleX,
  ruleY,
  text,
} from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { Chart, type Dot } from "./chart.tsx";
import { colourName } from "./colours.ts";
import { spread } from "./spread.ts";
import { ticksOf } from "./ticks.ts";
import {
  type ArmLine,
  armLines,
  bestSoFar,
  meanByIteration,
  type Quantity,
} from "./lines.ts";
import { type Along, isScored, type Point, type ShownRun } from "./points.ts";

/** What is plotted. */
interface Row {
  readonly title: string;
  readonly yLabel: string;
  readonly quantity: Quantity;
  readonly scale: "linear" | "log";
  readonly format?: (value: number) => string;
  readonly teacher?: (run: ShownRun) => number | undefined;
}

const ROWS: readonly Row[] = [{
  title: "Reward",
  yLabel: "of every student",
  quantity: ({ reward }) => reward,
  scale: "linear",
}, {
  title: "Accuracy",
  yLabel: "validation, %",
  quantity: ({ accuracy }) => accuracy === null ? undefined : 100 * accuracy,
  scale: "linear",
  teacher: ({ course }) =>
    course.teacher === undefined ? undefined : 100 * course.teacher.accuracy,
}, {
  title: "Compression",
  yLabel: "teacher / student",
  quantity: ({ compression }) => compression ?? undefined,
  scale: "log",
  format: (value) => `${value}x`,
}];

/** What the course's plots need. */
export interface CourseProps {
  readonly runs: readonly ShownRun[];
  readonly along: Along;
  /** Whether seeds of an arm are one line. */
  readonly grouped: boolean;
  readonly hovered: Point | undefined;
  readonly onHover: (point: Point | undefined) => void;
  readonly onOpen: (point: Point) => void;
  readonly isChosen: ((point: Point) => boolean) | undefined;
}

/** Three plots, one a quantity. */
export function CourseCharts(props: CourseProps) {
  return (
    <div class="charts three">
      {ROWS.map((row) => <CourseChart key={row.title} row={row} {...props} />)}
    </div>
  );
}

function CourseChart({ row, ...props }: CourseProps & { readonly row: Row }) {
  const { runs, along, grouped } = props;
  const drawn = useMemo(() => draw(row, { runs, along, grouped }), [
    row,
    runs,
    along,
    grouped,
  ]);
  return (
    <Chart
      title={row.title}
      xLabel={along === "step" ? "iteration" : "student-epochs"}
      yLabel={row.yLabel}
      height={250}
      opacity={opacityOf(drawn.dots, runs)}
      hovered={props.hovered}
      onHover={props.onHover}
      onOpen={props.onOpen}
      isChosen={props.isChosen}
      {...drawn}
    />
  );
}

/** The more there are, the fainter; of several runs the lines are what counts. */
function opacityOf(
  { length }: readonly Dot[],
  runs: readonly ShownRun[],
): number {
  const crowd = Math.min(1, Math.sqrt(400 / Math.max(1, length)));
  return (runs.length === 1 ? 0.55 : 0.2) * crowd;
}

function draw(
  { quantity, scale, format, teacher }: Row,
  { runs, along, grouped }: Pick<CourseProps, "runs" | "along" | "grouped">,
) {
  const dots: Dot[] = runs.flatMap(({ points, colour }) =>
    points.filter(isScored).flatMap((point) => {
      const y = quantity(point);
      return y === undefined
        ? []
        : [{ point, x: point[along], y, colour: colourName(colour) }];
    })
  );
  const arms = grouped ? armLines(runs, { along, quantity, scale }) : [];
  const inArm = new Set(arms.map(({ label }) => label));
  const single = runs.filter(({ label }) =>
    !inArm.has(label.replace(/ s\d+$/, ""))
  );
  const best = single.map((run) => ({
    label: runs.length === 1 ? "best" : run.label,
    colour: run.colour,
    places: bestSoFar(run.points, { along, quantity }),
  })).filter(({ places }) => places.length > 0);
  const only = runs.length === 1 ? runs[0]! : undefined;
  const means = only === undefined
    ? []
    : meanByIteration(only.points, { along, quantity });
  const reference = runs.length > 0 ? teacher?.(runs[0]!) : undefined;
  const values = dots.map(({ y }) => y);
  const domain = domainOf(
    reference === undefined ? values : [...values, reference],
    scale,
  );
  const ticks = ticksOf(domain, scale);
  const most = Math.max(
    1,
    ...runs.map(({ points }) => points.at(-1)?.[along] ?? 1),
  );
  const labels = [
    ...[...arms, ...best].map((each) => ({
      text: each.label,
      y: each.places.at(-1)!.y,
      colour: `var(${colourName(each.colour)})`,
    })),
    ...(reference === undefined
      ? []
      : [{ text: "teacher", y: reference, colour: "var(--quiet)" }]),
    ...(means.length === 0
      ? []
      : [{ text: "mean", y: means.at(-1)!.y, colour: "var(--quiet)" }]),
  ];
  const placed = spread(labels, { domain, scale, height: 200, gap: 13 });
  const widest = Math.max(0, ...labels.map((each) => each.text.length));
  const marks: Markish[] = [
    gridY(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }),
    axisX({ ticks: 4, tickSize: 0, fontSize: 11 }),
    axisY(ticks, {
      tickSize: 0,
      fontSize: 11,
      ...(format === undefined ? {} : { tickFormat: format }),
    }),
    ...(only === undefined ? [] : borders(only, along)),
    ...(reference === undefined ? [] : [
      ruleY([reference], { stroke: "var(--quiet)", strokeDasharray: "3 3" }),
    ]),
    ...(means.length === 0 ? [] : [
      line(means, { x: "x", y: "y", stroke: "var(--quiet)", strokeWidth: 1.2 }),
    ]),
    ...arms.map((arm) => band(arm)),
    ...[...arms, ...best].map(({ places, colour }) =>
      line(places, {
        x: "x",
        y: "y",
        stroke: `var(${colourName(colour)})`,
        strokeWidth: 2,
        curve: grouped ? "linear" : "step-after",
      })
    ),
    text(placed, {
      x: () => most,
      y: "y",
      text: "text",
      fill: "colour",
      dx: 6,
      textAnchor: "start",
      fontSize: 11,
    }),
  ];
  return {
    dots,
    marks,
    xScale: { domain: [0, most] },
    yScale: { type: scale, domain: [...domain] },
    marginRight: Math.max(16, 14 + 6.2 * widest),
  } as const;
}

function band({ places, colour }: ArmLine): Markish {
  return areaY(places, {
    x: "x",
    y1: "low",
    y2: "high",
    fill: `var(${colourName(colour)})`,
    fillOpacity: 0.16,
    clip: true,
  });
}

/** Where a stage ends. */
function borders(
  { points, course }: ShownRun,
  along: Along,
): readonly Markish[] {
  const starts = course.stages.slice(1).flatMap((_, index) => {
    const last = points.findLast(({ stage }) => stage === index);
    return last === undefined
      ? []
      : [last[along] + (along === "step" ? 0.5 : 0)];
  });
  return [ruleX(starts, { stroke: "var(--grid)", strokeWidth: 1.5 })];
}

/** From the least to the most, with some room; on a logarithmic scale too. */
function domainOf(
  values: readonly number[],
  scale: "linear" | "log",
): readonly [number, number] {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return scale === "log" ? [1, 10] : [0, 1];
  let [low, high] = [Infinity, -Infinity];
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (scale === "log") return [low / 1.1, Math.max(high * 1.1, low * 1.3)];
  const room = Math.max((high - low) * 0.06, 1e-3);
  return [low - room, high + room];
}
