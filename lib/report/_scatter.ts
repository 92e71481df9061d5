import * as Plot from "@observablehq/plot";
import type { Axis } from "./_axis.ts";
import { fittingSize, type Page } from "./_page.ts";

/** One dot of a scatter, in the units of its axes. */
export interface ScatterDot {
  /** Across. */
  readonly x: number;
  /** Up. */
  readonly y: number;
  /** Whether it is of the kind that is looked at. */
  readonly isMarked: boolean;
}

/** Where a panel stands on the page, in pixels, and what is in it. */
export interface ScatterFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note: string;
  readonly dots: readonly ScatterDot[];
  readonly axes: { readonly x: Axis; readonly y: Axis };
  readonly names: { readonly x: string; readonly y: string };
}

/** Okabe and Ito's colours; filled and hollow besides, for any colour vision. */
export const DOT_STYLES = {
  marked: { "r": 4, "fill": "#0072b2", "stroke": "#ffffff" },
  other: {
    "r": 3.5,
    "fill": "#ffffff",
    "stroke": "#d55e00",
    "stroke-width": 1.5,
  },
} as const;

const MARGINS = { left: 66, right: 14, top: 50, bottom: 46 } as const;

const GRID = "#e4e4e4";

/** Draws one panel with its title, a line below it, and both axes. */
export function drawScatter(page: Page, frame: ScatterFrame): void {
  const { left, top, width, height, title, note, dots, names } = frame;
  const { x, y } = frame.axes;
  const { marked, other } = DOT_STYLES;
  const plot = Plot.plot({
    document: page.document as never,
    width,
    height,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { domain: [...x.domain], axis: null },
    y: { domain: [...y.domain], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.axisX(x.ticks, {
        label: null,
        tickFormat: x.format,
        fontSize: 11,
        tickSize: 4,
      }),
      Plot.axisY(y.ticks, {
        label: null,
        tickFormat: y.format,
        fontSize: 11,
        tickSize: 4,
      }),
      Plot.dot(dots.filter(({ isMarked }) => !isMarked), {
        x: "x",
        y: "y",
        r: other.r,
        fill: other.fill,
        stroke: other.stroke,
        strokeWidth: other["stroke-width"],
      }),
      Plot.dot(dots.filter(({ isMarked }) => isMarked), {
        x: "x",
        y: "y",
        r: marked.r,
        fill: marked.fill,
        stroke: marked.stroke,
      }),
    ],
  });
  page.place(plot, left, top);
  const room = { width: width - 24, most: 13 };
  page.add("text", {
    "x": left + 16,
    "y": top + 18,
    "font-size": fittingSize(title, room),
    "font-weight": 700,
  }, title);
  page.add("text", {
    "x": left + 16,
    "y": top + 35,
    "font-size": fittingSize(note, { ...room, most: 11.5 }),
    "fill": "#555555",
  }, note);
  page.add("text", {
    "x": left + (MARGINS.left + width - MARGINS.right) / 2,
    "y": top + height - 12,
    "font-size": 11,
    "text-anchor": "middle",
  }, names.x);
  const middle = top + (MARGINS.top + height - MARGINS.bottom) / 2;
  page.add("text", {
    "transform": `translate(${left + 20},${middle}) rotate(-90)`,
    "font-size": 11,
    "text-anchor": "middle",
  }, names.y);
}
