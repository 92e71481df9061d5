/// <reference lib="dom" />
/**
 * Entropy, baseline and gradient norm over the iterations.
 *
 * @module
 */

import {
  axisX,
  axisY,
  gridY,
  line,
  type Markish,
  plot,
  ruleX,
} from "@observablehq/plot";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { IterationView } from "../model.ts";
import { colourName } from "./colours.ts";
import { useTheme, useWidth } from "./hooks.ts";
import type { ShownRun } from "./points.ts";

type Key = "entropy" | "baseline" | "gradientNorm";

const CHARTS: readonly {
  readonly key: Key;
  readonly title: string;
  readonly unit: string;
}[] = [
  { key: "entropy", title: "Entropy", unit: "mean of the free steps, nats" },
  {
    key: "baseline",
    title: "Baseline",
    unit: "what rewards are compared with",
  },
  { key: "gradientNorm", title: "Gradient norm", unit: "of the update" },
];

/** How the policies of some runs learn. */
export function LearningCharts(
  { runs }: { readonly runs: readonly ShownRun[] },
) {
  const charts = CHARTS.filter(({ key }) =>
    runs.some(({ course }) =>
      course.stages.some(({ iterations }) =>
        iterations.some((each) => each[key] !== undefined)
      )
    )
  );
  if (charts.length === 0) {
    return <p class="note">The strategy has no policy that learns.</p>;
  }
  return (
    <div class="charts three">
      {charts.map((chart) => (
        <LineChart key={chart.key} runs={runs} chart={chart} />
      ))}
    </div>
  );
}

interface LineChartProps {
  readonly runs: readonly ShownRun[];
  readonly chart: (typeof CHARTS)[number];
}

function LineChart({ runs, chart: { key, title, unit } }: LineChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (width === 0) return;
    const drawn = plot({
      width,
      height: 150,
      marginLeft: 46,
      marginRight: 14,
      marginTop: 8,
      marginBottom: 28,
      className: "plot",
      x: { label: null },
      y: { label: null },
      marks: [
        gridY({ stroke: "var(--grid)", strokeOpacity: 1, ticks: 4 }),
        axisX({ ticks: 5, tickSize: 0, fontSize: 11 }),
        axisY({ ticks: 4, tickSize: 0, fontSize: 11 }),
        ...runs.flatMap((run) =>
          linesOf(run, { key, isAlone: runs.length === 1 })
        ),
      ],
    });
    drawn.querySelector("style")?.remove();
    drawn.setAttribute("aria-hidden", "true");
    frame.current!.replaceChildren(drawn);
  }, [width, runs, theme]);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="axis">{unit}</span>
      </figcaption>
      <div
        ref={frame}
        class="frame"
        role="img"
        aria-label={`${title}: ${
          runs.map((run) => `${run.label} ${lastOf(run, key)}`).join("; ")
        }`}
      />
    </figure>
  );
}

function linesOf(
  { course: { stages }, colour }: ShownRun,
  { key, isAlone }: { readonly key: Key; readonly isAlone: boolean },
): readonly Markish[] {
  let before = 0;
  return stages.flatMap(({ iterations }, index) => {
    const start = before;
    before += iterations.length;
    const places = iterations.flatMap((each, i) => {
      const y = each[key];
      return y === undefined ? [] : [{ x: start + i + 1, y }];
    });
    return [
      ...(isAlone && index > 0
        ? [ruleX([start + 0.5], { stroke: "var(--grid)", strokeWidth: 1.5 })]
        : []),
      line(places, {
        x: "x",
        y: "y",
        stroke: `var(${colourName(colour)})`,
        strokeWidth: 1.6,
      }),
    ];
  });
}

function lastOf({ course: { stages } }: ShownRun, key: Key): string {
  const last: IterationView | undefined = stages.at(-1)?.iterations.at(-1);
  return last?.[key]?.toFixed(3) ?? "none";
}
