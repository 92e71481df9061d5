import * as Plot from "@observablehq/plot";
import { type Axis, linearAxis, ratioAxis } from "./_axis.ts";
import { type Box, placeLabels, type Side } from "./_label_places.ts";
import { createPage, type Page } from "./_page.ts";
import { CURVE_STYLES, studentStyle } from "./_pareto_styles.ts";
import { formatAccuracy, formatShortCount } from "./format.ts";

/** A network, or the mean of some, in a Pareto picture. */
export interface ParetoNetwork {
  /** Trainable parameters, > 0. */
  readonly parameters: number;
  /** Multiply-accumulates of one image, > 0. */
  readonly macs: number;
  /** Test accuracy in [0, 1]. */
  readonly accuracy: number;
  /** Where the mean is believed to lie; absent for a single network. */
  readonly interval?: { readonly low: number; readonly high: number };
}

/** Networks of one kind, of several sizes: a line. */
export interface ParetoCurve {
  /** What they are, in a word or two. */
  readonly name: string;
  /** Its place among all kinds that there may be, from 0: decides how it looks. */
  readonly style: number;
  /** At least one. */
  readonly networks: readonly ParetoNetwork[];
}

/** Networks that were found: a mark each. */
export interface ParetoStudents {
  /** Who found them, in a word: stands beside the last ones. */
  readonly name: string;
  /** When in the search, for what is said in words: "stage 1+2". */
  readonly when: string;
  /** Who found them, from 0: decides how they look. */
  readonly style: number;
  /** Whether they are on the way to the next ones of the same style: drawn hollow. */
  readonly isHollow: boolean;
  /** At least one. */
  readonly networks: readonly ParetoNetwork[];
}

/** A network of the paper's, of which only parameters and accuracy are known. */
export interface ParetoReference {
  /** What it is, with the mark of how its numbers are known. */
  readonly name: string;
  /** Parameters, > 0. */
  readonly parameters: number;
  /** Test accuracy in [0, 1]. */
  readonly accuracy: number;
}

/** What {@link paretoFigure} shows. */
export interface ParetoFigureOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What all others are made from. */
  readonly teacher: ParetoNetwork;
  /** Lines; may be none. */
  readonly curves: readonly ParetoCurve[];
  /** Marks; may be none. */
  readonly students: readonly ParetoStudents[];
  /** The paper's networks; may be none. */
  readonly references: readonly ParetoReference[];
}

const WIDTH = 1040;
const HEIGHT = 500;
const TOP = 84;
const PANEL_WIDTH = WIDTH / 2;
const MARGINS = { left: 66, right: 22, top: 10, bottom: 48 } as const;
const FONT_SIZE = 11.5;
const GRID = "#e4e4e4";
const TEACHER = "#222222";
const REFERENCE = "#6a6a6a";

/** Room beside the data, as a share of their span in logarithms: for names. */
const ROOM = { left: 0.2, right: 0.08 } as const;

/** A quantity that accuracy is shown against. */
interface Panel {
  readonly title: string;
  readonly of: (
    network: { readonly parameters: number; readonly macs?: number },
  ) => number | undefined;
}

const PANELS: readonly Panel[] = [
  { title: "parameters", of: ({ parameters }) => parameters },
  { title: "multiply-accumulates of one image", of: ({ macs }) => macs },
];

/**
 * Accuracy against size as an SVG file: on the left parameters, on the right
 * multiply-accumulates, both logarithmic. Simple methods are lines with the 95 %
 * intervals of their means, networks that a search found are marks, the teacher's
 * accuracy is a line across. The paper's networks stand on the left alone.
 *
 * @example
 * ```ts
 * import { paretoFigure } from "./pareto_figure.ts";
 *
 * const svg = paretoFigure({
 *   title: "VGG-13 on MNIST",
 *   teacher: { parameters: 591_162, macs: 9_630_000, accuracy: 0.9947 },
 *   curves: [{
 *     name: "pruning",
 *     style: 0,
 *     networks: [{ parameters: 60_000, macs: 1_000_000, accuracy: 0.993 }],
 *   }],
 *   students: [],
 *   references: [],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If a curve has a style that there is none of.
 */
