import * as Plot from "@observablehq/plot";
import { linearAxis } from "./_axis.ts";
import { COURSE_STYLES, type CourseStyle } from "./_course_styles.ts";
import { createPage, type Page } from "./_page.ts";
import type { Course, CoursePoint } from "./course_figure.ts";

/** Some courses beside each other. */
export interface CoursePanel {
  /** What the panel is of. */
  readonly title: string;
  /** Each with a name of {@link CoursePanelsOptions.names}. */
  readonly courses: readonly Course[];
}

/** What {@link coursePanels} shows. */
export interface CoursePanelsOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What x is, with its unit. */
  readonly x: string;
  /** What y is, with its unit. */
  readonly y: string;
  /** Values of y that are shown whatever the courses are; default none. */
  readonly bounds?: readonly [low: number, high: number];
  /** Names of all courses, at least one, at most eight: each has one look in all panels. */
  readonly names: readonly string[];
  /** At least one. */
  readonly panels: readonly CoursePanel[];
  /** Where something begins, drawn as lines upright with a word each. */
  readonly marks?: readonly { readonly name: string; readonly x: number }[];
}

const COLUMNS = 3;
const PANEL = { width: 300, height: 240 } as const;
const MARGINS = { left: 46, right: 12, top: 34, bottom: 30 } as const;
const TOP = 70;
const BOTTOM = 26;
const LEFT = 22;
const ENTRY_WIDTH = 150;
const GRID = "#e4e4e4";

/**
 * Small multiples as an SVG file: in every panel some courses, all on the same
 * scales, a name in one colour and dash everywhere. Bands are where the means are
 * believed to lie.
 *
 * @example
 * ```ts
 * import { coursePanels } from "./course_panels.ts";
 *
 * const svg = coursePanels({
 *   title: "Students that keep to a limit",
 *   x: "iteration",
 *   y: "share of proposals (%)",
 *   names: ["soft", "hard"],
 *   panels: [{
 *     title: "parameters",
 *     courses: [{ name: "soft", points: [{ x: 1, y: 20 }, { x: 2, y: 40 }] }],
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no panel, there are no names or more than
 * colours, or a course has a name of its own.
 */
export function coursePanels(options: CoursePanelsOptions): string {
  check(options);
  const { title, x, y, names, panels, bounds = [] } = options;
  const columns = Math.min(COLUMNS, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const width = LEFT + Math.max(2, columns) * PANEL.width;
  const height = TOP + rows * PANEL.height + BOTTOM;
  const page = createPage({
    width,
    height,
    title,
    description: `${y} against ${x}. ${panels.map(describe).join(" ")}`,
  });
  page.heading(title);
  for (const [i, name] of names.entries()) drawEntry(page, name, i);
  const points = panels.flatMap(({ courses }) =>
    courses.flatMap((course) => course.points)
  );
  const axes = {
    x: linearAxis(points.map((point) => point.x), {
      least: 1,
      otherwise: [0, 1],
    }),
    y: linearAxis(
      [
        ...bounds,
        ...points.flatMap((point) => [point.y, ...point.interval ?? []]),
      ],
      { least: 0.001, otherwise: [0, 1] },
    ),
  };
  for (const [i, panel] of panels.entries()) {
    const left = LEFT + (i % columns) * PANEL.width;
    const top = TOP + Math.floor(i / columns) * PANEL.height;
    page.place(plotOf(page, { panel, options, axes }), left, top);
    page.add("text", {
      "x": left + MARGINS.left,
      "y": top + 14,
      "font-weight": 700,
    }, panel.title);
  }
  page.add("text", {
    "x": width / 2,
    "y": height - 10,
    "text-anchor": "middle",
  }, x);
  const middle = TOP + rows * PANEL.height / 2;
  page.add("text", {
    "transform": `translate(18,${middle}) rotate(-90)`,
    "text-anchor": "middle",
  }, y);
  return page.svg();
}

function check({ names, panels }: CoursePanelsOptions): void {
  if (names.length < 1 || names.length > COURSE_STYLES.length) {
    throw new RangeError(
      `Cannot draw panels: the number of names is ${names.length}, expected 1 to ${COURSE_STYLES.length}`,
    );
  }
  if (panels.length === 0) {
    throw new RangeError(
      "Cannot draw panels: their number is 0, expected at least 1",
    );
  }
  const stranger = panels.flatMap(({ courses }) => courses)
    .find(({ name }) => !names.includes(name));
  if (stranger === undefined) return;
  throw new RangeError(
    `Cannot draw panels: a course is named "${stranger.name}", expected one of ${
      names.join(", ")
    }`,
  );
}

function plotOf(page: Page, { panel, options, axes: { x, y } }: {
  readonly panel: CoursePanel;
  readonly options: CoursePanelsOptions;
  readonly axes: Readonly<Record<"x" | "y", ReturnType<typeof linearAxis>>>;
}): unknown {
  const font = { label: null, fontSize: 10, tickSize: 3 } as const;
  const { names, marks = [] } = options;
  const styled = panel.courses.map((course) =>
    [course.points, COURSE_STYLES[names.indexOf(course.name)]!] as const
  );
  return Plot.plot({
    document: page.document as never,
    width: PANEL.width,
    height: PANEL.height,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { domain: [...x.domain], axis: null },
    y: { domain: [...y.domain], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.axisX(x.ticks, { tickFormat: x.format, ...font }),
      Plot.axisY(y.ticks, { tickFormat: y.format, ...font }),
      Plot.ruleX(marks, { x: "x", stroke: "#222222", strokeDasharray: "2 3" }),
      Plot.text(marks, {
        x: "x",
        text: "name",
        frameAnchor: "top",
        dy: -9,
        fontSize: 10,
        fill: "#222222",
        textAnchor: "middle",
      }),
      ...styled.map(([points, { stroke }]) => band(points, stroke)),
      ...styled.map(([points, style]) => line(points, style)).toReversed(),
      ...styled.map(([points, { stroke }]) =>
        // Not as markers of the line: these are numbered over all figures.
        Plot.dot(points, { x: "x", y: "y", r: 2.5, fill: stroke })
      ).toReversed(),
    ],
  });
}

function band(points: readonly CoursePoint[], fill: string): Plot.Markish {
  return Plot.areaY(points.filter(({ interval }) => interval !== undefined), {
    x: "x",
    y1: (point: CoursePoint) => point.interval![0],
    y2: (point: CoursePoint) => point.interval![1],
    fill,
    fillOpacity: 0.12,
  });
}

function line(
  points: readonly CoursePoint[],
  { stroke, dashes }: CourseStyle,
): Plot.Markish {
  return Plot.line(points, {
    x: "x",
    y: "y",
    stroke,
    strokeWidth: 2,
    ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
  });
}

function drawEntry(page: Page, name: string, place: number): void {
  const { stroke, dashes } = COURSE_STYLES[place]!;
  const x = 20 + place * ENTRY_WIDTH;
  page.add("line", {
    "x1": x,
    "x2": x + 28,
    "y1": 50,
    "y2": 50,
    "stroke": stroke,
    "stroke-width": 2.5,
    ...(dashes === undefined ? {} : { "stroke-dasharray": dashes }),
  });
  page.add("text", { x: x + 34, y: 54 }, name);
}

/** Where each course ends, in words. */
function describe({ title, courses }: CoursePanel): string {
  const ends = courses.flatMap(({ name, points }) => {
    const last = points.at(-1);
    return last === undefined ? [] : `${name} ${last.y.toFixed(1)}`;
  });
  return `${title}: ${ends.length === 0 ? "nothing" : ends.join(", ")}.`;
}
