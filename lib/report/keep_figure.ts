import * as Plot from "@observablehq/plot";
import { iterationAxis } from "./_axis.ts";
import { toDecimal } from "./_decimal.ts";
import { drawHeatmap, drawScale } from "./_heatmap.ts";
import { checkKeepFigure } from "./_keep_check.ts";
import { createPage } from "./_page.ts";
import { formatCount } from "./format.ts";

/** What {@link keepFigure} shows. */
export interface KeepFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** Which policy the values are of. */
  readonly kind: "removal" | "shrinkage" | "joint";
  /**
   * What one value is about, in the singular: "layer" unless given; "decision"
   * for those of several layers or of a part of one.
   */
  readonly row?: string;
  /** Name of each row, as `layerLabels` or `decisionLabels` give them. */
  readonly labels: readonly string[];
  /** Whether the policy decides about the row; others are left out. */
  readonly free: readonly boolean[];
  /**
   * For each iteration a value for each row: the probability of "keep" in
   * [0, 1] (removal), the expected shrink ratio in (0, 1] (shrinkage), or the
   * expected share that is left in [0, 1] (joint). NaN is left white.
   */
  readonly iterations: readonly (readonly number[])[];
}

const WIDTH = 960;
const RIGHT = 64;
const TOP = 104;
const BOTTOM = 46;
const ROW_HEIGHT = 15;

const KINDS = {
  removal: {
    quantity: (row: string) =>
      row === "layer"
        ? "probability of keeping the layer"
        : "probability of keep",
    ends: ["0 remove", "1 keep"],
  },
  shrinkage: { quantity: () => "expected shrink ratio", ends: ["0", "1"] },
  joint: {
    quantity: () => "expected share that is left",
    ends: ["0 remove", "1 keep"],
  },
} as const;

/**
 * How a policy's decisions developed, as an SVG file: a heatmap with a row for
 * each layer or group of layers it decides about and a column for each
 * iteration, dark for "remove" and bright for "keep". The last iteration's values
 * stand at the right.
 *
 * @example
 * ```ts
 * import { keepFigure } from "./keep_figure.ts";
 *
 * const svg = keepFigure({
 *   title: "Removal policy",
 *   kind: "removal",
 *   labels: ["0 conv3 8", "1 batch norm", "2 ReLU"],
 *   free: [false, true, true],
 *   iterations: [[1, 0.5, 0.5], [1, 0.6, 0.4]],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If labels, free and the iterations' values are not of one
 * length, two labels are the same, or a value is out of range.
 */
export function keepFigure(options: KeepFigureOptions): string {
  const { title, kind, row = "layer", labels, free, iterations } = options;
  checkKeepFigure({ row, labels, free, iterations });
  const { ends } = KINDS[kind];
  const quantity = KINDS[kind].quantity(row);
  const rows = labels.flatMap((label, index) =>
    free[index] ? [{ label, index }] : []
  );
  // Labels are about 0.6 of their size wide a letter in the widest of the fonts.
  const longest = Math.max(12, ...rows.map(({ label }) => label.length));
  const left = Math.min(WIDTH / 2, Math.ceil(longest * 11 * 0.6) + 16);
  const height = TOP + Math.max(1, rows.length) * ROW_HEIGHT + BOTTOM;
  const counts = `${formatCount(rows.length)} of ${
    formatCount(labels.length)
  } ${row}s; the policy does not decide about the others`;
  const page = createPage({
    width: WIDTH,
    height,
    title,
    description:
      `A heatmap of the ${quantity} by ${row} and iteration, ${counts}.`,
  });
  page.heading(title);
  page.add(
    "text",
    { "x": 16, "y": 50, "font-size": 12, "fill": "#555555" },
    counts,
  );
  drawScale(page, { x: WIDTH - RIGHT - 200, y: 41, label: quantity, ends });

  const x = iterationAxis(iterations.length, 20);
  const names = rows.map(({ label }) => label);
  const plot = Plot.plot({
    document: page.document as never,
    width: WIDTH,
    height: height - TOP + 20,
    marginLeft: left,
    marginRight: RIGHT,
    marginTop: 20,
    marginBottom: BOTTOM,
    x: { domain: [...x.domain], axis: null },
    y: { type: "band", domain: names, padding: 0, round: false, axis: null },
    marks: [
      Plot.axisX(x.ticks, {
        label: null,
        tickFormat: x.format,
        fontSize: 11,
        tickSize: 4,
      }),
      Plot.axisY(names, {
        label: null,
        fontSize: 11,
        tickSize: 0,
        tickPadding: 6,
      }),
      Plot.axisY(names, {
        anchor: "right",
        label: null,
        fontSize: 11,
        tickSize: 0,
        tickPadding: 6,
        tickFormat: (_: string, i: number) =>
          lastValue(iterations.at(-1)?.[rows[i]!.index]),
      }),
    ],
  });
  drawHeatmap(page, {
    x: left,
    y: TOP,
    width: WIDTH - left - RIGHT,
    rowHeight: ROW_HEIGHT,
    rows: rows.map(({ index }) => iterations.map((values) => values[index]!)),
  });
  page.place(plot, 0, TOP - 20);
  if (iterations.length === 0 || rows.length === 0) {
    page.add("text", {
      "x": (left + WIDTH - RIGHT) / 2,
      "y": TOP + 12,
      "text-anchor": "middle",
      "fill": "#555555",
    }, rows.length === 0 ? `no free ${row}` : "no iteration yet");
  }
  const small = { "font-size": 12, "font-weight": 600 };
  page.add(
    "text",
    { "x": left - 6, "y": TOP - 10, "text-anchor": "end", ...small },
    row,
  );
  page.add(
    "text",
    { "x": WIDTH - RIGHT + 6, "y": TOP - 10, ...small },
    "last",
  );
  page.add("text", {
    "x": (left + WIDTH - RIGHT) / 2,
    "y": height - 10,
    "font-size": 11,
    "text-anchor": "middle",
  }, "iteration");
  return page.svg();
}

function lastValue(value: number | undefined): string {
  return value === undefined ? "" : toDecimal(value, { decimals: 2 });
}
