import * as Plot from "@observablehq/plot";
import { type Axis, linearAxis } from "./_axis.ts";
import { COURSE_STYLES, type CourseStyle } from "./_course_styles.ts";
import { createPage, type Page } from "./_page.ts";
import { formatCount, formatNumber } from "./format.ts";

/** One point of a course. */
export interface CoursePoint {
  /** Across. */
  readonly x: number;
  /** Up: a mean over runs. */
  readonly y: number;
  /** Where the mean is believed to lie, [low, high]; absent for a single run. */
  readonly interval?: readonly [low: number, high: number];
}

/** How a quantity goes on, as a mean over runs. */
export interface Course {
  /** Beside its line or in the legend. */
  readonly name: string;
  /** With rising x, all finite; may be none. */
  readonly points: readonly CoursePoint[];
}

/** What {@link courseFigure} shows. */
export interface CourseFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What x is, with its unit. */
  readonly x: string;
  /** What y is, with its unit. */
  readonly y: string;
  /** At least one, at most as many as there are colours: eight. */
  readonly courses: readonly Course[];
  /** A value to compare with, such as one that none can pass: a line across. */
  readonly bound?: { readonly name: string; readonly y: number };
  /**
   * Where names stand: in a legend, as they do unless said, or at the ends of the
   * lines.
   */
  readonly names?: "legend" | "ends";
  /**
   * Between its points a course is flat, where what it shows changes at them alone,
   * or a straight line. Default "steps".
   */
  readonly between?: "steps" | "lines";
}

const WIDTH = 860;
const HEIGHT = 520;
const LEGEND_WIDTH = 150;
const MARGINS = { left: 70, right: 20, top: 14, bottom: 48 } as const;
const TOP = 44;
const LEGEND_STEP = 22;
/** Least distance of names at the ends of lines. */
const LABEL_STEP = 16;

const GRID = "#e4e4e4";
const BOUND = { stroke: "#222222", strokeDasharray: "2 3" } as const;

/**
 * How several things go on, as an SVG file: a line each, with a band where its mean
 * is believed to lie. A course is flat between its points: what it shows changes at
 * them.
 *
 * @example
 * ```ts
 * import { courseFigure } from "./course_figure.ts";
 *
 * const svg = courseFigure({
 *   title: "Searches",
 *   x: "students proposed",
 *   y: "best reward found",
 *   courses: [{
 *     name: "random",
 *     points: [{ x: 6, y: 0.8, interval: [0.7, 0.9] }, { x: 12, y: 0.85 }],
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no course, or there are more than colours.
 */
export function courseFigure(options: CourseFigureOptions): string {
  const { title, courses, bound } = options;
  if (courses.length < 1 || courses.length > COURSE_STYLES.length) {
    throw new RangeError(
      `Cannot draw courses: their number is ${courses.length}, expected 1 to ${COURSE_STYLES.length}`,
    );
  }
  const page = createPage({
    width: WIDTH,
    height: HEIGHT,
    title,
    description: `${options.y} against ${options.x}. ${describe(options)}`,
  });
  page.heading(title);
  page.place(plotOf(page, options), 0, TOP);
  drawNames(page, options);
  if (options.names === "ends") {
    drawEnds(page, options);
    return page.svg();
  }
  const entries = courses.map(({ name }, i) =>
    [name, COURSE_STYLES[i]!] as const
  );
  for (const [i, [name, style]] of entries.entries()) {
    drawEntry(page, { name, style, place: i });
  }
  if (bound !== undefined) {
    const style = { stroke: BOUND.stroke, dashes: BOUND.strokeDasharray };
    drawEntry(page, { name: bound.name, style, place: entries.length });
  }
  return page.svg();
}

/** Both axes, so that all is visible. */
function axesOf(
  { courses, bound }: CourseFigureOptions,
): { readonly x: Axis; readonly y: Axis } {
  const points = courses.flatMap((course) => course.points);
  return {
    x: linearAxis(points.map((point) => point.x), {
      least: 1,
      otherwise: [0, 1],
    }),
    y: linearAxis(
      points.flatMap((point) => [point.y, ...point.interval ?? []])
        .concat(bound?.y ?? []),
      { least: 0.001, otherwise: [0, 1] },
    ),
  };
}

function plotOf(page: Page, options: CourseFigureOptions): unknown {
  const { courses, bound, between = "steps" } = options;
  const curve = between === "steps" ? "step-after" : "linear";
  const { x, y } = axesOf(options);
  const font = { label: null, fontSize: 11, tickSize: 4 } as const;
  return Plot.plot({
    document: page.document as never,
    width: WIDTH - LEGEND_WIDTH,
    height: HEIGHT - TOP,
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
      ...(bound === undefined ? [] : [Plot.ruleY([bound.y], BOUND)]),
      ...courses.map((course, i) => band(course, COURSE_STYLES[i]!, curve)),
      // Above all bands, the first on top: the others are compared with it.
      ...courses.map((course, i) => line(course, COURSE_STYLES[i]!, curve))
        .toReversed(),
    ],
  });
}

