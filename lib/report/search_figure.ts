import { createPage, type Page } from "./_page.ts";
import { allValues, rejections, series } from "./_search_data.ts";
import { drawSearchLegend } from "./_search_legend.ts";
import { drawPanel } from "./_search_panel.ts";
import { counts, panelRows } from "./_search_rows.ts";
import { PANEL_MARGINS } from "./_search_style.ts";
import { formatAccuracy } from "./format.ts";

/** One student proposed by a policy. Numbers that are not finite are not drawn. */
export interface ProposedStudent {
  /** Its reward; -1 if it was rejected. */
  readonly reward: number;
  /** Validation accuracy in [0, 1]; absent if it was not trained. */
  readonly accuracy?: number;
  /** Parameters; absent if it was not trained. */
  readonly parameters?: number;
  /** Whether it was no valid student, default false. */
  readonly rejected?: boolean;
}

/** One stage of a search: for each iteration its rollouts. */
export interface SearchStage {
  /** Rollouts by iteration; iterations may have different numbers of them. */
  readonly iterations: readonly (readonly ProposedStudent[])[];
}

/** What {@link searchFigure} shows. */
export interface SearchFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** The network that both stages are measured against. */
  readonly teacher: {
    /** Its parameters: what compressions are relative to. */
    readonly parameters: number;
    /** Its validation accuracy in [0, 1], drawn as a line if given. */
    readonly accuracy?: number;
  };
  /** Stage 1, layer removal. */
  readonly stage1: SearchStage;
  /** Stage 2, layer shrinkage; left out if it was not run. */
  readonly stage2?: SearchStage;
}

const COLUMN_WIDTH = 480;
const PANEL_HEIGHT = 210;
const HEADER_HEIGHT = 116;

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
 *   stage1: {
 *     iterations: [[{ reward: 0.9, accuracy: 0.99, parameters: 1_000_000 }]],
 *   },
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 */
export function searchFigure(options: SearchFigureOptions): string {
  const { title, teacher, stage1, stage2 } = options;
  const stages = [
    { name: "Stage 1: layer removal", iterations: stage1.iterations },
    ...(stage2 === undefined ? [] : [
      { name: "Stage 2: layer shrinkage", iterations: stage2.iterations },
    ]),
  ];
  const rows = panelRows(teacher);
  const page = createPage({
    // The legend needs the width of two columns.
    width: 2 * COLUMN_WIDTH,
    height: HEADER_HEIGHT + rows.length * PANEL_HEIGHT + 18,
    title,
    description: `${
      rows.map((row) => row.label).join(", ")
    } against the iteration. ${
      stages.map(({ name, iterations }) => `${name}: ${counts(iterations)}.`)
        .join(" ")
    }`,
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

  const width = stages.length === 1 ? 2 * COLUMN_WIDTH : COLUMN_WIDTH;
  const columns = stages.map((stage, j) => ({ ...stage, x: j * width }));
  for (const column of columns) drawHeading(page, column);
  for (const [i, row] of rows.entries()) {
    const found = columns.map((column) =>
      series(column.iterations, row.quantity)
    );
    for (const [j, column] of columns.entries()) {
      // A scale for each panel: stage 2 moves in the third digit of what stage
      // 1 spans in the first.
      const values = [...allValues(found[j]!)];
      // Without a student the teacher alone must not set the axis.
      if (values.length > 0 && row.teacher !== undefined) {
        values.push(row.teacher);
      }
      const axis = row.axis(values);
      const place = { x: column.x, y: HEADER_HEIGHT + i * PANEL_HEIGHT };
      drawPanel(page, {
        ...row,
        place,
        width,
        height: PANEL_HEIGHT,
        axis,
        iterations: column.iterations.length,
        series: found[j]!,
        rejections: anyRejected && i === 0
          ? rejections(column.iterations)
          : undefined,
      });
      page.add("text", {
        "x": column.x + (PANEL_MARGINS.left + width - PANEL_MARGINS.right) / 2,
        "y": place.y + PANEL_HEIGHT - 6,
        "font-size": 11,
        "text-anchor": "middle",
      }, "iteration");
    }
  }
  return page.svg();
}

function drawHeading(page: Page, column: {
  readonly name: string;
  readonly iterations: SearchStage["iterations"];
  readonly x: number;
}): void {
  const x = column.x + 16;
  page.add(
    "text",
    { x, "y": 84, "font-size": 14, "font-weight": 700 },
    column.name,
  );
  page.add(
    "text",
    { x, "y": 101, "font-size": 11.5, "fill": "#555555" },
    counts(column.iterations),
  );
}
