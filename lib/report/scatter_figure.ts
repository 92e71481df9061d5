import { type Axis, linearAxis } from "./_axis.ts";
import { createPage, type Page } from "./_page.ts";
import { DOT_STYLES, drawScatter, type ScatterDot } from "./_scatter.ts";

export type { ScatterDot };

/** One quantity against another. */
export interface ScatterPanel {
  /** What the panel is of. */
  readonly title: string;
  /** A line below the title. */
  readonly note: string;
  /** Its dots; those that are not finite are not drawn. */
  readonly dots: readonly ScatterDot[];
}

/** What {@link scatterFigure} shows. */
export interface ScatterFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What x is, with its unit. */
  readonly x: string;
  /** What y is, with its unit. */
  readonly y: string;
  /** What the two kinds of dots are, for the legend. */
  readonly kinds: { readonly marked: string; readonly other: string };
  /** At least one. */
  readonly panels: readonly ScatterPanel[];
}

const MOST_COLUMNS = 3;
const PANEL_WIDTH = 320;
const PANEL_HEIGHT = 300;
const HEADER_HEIGHT = 72;

/** Room of an entry of the legend, in pixels: the names are short. */
const ENTRY_WIDTH = 230;

/**
 * Small multiples as an SVG file: in every panel y against an x of its own. All
 * panels share the scale of y, so that what is in several of them lies at one
 * height; the scale of x is the panel's, since what counts is the order in it.
 *
 * @example
 * ```ts
 * import { scatterFigure } from "./scatter_figure.ts";
 *
 * const svg = scatterFigure({
 *   title: "Scores of students",
 *   x: "accuracy of the proxy (%)",
 *   y: "true accuracy (%)",
 *   kinds: { marked: "better half", other: "other half" },
 *   panels: [{
 *     title: "one epoch",
 *     note: "12,000 images",
 *     dots: [
 *       { x: 40, y: 90, isMarked: true },
 *       { x: 20, y: 80, isMarked: false },
 *     ],
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no panel.
 */
export function scatterFigure(options: ScatterFigureOptions): string {
  const { title, panels } = options;
  if (panels.length === 0) {
    throw new RangeError(
      "Cannot draw a scatter: the number of panels is 0, expected at least 1",
    );
  }
  const columns = Math.min(MOST_COLUMNS, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const page = createPage({
    // The legend needs the width of two columns.
    width: Math.max(2, columns) * PANEL_WIDTH,
    height: HEADER_HEIGHT + rows * PANEL_HEIGHT,
    title,
    description: `${options.y} against ${options.x}. ${
      panels.map((panel) => `${panel.title}: ${panel.note}.`).join(" ")
    }`,
  });
  page.heading(title);
  drawLegend(page, options.kinds);
  const finite = panels.map(({ dots }) =>
    dots.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  );
  const y = axisOf(finite.flat().map((dot) => dot.y));
  for (const [i, { title, note }] of panels.entries()) {
    const dots = finite[i]!;
    drawScatter(page, {
      left: (i % columns) * PANEL_WIDTH,
      top: HEADER_HEIGHT + Math.floor(i / columns) * PANEL_HEIGHT,
      width: PANEL_WIDTH,
      height: PANEL_HEIGHT,
      title,
      note,
      dots,
      axes: { x: axisOf(dots.map((dot) => dot.x)), y },
      names: options,
    });
  }
  return page.svg();
}

function axisOf(values: readonly number[]): Axis {
  return linearAxis(values, { least: 0.01, otherwise: [0, 100] });
}

function drawLegend(
  page: Page,
  { marked, other }: ScatterFigureOptions["kinds"],
): void {
  const y = 52;
  for (
    const [i, [label, style]] of ([
      [marked, DOT_STYLES.marked],
      [other, DOT_STYLES.other],
    ] as const).entries()
  ) {
    const x = 20 + i * ENTRY_WIDTH;
    page.add("circle", { cx: x, cy: y, ...style });
    page.add("text", { x: x + 10, y: y + 4 }, label);
  }
}
