import * as Plot from "@observablehq/plot";
import type { Page } from "./_page.ts";

/**
 * Colours of a scale. Finer steps cannot be seen, and with these the cells that
 * look alike are drawn as one shape, which keeps files small.
 */
const COLOUR_STEPS = 50;

/**
 * Viridis: ordered for any colour vision and in print, and evenly spaced to the
 * eye (van der Walt and Smith, 2015).
 */
const COLOURS = Array.from({ length: COLOUR_STEPS }, (_, i) => {
  const { apply } = Plot.scale({
    color: { type: "linear", domain: [0, 1], scheme: "viridis" },
  });
  return apply(i / (COLOUR_STEPS - 1)) as string;
});

/** The colour of a value in [0, 1], as an index. */
function colourIndex(value: number): number {
  return Math.min(COLOUR_STEPS - 1, Math.floor(value * COLOUR_STEPS));
}

/** Draws cells; rows from the top, columns of equal width. NaN stays white. */
export function drawHeatmap(page: Page, options: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly rowHeight: number;
  readonly rows: readonly (readonly number[])[];
}): void {
  const { rows, rowHeight } = options;
  const paths: string[][] = COLOURS.map(() => []);
  for (const [i, row] of rows.entries()) {
    // A cell's edges are rounded, not its width, so that cells always meet.
    const edge = (column: number): number =>
      Math.round(options.x + column / row.length * options.width);
    const y = options.y + i * rowHeight;
    for (let from = 0, to = 0; from < row.length; from = to) {
      const colour = colourIndex(row[from]!);
      do to++; while (to < row.length && colourIndex(row[to]!) === colour);
      paths[colour]?.push(
        `M${edge(from)},${y}H${edge(to)}v${rowHeight}H${edge(from)}z`,
      );
    }
  }
  for (const [colour, path] of paths.entries()) {
    if (path.length === 0) continue;
    page.add("path", {
      "d": path.join(""),
      "fill": COLOURS[colour]!,
      "shape-rendering": "crispEdges",
    });
  }
  // White lines between layers make the rows easy to follow to their labels.
  page.add("path", {
    "d": rows.map((_, i) =>
      `M${options.x},${options.y + i * rowHeight}h${options.width}`
    ).join(""),
    "stroke": "#ffffff",
    "shape-rendering": "crispEdges",
  });
}

/** Draws the colour scale of values in [0, 1] 200 px wide, its label at the left. */
export function drawScale(page: Page, options: {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly ends: readonly [low: string, high: string];
}): void {
  const { x, y, label, ends } = options;
  const step = 200 / COLOUR_STEPS;
  for (const [i, fill] of COLOURS.entries()) {
    page.add("rect", {
      "x": x + i * step,
      y,
      "width": step,
      "height": 10,
      fill,
      "shape-rendering": "crispEdges",
    });
  }
  page.add(
    "text",
    { "x": x - 10, "y": y + 9, "font-size": 12, "text-anchor": "end" },
    label,
  );
  const ticks = [[0, ends[0]], [0.5, "0.5"], [1, ends[1]]] as const;
  for (const [value, text] of ticks) {
    page.add("text", {
      "x": x + value * 200,
      "y": y + 23,
      "font-size": 11,
      "text-anchor": "middle",
    }, text);
  }
}
