import * as Plot from "@observablehq/plot";
import { type Axis, iterationAxis } from "../_axis.ts";
import type { Page } from "../_page.ts";
import type { Row } from "./_rows.ts";
import type { Point, Series } from "./_series.ts";
import {
  COLOURS,
  PANEL_MARGINS,
  STRIP_HEIGHT,
  TEACHER_DASHES,
} from "./_style.ts";

/** Where a panel stands on the page, in pixels. */
export interface PanelFrame {
  /** Left edge. */
  readonly x: number;
  /** Upper edge. */
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One panel of the search figure. */
export interface PanelOptions {
  readonly frame: PanelFrame;
  readonly row: Row;
  /** The scale of the row's quantity. */
  readonly axis: Axis;
  /** Number of iterations. */
  readonly iterations: number;
  readonly series: Series;
  /** Rejected part of each iteration; undefined for no strip. */
  readonly rejections: readonly Point[] | undefined;
}

/** Draws one panel: students as dots, iteration means and the best so far as lines. */
export function drawPanel(page: Page, options: PanelOptions): void {
  const { series, axis, frame, row, rejections } = options;
  const x = iterationAxis(options.iterations);
  const strip = rejections === undefined ? 0 : STRIP_HEIGHT + 8;
  const plot = Plot.plot({
    document: page.document as never,
    width: frame.width,
    height: frame.height,
    marginLeft: PANEL_MARGINS.left,
    marginRight: PANEL_MARGINS.right,
    marginTop: PANEL_MARGINS.top,
    marginBottom: PANEL_MARGINS.bottom,
    x: { domain: [...x.domain], axis: null },
    y: {
      domain: [...axis.domain],
      type: row.scale,
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
      ...(row.teacher === undefined ? [] : [
        Plot.ruleY([row.teacher], {
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
  page.place(plot, frame.x, frame.y);
  page.add("text", {
    "x": frame.x + 16,
    "y": frame.y + 12,
    "font-size": 12,
    "font-weight": 600,
  }, row.label);
  if (rejections !== undefined) {
    drawRejections(page, { frame, points: rejections, x });
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

/** Bars on the x axis, as high as the part of the iteration that was rejected. */
function drawRejections(page: Page, { frame, points, x }: {
  readonly frame: PanelFrame;
  readonly points: readonly Point[];
  readonly x: Axis;
}): void {
  const bottom = frame.y + frame.height - PANEL_MARGINS.bottom;
  const left = frame.x + PANEL_MARGINS.left;
  page.add("text", {
    "x": left - 8,
    "y": bottom - 4,
    "font-size": 11,
    "text-anchor": "end",
  }, "rejected");
  const [low, high] = x.domain;
  const step = (frame.width - PANEL_MARGINS.left - PANEL_MARGINS.right) /
    (high - low);
  const barWidth = Math.min(8, 0.8 * step);
  for (const point of points) {
    page.add("rect", {
      x: left + (point.x - low) * step - barWidth / 2,
      y: bottom - point.y * STRIP_HEIGHT,
      width: barWidth,
      height: point.y * STRIP_HEIGHT,
      fill: COLOURS.rejected,
    });
  }
}
