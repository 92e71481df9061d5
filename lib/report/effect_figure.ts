import * as Plot from "@observablehq/plot";
import { linearAxis } from "./_axis.ts";
import { createPage, fittingSize, type Page } from "./_page.ts";
import type { Interval } from "./statistics.ts";

/** One comparison: how far something is from what it is compared with. */
export interface Effect {
  /** What is compared. */
  readonly name: string;
  /** With what. */
  readonly against: string;
  /** Differences, one a pair; all finite. */
  readonly differences: readonly number[];
  /** Their mean. */
  readonly mean: number;
  /** Where it is believed to lie; absent for a single pair. */
  readonly interval?: Interval;
  /** What stands at the right end of the row, for example a probability. */
  readonly note: string;
}

/** What {@link effectFigure} shows. */
export interface EffectFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What the differences are of, with the unit. */
  readonly x: string;
  /** What lies to either side of 0. */
  readonly sides: { readonly below: string; readonly above: string };
  /** At least one, from top to bottom. */
  readonly effects: readonly Effect[];
}

const WIDTH = 860;
const ROW = 44;
const TOP = 70;
const MARGINS = { left: 240, right: 170, bottom: 46 } as const;
const COLOUR = "#0072b2";
const GRID = "#e4e4e4";

/**
 * Paired differences as an SVG file, a row a comparison: every pair as a faint dot,
 * the mean with its interval, and the line of no difference.
 *
 * @example
 * ```ts
 * import { effectFigure } from "./effect_figure.ts";
 *
 * const svg = effectFigure({
 *   title: "Ablations",
 *   x: "difference of the reward",
 *   sides: { below: "worse", above: "better" },
 *   effects: [{
 *     name: "without",
 *     against: "with",
 *     differences: [-0.1, -0.3],
 *     mean: -0.2,
 *     interval: { low: -0.4, high: 0 },
 *     note: "p = 0.5",
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no comparison.
 */
export function effectFigure(options: EffectFigureOptions): string {
  const { title, x, effects } = options;
  if (effects.length === 0) {
    throw new RangeError(
      "Cannot draw effects: their number is 0, expected at least 1",
    );
  }
  const plotHeight = effects.length * ROW + MARGINS.bottom;
  const page = createPage({
    width: WIDTH,
    height: TOP + plotHeight,
    title,
    description: `${x}. ${
      effects.map(({ name, against, note }) =>
        `${name} less ${against}: ${note}.`
      ).join(" ")
    }`,
  });
  page.heading(title);
  page.place(plotOf(page, options, plotHeight), 0, TOP);
  drawNames(page, options, TOP + plotHeight);
  return page.svg();
}

/** Middle of a row, which is one high. */
const MIDDLE = 0.5;

function plotOf(
  page: Page,
  { effects }: EffectFigureOptions,
  height: number,
): unknown {
  const x = axisOf(effects);
  const font = { label: null, fontSize: 11, tickSize: 4 } as const;
  const rows = effects.map((effect, i) => ({ ...effect, y: i + MIDDLE }));
  const pairs = rows.flatMap(({ differences, y }) =>
    differences.map((difference) => ({ difference, y: y + 0.24 }))
  );
  return Plot.plot({
    document: page.document as never,
    width: WIDTH,
    height,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: 0,
    marginBottom: MARGINS.bottom,
    x: { domain: [...x.domain], axis: null },
    // Rows are counted from the top.
    y: { domain: [effects.length, 0], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.axisX(x.ticks, { tickFormat: x.format, ...font }),
      Plot.ruleX([0], { stroke: "#222222" }),
      Plot.dot(pairs, {
        x: "difference",
        y: "y",
        r: 2.5,
        fill: COLOUR,
        fillOpacity: 0.3,
      }),
      Plot.link(rows.filter(({ interval }) => interval !== undefined), {
        x1: ({ interval }) => interval!.low,
        x2: ({ interval }) => interval!.high,
        y1: "y",
        y2: "y",
        stroke: COLOUR,
        strokeWidth: 2.5,
      }),
      Plot.dot(rows, {
        x: "mean",
        y: "y",
        r: 4.5,
        fill: COLOUR,
        stroke: "#ffffff",
      }),
    ],
  });
}

function axisOf(effects: readonly Effect[]): ReturnType<typeof linearAxis> {
  return linearAxis(
    effects.flatMap(({ differences, mean, interval }) => [
      0,
      mean,
      ...differences,
      ...(interval === undefined ? [] : [interval.low, interval.high]),
    ]),
    { least: 0.0001, otherwise: [-1, 1] },
  );
}

function drawNames(
  page: Page,
  { x, sides, effects }: EffectFigureOptions,
  bottom: number,
): void {
  const { domain: [low, high] } = axisOf(effects);
  const width = WIDTH - MARGINS.left - MARGINS.right;
  const zero = MARGINS.left + width * (0 - low) / (high - low);
  const side = (text: string, at: number, anchor: string) =>
    page.add("text", {
      "x": at,
      "y": TOP - 10,
      "font-size": 11.5,
      "fill": "#555555",
      "text-anchor": anchor,
    }, text);
  if (low < 0) side(`← ${sides.below}`, zero - 8, "end");
  if (high > 0) side(`${sides.above} →`, zero + 8, "start");
  const left = { "x": MARGINS.left - 14, "text-anchor": "end" } as const;
  const room = { width: MARGINS.left - 24, most: 12.5 } as const;
  for (const [i, { name, against, note }] of effects.entries()) {
    const y = TOP + (i + MIDDLE) * ROW + 4;
    const size = fittingSize(name, room);
    page.add("text", { ...left, "y": y - 6, "font-size": size }, name);
    page.add("text", {
      ...left,
      "y": y + 9,
      "font-size": Math.min(10.5, fittingSize(`less ${against}`, room)),
      "fill": "#555555",
    }, `less ${against}`);
    page.add("text", { x: WIDTH - MARGINS.right + 12, y }, note);
  }
  page.add("text", {
    "x": MARGINS.left + width / 2,
    "y": bottom - 10,
    "text-anchor": "middle",
  }, x);
}
