import { createPage, fittingSize, type Page } from "../_page.ts";
import { formatAccuracy } from "../format.ts";
import { drawSearchLegend } from "./_legend.ts";
import { drawPanel } from "./_panel.ts";
import { panelRows, type Row, type SearchTeacher } from "./_rows.ts";
import { counts, type Iterations, rejections, series } from "./_series.ts";
import { PANEL_MARGINS } from "./_style.ts";

export type { SearchTeacher } from "./_rows.ts";
export type { Iterations, ProposedStudent } from "./_series.ts";

/** One stage of a search: for each iteration its rollouts. */
export interface SearchStage {
  /** Heading of its column, for example "Stage 1: layer removal". */
  readonly title: string;
  /** The rollouts of each iteration. */
  readonly iterations: Iterations;
}

/** What {@link searchFigure} shows. */
export interface SearchFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** The network that all stages are measured against. */
  readonly teacher: SearchTeacher;
  /** At least one stage, in the order in which they were run. */
  readonly stages: readonly SearchStage[];
}

const COLUMN_WIDTH = 480;
const PANEL_HEIGHT = 210;
const HEADER_HEIGHT = 116;

/** A stage with its place on the page, in pixels. */
interface Column extends SearchStage {
  readonly x: number;
  readonly width: number;
}

/**
 * The course of a search as an SVG file: reward, accuracy and compression of
 * every trained student against the iteration, a column for each stage. The lines
 * are the mean of each iteration's trained students and, in all three rows, the
 * student with the best reward so far. Bars below the reward show the part of an
 * iteration that was rejected. Every panel has a scale of its own.
 *
 * @example
 * ```ts
 * import { searchFigure } from "./search_figure.ts";
 *
 * const svg = searchFigure({
 *   title: "VGG-13 on MNIST",
 *   teacher: { parameters: 9_414_858, accuracy: 0.9954 },
 *   stages: [{
 *     title: "Stage 1: layer removal",
 *     iterations: [[{ reward: 0.9, accuracy: 0.99, parameters: 1_000_000 }]],
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no stage.
 */
export function searchFigure(options: SearchFigureOptions): string {
  const { title, teacher, stages } = options;
  if (stages.length === 0) {
    throw new RangeError(
      "Cannot draw a search: the number of stages is 0, expected at least 1",
    );
  }
  const rows = panelRows(teacher);
  // The legend needs the width of two columns.
  const pageWidth = Math.max(2, stages.length) * COLUMN_WIDTH;
  const page = createPage({
    width: pageWidth,
    height: HEADER_HEIGHT + rows.length * PANEL_HEIGHT + 18,
    title,
    description: describe(rows, stages),
  });
  const anyRejected = stages.some(({ iterations }) =>
    rejections(iterations).length > 0
  );
  page.heading(title);
  drawSearchLegend(page, {
    x: 16,
    y: 52,
    rejections: anyRejected,
    teacher: teacher.accuracy === undefined
      ? undefined
      : `teacher (${formatAccuracy(teacher.accuracy)} %)`,
  });
  const width = pageWidth / stages.length;
  const columns = stages.map((stage, j) => ({ ...stage, x: j * width, width }));
  for (const column of columns) drawHeading(page, column);
  for (const [i, row] of rows.entries()) {
    const y = HEADER_HEIGHT + i * PANEL_HEIGHT;
    const hasStrip = anyRejected && i === 0;
    for (const column of columns) drawCell(page, { row, column, y, hasStrip });
  }
  return page.svg();
}

/** What the figure shows, in words. */
function describe(
  rows: readonly Row[],
  stages: readonly SearchStage[],
): string {
  const quantities = rows.map(({ label }) => label).join(", ");
  const courses = stages.map(({ title, iterations }) =>
    `${title}: ${counts(iterations)}.`
  );
  return `${quantities} against the iteration. ${courses.join(" ")}`;
}

function drawHeading(page: Page, column: Column): void {
  const { title, width, iterations } = column;
  const x = column.x + 16;
  const size = fittingSize(title, { width: width - 32, most: 14 });
  page.add(
    "text",
    { x, "y": 84, "font-size": size, "font-weight": 700 },
    title,
  );
  page.add(
    "text",
    { x, "y": 101, "font-size": 11.5, "fill": "#555555" },
    counts(iterations),
  );
}

/** Draws the panel of a stage's quantity and the name of its x axis. */
function drawCell(page: Page, { row, column, y, hasStrip }: {
  readonly row: Row;
  readonly column: Column;
  readonly y: number;
  readonly hasStrip: boolean;
}): void {
  const { iterations, x, width } = column;
  const found = series(iterations, row.quantity);
  // A scale for each panel: a late stage moves in the third digit of what the
  // first spans in the first. Means and best lie among or between the students.
  const values = found.students.map((point) => point.y);
  // Without a student the teacher alone must not set the axis.
  if (values.length > 0 && row.teacher !== undefined) values.push(row.teacher);
  drawPanel(page, {
    frame: { x, y, width, height: PANEL_HEIGHT },
    row,
    axis: row.axis(values),
    iterations: iterations.length,
    series: found,
    rejections: hasStrip ? rejections(iterations) : undefined,
  });
  page.add("text", {
    "x": x + (PANEL_MARGINS.left + width - PANEL_MARGINS.right) / 2,
    "y": y + PANEL_HEIGHT - 6,
    "font-size": 11,
    "text-anchor": "middle",
  }, "iteration");
}
