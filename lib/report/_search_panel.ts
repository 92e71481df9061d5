import * as Plot from "@observablehq/plot";
import { type Axis, iterationAxis } from "./_axis.ts";
import type { Page } from "./_page.ts";
import type { Point, Series } from "./_search_data.ts";
import { drawRejections } from "./_search_rejections.ts";
import {
  COLOURS,
  PANEL_MARGINS,
  STRIP_HEIGHT,
  TEACHER_DASHES,
} from "./_search_style.ts";

/** One panel of the search figure. */
export interface PanelOptions {
  /** Where the panel stands on the page, in pixels. */
  readonly place: { readonly x: number; readonly y: number };
  readonly width: number;
  readonly height: number;
  /** Label of the y axis, with its unit. */
  readonly label: string;
  readonly axis: Axis;
  readonly scale: "linear" | "log";
  /** The teacher's value, drawn as a line across. */
  readonly teacher?: number | undefined;
  readonly iterations: number;
  readonly series: Series;
  /** Rejected part of each iteration; undefined for no strip. */
  readonly rejections?: readonly Point[] | undefined;
}

/** Draws one panel: students as dots, iteration means and the best so far as lines. */
export function drawPanel(page: Page, options: PanelOptions): void {
  const { series, axis, place, width, height } = options;
  const x = iterationAxis(options.iterations);
  const strip = options.rejections === undefined ? 0 : STRIP_HEIGHT + 8;
  const plot = Plot.plot({
    document: page.document as never,
    width,
    height,
    marginLeft: PANEL_MARGINS.left,
    marginRight: PANEL_MARGINS.right,
    marginTop: PANEL_MARGINS.top,
    marginBottom: PANEL_MARGINS.bottom,
    x: { domain: [...x.domain], axis: null },
    y: {
      domain: [...axis.domain],
      type: options.scale,
      axis: null,
      insetBottom: strip,
    },
    marks: [
      Plot.gridY(axis.ticks, { stroke: COLOURS.grid, strokeOpacity: 1 }),
      Plot.axisX(x.ticks, {
        label: null,
        tickFormat: x.format,
        fontSize: 11,
        tickSize: 4,
      }),
      // Not an axis mark: on a logarithmic scale it hides labels of its choice.
      Plot.text(axis.ticks, {
        x: () => x.domain[0],
        y: (tick: number) => tick,
        text: axis.format,
        dx: -8,
        textAnchor: "end",
        fontSize: 11,
        fontVariant: "tabular-nums",
      }),
      Plot.frame({ anchor: "bottom", stroke: "#222222" }),
      ...(options.teacher === undefined ? [] : [
        Plot.ruleY([options.teacher], {
          stroke: COLOURS.teacher,
          strokeDasharray: TEACHER_DASHES,
          strokeWidth: 1.25,
        }),
      ]),
      Plot.dot(series.students, {
        x: "x",
        y: "y",
        r: 2.75,
        fill: COLOURS.student,
        fillOpacity: 0.65,
      }),
      ...line(series.means, {
        stroke: COLOURS.mean,
        strokeWidth: 1.75,
        curve: "linear",
      }),
      ...line(series.best, {
        stroke: COLOURS.best,
        strokeWidth: 2.25,
        curve: "step-after",
      }),
      ...(series.students.length > 0 ? [] : [
        Plot.text(["no trained student"], {
          frameAnchor: "middle",
          fill: "#555555",
          stroke: "#ffffff",
          strokeWidth: 8,
          fontSize: 12,
        }),
      ]),
    ],
  });
  page.place(plot, place.x, place.y);
  page.add("text", {
    "x": place.x + 16,
    "y": place.y + 12,
    "font-size": 12,
    "font-weight": 600,
  }, options.label);
  if (options.rejections !== undefined) {
    drawRejections(page, { ...options, points: options.rejections, x });
  }
}

/** A line; where it would be a single point, which no line shows, a dot. */
function line(
  points: readonly Point[],
  options: {
    readonly stroke: string;
    readonly strokeWidth: number;
    readonly curve: "linear" | "step-after";
  },
): readonly Plot.Markish[] {
  const lone = points.filter((point, i) =>
    Number.isFinite(point.y) &&
    !Number.isFinite(points[i - 1]?.y) && !Number.isFinite(points[i + 1]?.y)
  );
  return [
    Plot.line(points, { x: "x", y: "y", strokeLinejoin: "round", ...options }),
    Plot.dot(lone, { x: "x", y: "y", r: 3.5, fill: options.stroke }),
  ];
}