function band(
  { points }: Course,
  { stroke }: CourseStyle,
  curve: Plot.CurveName,
): Plot.Markish {
  return Plot.areaY(points.filter(({ interval }) => interval !== undefined), {
    x: "x",
    y1: (point: CoursePoint) => point.interval![0],
    y2: (point: CoursePoint) => point.interval![1],
    fill: stroke,
    fillOpacity: 0.1,
    curve,
  });
}

function line(
  { points }: Course,
  style: CourseStyle,
  curve: Plot.CurveName,
): Plot.Markish {
  return Plot.line(points, {
    x: "x",
    y: "y",
    stroke: style.stroke,
    strokeWidth: 2,
    ...(style.dashes === undefined ? {} : { strokeDasharray: style.dashes }),
    curve,
  });
}

function drawNames(page: Page, { x, y }: CourseFigureOptions): void {
  page.add("text", {
    "x": (MARGINS.left + WIDTH - LEGEND_WIDTH - MARGINS.right) / 2,
    "y": HEIGHT - 12,
    "text-anchor": "middle",
  }, x);
  const middle = TOP + (MARGINS.top + HEIGHT - TOP - MARGINS.bottom) / 2;
  page.add("text", {
    "transform": `translate(20,${middle}) rotate(-90)`,
    "text-anchor": "middle",
  }, y);
}

function drawEntry(page: Page, { name, style, place }: {
  readonly name: string;
  readonly style: CourseStyle;
  readonly place: number;
}): void {
  const x = WIDTH - LEGEND_WIDTH;
  const y = TOP + MARGINS.top + 8 + place * LEGEND_STEP;
  page.add("line", {
    "x1": x,
    "x2": x + 28,
    "y1": y,
    "y2": y,
    "stroke": style.stroke,
    "stroke-width": 2.5,
    ...(style.dashes === undefined ? {} : { "stroke-dasharray": style.dashes }),
  });
  page.add("text", { x: x + 36, y: y + 4 }, name);
}

/**
 * Each name beside the end of its line, in the line's colour, with a thin line to it
 * where others are in the way or the course ends early.
 */
function drawEnds(page: Page, options: CourseFigureOptions): void {
  const { courses, bound } = options;
  const { x, y } = axesOf(options);
  const right = WIDTH - LEGEND_WIDTH - MARGINS.right;
  const [top, bottom] = [TOP + MARGINS.top, HEIGHT - MARGINS.bottom];
  const across = scale(x, [MARGINS.left, right]);
  const up = scale(y, [bottom, top]);
  const ends = courses.flatMap(({ name, points }, i) => {
    const last = points.at(-1);
    return last === undefined ? [] : [{
      name,
      colour: COURSE_STYLES[i]!.stroke,
      x: across(last.x),
      y: up(last.y),
    }];
  }).concat(
    bound === undefined
      ? []
      : { name: bound.name, colour: BOUND.stroke, x: right, y: up(bound.y) },
  ).toSorted((a, b) => a.y - b.y);
  const places = spread(ends.map((end) => end.y), { top, bottom });
  for (const [i, end] of ends.entries()) {
    page.add("path", {
      "d": `M${end.x},${end.y}L${right},${end.y}L${right + 12},${places[i]!}`,
      "fill": "none",
      "stroke": end.colour,
      "stroke-width": 0.75,
    });
    page.add("text", {
      "x": right + 15,
      "y": places[i]! + 4,
      "fill": end.colour,
    }, end.name);
  }
}

function scale(
  { domain: [low, high] }: Axis,
  [from, to]: readonly [number, number],
): (value: number) => number {
  return (value) => from + (value - low) / (high - low) * (to - from);
}

/** Places, rising, at least a line of text apart and as near to those wanted as that allows. */
function spread(
  wanted: readonly number[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): readonly number[] {
  const down: number[] = [];
  for (const place of wanted) {
    down.push(Math.max(place, (down.at(-1) ?? -Infinity) + LABEL_STEP, top));
  }
  // Those that were pushed out of the plot come back, and others make room.
  let most = bottom;
  return down.toReversed().map((place) => {
    const settled = Math.min(place, most);
    most = settled - LABEL_STEP;
    return settled;
  }).toReversed();
}

/** Where each course ends, in words. */
function describe({ courses }: CourseFigureOptions): string {
  return courses.map(({ name, points }) => {
    const last = points.at(-1);
    return last === undefined
      ? `${name}: nothing.`
      : `${name}: ${formatNumber(last.y)} at ${formatCount(last.x)}.`;
  }).join(" ");
}
