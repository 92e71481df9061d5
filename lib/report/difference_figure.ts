import * as Plot from "@observablehq/plot";
import { type Axis, linearAxis, ratioAxis } from "./_axis.ts";
import { createPage, fittingSize, type Page } from "./_page.ts";
import type { Interval } from "./statistics.ts";

/** A pair: what it is told apart by, and how its two values differ. */
export interface DifferenceDot {
  /** A ratio across, > 0, for example a compression. */
  readonly x: number;
  /** First less second. */
  readonly y: number;
}

/** One comparison. */
export interface DifferencePanel {
  /** What is compared with what. */
  readonly title: string;
  /** A line below the title. */
  readonly note: string;
  /** Its pairs; those that are not finite are not drawn. */
  readonly dots: readonly DifferenceDot[];
  /** Mean of the differences; absent where there is none. */
  readonly mean?: number;
  /** Where the mean is believed to lie. */
  readonly interval?: Interval;
}

/** Comparisons that share their scale. */
export interface DifferenceRow {
  /** What they have in common; "" for nothing. */
  readonly title: string;
  /** Side by side. */
  readonly panels: readonly DifferencePanel[];
}

/** What {@link differenceFigure} shows. */
export interface DifferenceFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What x is, with its unit. */
  readonly x: string;
  /** What y is, with its unit. */
  readonly y: string;
  /** What 0 means, written at its line. */
  readonly zero: string;
  /** Smallest step between ticks of y. */
  readonly least: number;
  /** At least one, each with at least one panel. */
  readonly rows: readonly DifferenceRow[];
}

const PANEL = { width: 310, height: 250 } as const;
const MARGINS = { left: 62, right: 46, top: 44, bottom: 42 } as const;
const HEADER_HEIGHT = 44;
const ROW_TITLE_HEIGHT = 32;

const COLOUR = "#0072b2";
const GRID = "#e4e4e4";

/**
 * Paired differences as an SVG file, a panel a comparison: every pair as a dot over
 * a logarithmic scale of ratios, the mean as a line with the band of its interval,
 * and the line of no difference. Panels of a row share their scales.
 *
 * @example
 * ```ts
 * import { differenceFigure } from "./difference_figure.ts";
 *
 * const svg = differenceFigure({
 *   title: "Two losses",
 *   x: "compression",
 *   y: "difference (points)",
 *   zero: "labels only",
 *   least: 0.01,
 *   rows: [{
 *     title: "long trainings",
 *     panels: [{
 *       title: "logits less labels",
 *       note: "mean +0.50",
 *       dots: [{ x: 2, y: 0.2 }, { x: 8, y: 0.8 }],
 *       mean: 0.5,
 *       interval: { low: 0.2, high: 0.8 },
 *     }],
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no row, or one without panels.
 */
export function differenceFigure(options: DifferenceFigureOptions): string {
  const { title, rows } = options;
  const columns = Math.max(...rows.map(({ panels }) => panels.length));
  if (rows.length === 0 || rows.some(({ panels }) => panels.length === 0)) {
    throw new RangeError(
      `Cannot draw differences: there are ${rows.length} rows with at most ${
        Math.max(0, columns)
      } panels, expected at least one of each in each`,
    );
  }
  const rowHeight = PANEL.height + ROW_TITLE_HEIGHT;
  const page = createPage({
    width: Math.max(2, columns) * PANEL.width,
    height: HEADER_HEIGHT + rows.length * rowHeight,
    title,
    description: `${options.y} against ${options.x}. ${describe(rows)}`,
  });
  page.heading(title);
  const finite = rows.map(({ panels }) =>
    panels.map(({ dots }) =>
      dots.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    )
  );
  const x = ratioAxis(finite.flat(2).map((dot) => dot.x));
  for (const [i, row] of rows.entries()) {
    const top = HEADER_HEIGHT + i * rowHeight;
    page.add("text", {
      "x": 16,
      "y": top + 18,
      "font-size": 14,
      "font-weight": 700,
    }, row.title);
    const y = linearAxis(
      [
        0,
        ...finite[i]!.flat().map((dot) => dot.y),
        ...row.panels.flatMap(({ interval }) =>
          interval === undefined ? [] : [interval.low, interval.high]
        ),
      ],
      { least: options.least, otherwise: [-1, 1] },
    );
    for (const [j, panel] of row.panels.entries()) {
      drawPanel(page, options, {
        left: j * PANEL.width,
        top: top + ROW_TITLE_HEIGHT,
        panel: { ...panel, dots: finite[i]![j]! },
        axes: { x, y },
      });
    }
  }
  return page.svg();
}