export function paretoFigure(options: ParetoFigureOptions): string {
  const { title, curves, references } = options;
  checkStyles(curves);
  const page = createPage({
    width: WIDTH,
    height: HEIGHT,
    title,
    description: describe(options),
  });
  page.heading(title);
  page.add(
    "text",
    { "x": 16, "y": 52, "font-size": FONT_SIZE, "fill": "#555555" },
    "Lines: simple methods at fixed sizes; bars: 95 % intervals of means over seeds. Marks: a search's winners, hollow before its last stage.",
  );
  if (references.length > 0) {
    page.add(
      "text",
      { "x": 16, "y": 69, "font-size": FONT_SIZE, "fill": "#555555" },
      "Crosses: the paper's networks, from its own, wider teachers: not to be compared in size. † remembered, ‡ copied from the paper by others.",
    );
  }
  const y = accuracyAxis(options);
  for (const [i, panel] of PANELS.entries()) {
    drawPanel(page, { ...options, panel, y, left: i * PANEL_WIDTH });
  }
  return page.svg();
}

function checkStyles(curves: readonly ParetoCurve[]): void {
  const wrong = curves.find(({ style }) => CURVE_STYLES[style] === undefined);
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot draw "${wrong.name}": its style is ${wrong.style}, expected 0 to ${
      CURVE_STYLES.length - 1
    }`,
  );
}

function accuracyAxis(
  { teacher, curves, students, references }: ParetoFigureOptions,
): Axis {
  const networks = [
    teacher,
    ...[...curves, ...students].flatMap(({ networks }) => networks),
  ];
  const values = networks.flatMap(({ accuracy, interval }) =>
    interval === undefined
      ? [accuracy]
      : [interval.low, accuracy, interval.high]
  ).concat(references.map(({ accuracy }) => accuracy));
  return linearAxis(values.map((value) => 100 * value), {
    least: 0.01,
    otherwise: [0, 100],
  });
}

/** A mark with the place of its name. */
interface Mark {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

function marksOf(
  networks: readonly Partial<ParetoNetwork>[],
  { of }: Panel,
): readonly Mark[] {
  return networks.flatMap(({ parameters, macs, accuracy, interval }) => {
    const x = of({
      parameters: parameters!,
      ...(macs === undefined ? {} : { macs }),
    });
    if (x === undefined) return [];
    const y = 100 * accuracy!;
    return [{
      x,
      y,
      low: interval === undefined ? y : 100 * interval.low,
      high: interval === undefined ? y : 100 * interval.high,
    }];
  }).toSorted((a, b) => a.x - b.x);
}

/** An axis with room at its ends, whose ticks are round numbers. */
function sizeAxis(values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(Math.log(high / low), 1);
  const { ticks } = ratioAxis(values);
  const domain = [
    low * Math.exp(-ROOM.left * span),
    high * Math.exp(ROOM.right * span),
  ] as const;
  return {
    domain,
    ticks: ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]),
    format: (tick) => formatShortCount(tick).replace(/\.0+(?=\D)/, ""),
  };
}

function drawPanel(
  page: Page,
  { panel, y, left, teacher, curves, students, references }:
    & ParetoFigureOptions
    & {
      readonly panel: Panel;
      readonly y: Axis;
      readonly left: number;
    },
): void {
  const lines = curves.map((curve) => ({
    ...curve,
    look: CURVE_STYLES[curve.style]!,
    marks: marksOf(curve.networks, panel),
  }));
  const found = students.map((each) => ({
    ...each,
    look: studentStyle(each.style),
    marks: marksOf(each.networks, panel),
  }));
  const others = references.map((each) => ({
    ...each,
    marks: marksOf([each], panel),
  }));
  const own = marksOf([teacher], panel);
  const all = [...lines, ...found, ...others].flatMap(({ marks }) => marks);
  const x = sizeAxis([...own, ...all].map((mark) => mark.x));
  const font = { label: null, fontSize: 11, tickSize: 4 } as const;
  const at = { x: "x", y: "y" } as const;
  const plot = Plot.plot({
    document: page.document as never,
    width: PANEL_WIDTH,
    height: HEIGHT - TOP,
    marginLeft: MARGINS.left,
    marginRight: MARGINS.right,
    marginTop: MARGINS.top,
    marginBottom: MARGINS.bottom,
    x: { type: "log", domain: [...x.domain], axis: null },
    y: { domain: [...y.domain], axis: null },
    marks: [
      Plot.gridX(x.ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.gridY(y.ticks, { stroke: GRID, strokeOpacity: 1 }),
      // Not an axis mark: on a logarithmic scale it hides labels of its choice.
      Plot.text(x.ticks, {
        x: (tick: number) => tick,
        y: () => y.domain[0],
        text: x.format,
        dy: 14,
        fontSize: 11,
      }),
      Plot.axisY(y.ticks, { tickFormat: y.format, ...font }),
      Plot.ruleY(own, {
        y: "y",
        stroke: TEACHER,
        strokeDasharray: "5 4",
        strokeWidth: 1.25,
      }),
      Plot.dot(own, { ...at, r: 5, symbol: "square", fill: TEACHER }),
      ...lines.flatMap(({ marks, look }) => [
        Plot.line(marks, {
          ...at,
          stroke: look.stroke,
          strokeWidth: 2,
          ...(look.dashes === undefined
            ? {}
            : { strokeDasharray: look.dashes }),
        }),
        Plot.ruleX(marks.filter(({ low, high }) => low < high), {
          x: "x",
          y1: "low",
          y2: "high",
          stroke: look.stroke,
          strokeWidth: 1.25,
        }),
        Plot.dot(marks, { ...at, r: 3, fill: look.stroke }),
      ]),
      ...others.map(({ marks }) =>
        Plot.dot(marks, {
          ...at,
          r: 4,
          symbol: "times",
          stroke: REFERENCE,
          strokeWidth: 1.75,
        })
      ),
      ...found.map(({ marks, look, isHollow }) =>
        Plot.dot(marks, {
          ...at,
          r: 5.5,
          symbol: look.symbol,
          fill: isHollow ? "#ffffff" : look.stroke,
          stroke: look.stroke,
          strokeWidth: 1.5,
        })
      ),
    ],
  });
  page.place(plot, left, TOP);

  const [bottom, top] = y.domain;
  const [low, high] = x.domain;
  const inner = {
    left: left + MARGINS.left,
    top: TOP + MARGINS.top,
    width: PANEL_WIDTH - MARGINS.left - MARGINS.right,
    height: HEIGHT - TOP - MARGINS.top - MARGINS.bottom,
  };
  const place = (mark: Point) => ({
    x: inner.left + inner.width * Math.log(mark.x / low) / Math.log(high / low),
    y: inner.top + inner.height * (top - mark.y) / (top - bottom),
  });
  drawNames(page, {
    names: [
      // At the small end, where lines are farthest apart.
      ...lines.map(({ name, look, marks }) => ({
        text: name,
        fill: look.text,
        sides: ["left", "below", "above", "right"] as const,
        ...place(marks[0]!),
      })),
      ...own.map((mark) => ({
        text: `teacher (${formatAccuracy(teacher.accuracy)} %)`,
        fill: TEACHER,
        sides: ["above", "above left", "below left", "below"] as const,
        ...place(mark),
      })),
      // Who searched, once: what is hollow has the same colour and shape.
      ...found.filter(({ isHollow }, i) =>
        !isHollow || found[i + 1]?.style !== found[i]!.style
      ).map(({ name, look, marks }) => ({
        text: name,
        fill: look.stroke,
        sides: ["left", "right", "below", "above"] as const,
        ...place(marks[0]!),
      })),
      ...others.flatMap(({ name, marks }) =>
        marks.map((mark) => ({
          text: name,
          fill: REFERENCE,
          sides: ["right", "left", "above", "below"] as const,
          ...place(mark),
        }))
      ),
    ],
    obstacles: [
      ...[...own, ...all].map(place).map((point) => boxAround(point, MARK)),
      ...lines.flatMap(({ marks }) => alongLine(marks.map(place))),
      ...own.flatMap(({ y }) =>
        alongLine(x.domain.map((end) => place({ x: end, y })))
      ),
    ],
    bounds: inner,
  });
  page.add("text", {
    "x": left + (MARGINS.left + PANEL_WIDTH - MARGINS.right) / 2,
    "y": HEIGHT - 12,
    "text-anchor": "middle",
  }, panel.title);
  const middle = TOP + (MARGINS.top + HEIGHT - TOP - MARGINS.bottom) / 2;
  page.add("text", {
    "transform": `translate(${left + 20},${middle}) rotate(-90)`,
    "text-anchor": "middle",
  }, "test accuracy (%)");
}

/** A name beside a point, in pixels. */
interface Name {
  readonly text: string;
  readonly fill: string;
  readonly sides: readonly Side[];
  readonly x: number;
  readonly y: number;
}

/** Mean width of a letter in the widest of the fonts, as a part of its size. */
const LETTER = 0.6;

/** Room that a mark takes around its middle. */
const MARK = 6;

/** A place, in pixels. */
type Point = Pick<Name, "x" | "y">;

function boxAround({ x, y }: Point, half: number): Box {
  return { left: x - half, top: y - half, width: 2 * half, height: 2 * half };
}

/** Small boxes along a line, which names should leave free. */
function alongLine(points: readonly Point[]): readonly Box[] {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i]!;
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 8);
    return Array.from({ length: steps }, (_, step) => {
      const share = (step + 0.5) / steps;
      return boxAround({
        x: from.x + share * (to.x - from.x),
        y: from.y + share * (to.y - from.y),
      }, 4);
    });
  });
}

/** Draws names beside their points, on white halos. */
function drawNames(
  page: Page,
  { names, obstacles, bounds }: {
    readonly names: readonly Name[];
    readonly obstacles: readonly Box[];
    readonly bounds: Box;
  },
): void {
  const places = placeLabels(
    names.map(({ text, ...name }) => ({
      ...name,
      width: LETTER * FONT_SIZE * text.length,
      height: 14,
    })),
    { obstacles, bounds },
  );
  for (const [i, { text, fill, x }] of names.entries()) {
    const { left, top, width } = places[i]!;
    const middle = left + width / 2;
    // Letters are narrower than the room for them, which is left on the far side.
    const anchor = Math.abs(middle - x) < 1
      ? "middle"
      : middle < x
      ? "end"
      : "start";
    page.add("text", {
      "x": { middle, end: left + width, start: left }[anchor],
      "y": top + 11,
      "font-size": FONT_SIZE,
      "text-anchor": anchor,
      fill,
      "stroke": "#ffffff",
      "stroke-width": 4,
      "stroke-linejoin": "round",
      "paint-order": "stroke",
    }, text);
  }
}

function describe(
  { teacher, curves, students, references }: ParetoFigureOptions,
): string {
  const network = (
    { parameters, accuracy }: Pick<ParetoNetwork, "parameters" | "accuracy">,
  ) =>
    `${formatAccuracy(accuracy)} % with ${
      formatShortCount(parameters)
    } parameters`;
  return [
    `Test accuracy against parameters and multiply-accumulates. Teacher: ${
      network(teacher)
    }.`,
    ...[
      ...curves,
      ...students.map(({ name, when, networks }) => ({
        name: `${name}, ${when}`,
        networks,
      })),
    ].map(({ name, networks }) =>
      `${name}: ${networks.map(network).join("; ")}.`
    ),
    ...references.map((each) => `${each.name}: ${network(each)}.`),
  ].join(" ");
}