function drawPanel(
  page: Page,
  names: DifferenceFigureOptions,
  { left, top, panel, axes: { x, y } }: {
    readonly left: number;
    readonly top: number;
    readonly panel: DifferencePanel;
    readonly axes: { readonly x: Axis; readonly y: Axis };
  },
): void {
  const { title, note, dots, mean, interval } = panel;
  const font = { label: null, fontSize: 11, tickSize: 4 } as const;
  const [x1, x2] = x.domain;
  const plot = Plot.plot({
    document: page.document as never,
    width: PANEL.width,
    height: PANEL.height,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { type: "log", domain: [...x.domain], axis: null },
    y: { domain: [...y.domain], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: GRID, strokeOpacity: 1 }),
      // As text: a logarithmic scale leaves most formatted ticks out.
      Plot.axisX(x.ticks, { text: (tick: number) => x.format(tick), ...font }),
      Plot.axisY(y.ticks, { tickFormat: y.format, ...font }),
      ...(interval === undefined ? [] : [
        Plot.rect([interval], {
          x1,
          x2,
          y1: "low",
          y2: "high",
          fill: COLOUR,
          fillOpacity: 0.18,
        }),
      ]),
      Plot.ruleY([0], { stroke: "#222222" }),
      ...(mean === undefined
        ? []
        : [Plot.ruleY([mean], { stroke: COLOUR, strokeWidth: 2 })]),
      Plot.dot(dots, {
        x: "x",
        y: "y",
        r: 3.5,
        fill: COLOUR,
        stroke: "#ffffff",
      }),
    ],
  });
  page.place(plot, left, top);
  const room = { width: PANEL.width - 24, most: 13 };
  page.add("text", {
    "x": left + 16,
    "y": top + 14,
    "font-size": fittingSize(title, room),
    "font-weight": 700,
  }, title);
  page.add("text", {
    "x": left + 16,
    "y": top + 31,
    "font-size": fittingSize(note, { ...room, most: 11.5 }),
    "fill": "#555555",
  }, note);
  labelLines(page, names, { left, top, mean, y });
  page.add("text", {
    "x": left + (MARGINS.left + PANEL.width - MARGINS.right) / 2,
    "y": top + PANEL.height - 10,
    "font-size": 11,
    "text-anchor": "middle",
  }, names.x);
  const middle = top + (MARGINS.top + PANEL.height - MARGINS.bottom) / 2;
  page.add("text", {
    "transform": `translate(${left + 18},${middle}) rotate(-90)`,
    "font-size": 11,
    "text-anchor": "middle",
  }, names.y);
}

/** Height of a line of text, in pixels. */
const LINE = 12;

/** Names the lines of no difference and of the mean at their right ends, apart. */
function labelLines(
  page: Page,
  { zero }: DifferenceFigureOptions,
  { left, top, mean, y }: {
    readonly left: number;
    readonly top: number;
    readonly mean: number | undefined;
    readonly y: Axis;
  },
): void {
  const [low, high] = y.domain;
  const height = PANEL.height - MARGINS.top - MARGINS.bottom;
  const placeOf = (value: number) =>
    top + MARGINS.top + height * (high - value) / (high - low) + 4;
  const nought = placeOf(0);
  const label = (place: number, fill: string, text: string) =>
    page.add("text", {
      "x": left + PANEL.width - MARGINS.right + 4,
      "y": place,
      "font-size": 10.5,
      fill,
    }, text);
  label(nought, "#222222", zero);
  if (mean === undefined) return;
  const place = placeOf(mean);
  // Both would stand on one another: the mean keeps its side.
  const apart = Math.abs(place - nought) >= LINE
    ? place
    : mean >= 0
    ? nought - LINE
    : nought + LINE;
  label(apart, COLOUR, "mean");
}

function describe(rows: readonly DifferenceRow[]): string {
  return rows.flatMap(({ title, panels }) =>
    panels.map((panel) =>
      `${title === "" ? "" : `${title}, `}${panel.title}: ${panel.note}.`
    )
  ).join(" ");
}
