import { type Leaf, leaves, type Network } from "../network/mod.ts";
import { createPage, type Page } from "./_page.ts";
import { formatCount } from "./format.ts";
import { layerLabel } from "./layer_label.ts";

/** A network that was made from another. */
export interface DiagramStudent {
  /** Heading of its column, for example "stage 1". */
  readonly name: string;
  /** The network. */
  readonly network: Network;
  /** For each of its leaves the leaf of the teacher that it was. */
  readonly leaves: readonly number[];
}

/** What {@link layerDiagram} shows. */
export interface LayerDiagramOptions {
  /** First line of the figure. */
  readonly title: string;
  /** What the students were made from. */
  readonly teacher: Network;
  /** At least one, in the order of their columns. */
  readonly students: readonly DiagramStudent[];
}

/** A layer of the teacher with the small ones behind it. */
interface Row {
  readonly head: Leaf;
  readonly small: readonly Leaf[];
}

const TOP = 104;
const ROW_HEIGHT = 17;
const BOTTOM = 16;
const LABEL_WIDTH = 150;
const COLUMN_WIDTH = 300;
/** Length of the bar of the widest layer, in pixels. */
const BAR = 150;
const BAR_HEIGHT = 9;
/** Side of the square of a layer without channels of its own. */
const SQUARE = 9;

/** Okabe and Ito's blue for what is left, grey for what is not. */
const KEPT = "#0072b2";
const GONE = "#8a8a8a";

/** Letters of the small layers' squares, and pools', for the legend. */
const SMALL = ["batchNorm", "relu", "dropout"];

/**
 * Students beside their teacher, layer by layer, as an SVG file: a row a layer with
 * channels or a window, as long as it has channels. The outline is the teacher's
 * layer, what is filled is left in the student; a layer that is gone is struck
 * through. The squares behind a layer are its batch norm, ReLU or dropout.
 *
 * @example
 * ```ts
 * import { vgg } from "../network/mod.ts";
 * import { layerDiagram } from "./layer_diagram.ts";
 *
 * const teacher = vgg({ depth: 11, input: [1, 28, 28], classes: 10 });
 * const student = vgg({ depth: 11, input: [1, 28, 28], classes: 10, width: 0.5 });
 * const svg = layerDiagram({
 *   title: "VGG-11 and half of it",
 *   teacher,
 *   students: [{
 *     name: "half",
 *     network: student,
 *     leaves: Array.from({ length: 30 }, (_, leaf) => leaf),
 *   }],
 * });
 * if (!svg.startsWith("<svg ")) throw new Error("not SVG");
 * ```
 *
 * @returns The file's text; equal input gives equal bytes.
 * @throws {RangeError} If there is no student, or its leaves do not each lead to one
 * of the same type.
 */
export function layerDiagram(
  { title, teacher, students }: LayerDiagramOptions,
): string {
  if (students.length === 0) {
    throw new RangeError(
      "Cannot draw layers: the number of students is 0, expected at least 1",
    );
  }
  const all = leaves(teacher);
  const rows = rowsOf(all);
  const found = students.map((student) => ({
    name: student.name,
    left: leftOf(student, all),
  }));
  const widest = Math.max(...all.map(({ layer }) => channelsOf(layer) ?? 0));
  const page = createPage({
    width: LABEL_WIDTH + students.length * COLUMN_WIDTH,
    height: TOP + rows.length * ROW_HEIGHT + BOTTOM,
    title,
    description: describe(all, found),
  });
  page.heading(title);
  drawLegend(page);
  for (const [i, { name, left }] of found.entries()) {
    const x = LABEL_WIDTH + i * COLUMN_WIDTH;
    page.add("text", {
      x,
      "y": TOP - 24,
      "font-size": 13,
      "font-weight": 700,
    }, name);
    page.add(
      "text",
      { x, "y": TOP - 9, "font-size": 11, "fill": "#555555" },
      [
        `${formatCount(left.size)} of ${formatCount(all.length)} layers`,
      ].join(""),
    );
  }
  for (const [i, row] of rows.entries()) {
    const y = TOP + i * ROW_HEIGHT;
    drawLabel(page, { row, y, isSame: isSameBlock(rows[i - 1], row) });
    for (const [column, { left }] of found.entries()) {
      drawRow(page, {
        row,
        left,
        x: LABEL_WIDTH + column * COLUMN_WIDTH,
        y,
        scale: BAR / widest,
      });
    }
  }
  return page.svg();
}

/** A row starts at each layer with channels or a window. */
function rowsOf(all: readonly Leaf[]): readonly Row[] {
  const rows: { head: Leaf; small: Leaf[] }[] = [];
  for (const leaf of all) {
    const isSmall = SMALL.includes(leaf.layer.type) && rows.length > 0;
    if (isSmall) rows.at(-1)!.small.push(leaf);
    else rows.push({ head: leaf, small: [] });
  }
  return rows;
}

/** What of the teacher's leaves is left in a student, by their indices. */
function leftOf(
  { name, network, leaves: origin }: DiagramStudent,
  all: readonly Leaf[],
): ReadonlyMap<number, Leaf> {
  const own = leaves(network);
  if (origin.length !== own.length) {
    throw new RangeError(
      `Cannot draw layers: "${name}" has ${origin.length} origins, expected ${own.length}, one a leaf`,
    );
  }
  return new Map(own.map((leaf, i) => {
    const from = origin[i]!;
    const type = all[from]?.layer.type;
    if (type !== leaf.layer.type) {
      throw new RangeError(
        `Cannot draw layers: leaf ${i} of "${name}" is of type "${leaf.layer.type}" and was leaf ${from} of the teacher, of type "${type}", expected the same type`,
      );
    }
    return [from, leaf];
  }));
}

/** Output channels of a layer that sets them. */
function channelsOf(layer: Leaf["layer"]): number | undefined {
  switch (layer.type) {
    case "conv":
      return layer.outChannels;
    case "linear":
      return layer.outFeatures;
    default:
      return undefined;
  }
}

/** Whether two rows are of one residual block. */
function isSameBlock(before: Row | undefined, { head }: Row): boolean {
  return head.residual !== undefined &&
    before?.head.residual !== undefined &&
    before.head.path[1] === head.path[1];
}

function drawLabel(
  page: Page,
  { row: { head }, y, isSame }: {
    readonly row: Row;
    readonly y: number;
    readonly isSame: boolean;
  },
): void {
  const place = head.residual?.place === "shortcut" ? " shortcut" : "";
  page.add("text", {
    "x": LABEL_WIDTH - 16,
    "y": y + 10,
    "font-size": 11,
    "text-anchor": "end",
  }, `${layerLabel(head.layer)}${place}`);
  if (head.residual === undefined) return;
  // One line along all layers of a residual block.
  page.add("path", {
    "d": `M${LABEL_WIDTH - 9},${isSame ? y - 4 : y + 1}V${y + 11}`,
    "stroke": GONE,
    "stroke-width": 2,
    "fill": "none",
  });
}

function drawRow(
  page: Page,
  { row: { head, small }, left, x, y, scale }: {
    readonly row: Row;
    readonly left: ReadonlyMap<number, Leaf>;
    readonly x: number;
    readonly y: number;
    readonly scale: number;
  },
): void {
  const kept = left.get(head.index);
  const channels = channelsOf(head.layer);
  const width = channels === undefined ? SQUARE : Math.max(2, channels * scale);
  const own = kept === undefined ? undefined : channelsOf(kept.layer);
  const filled = kept === undefined
    ? 0
    : channels === undefined
    ? width
    : width * own! / channels;
  drawBox(page, { x, y: y + 2, width, filled, isGone: kept === undefined });
  const behind = x + BAR + 12;
  for (const [i, leaf] of small.entries()) {
    const isGone = !left.has(leaf.index);
    const at = behind + i * (SQUARE + 5);
    drawBox(page, {
      x: at,
      y: y + 2,
      width: SQUARE,
      filled: isGone ? 0 : SQUARE,
      isGone,
    });
  }
  page.add("text", {
    "x": behind + 3 * (SQUARE + 5),
    "y": y + 10,
    "font-size": 11,
    "fill": kept === undefined ? "#6a6a6a" : "#222222",
  }, changeOf(head, kept));
}

/** What became of a layer, in a word or two. */
function changeOf({ layer }: Leaf, kept: Leaf | undefined): string {
  if (kept === undefined) return "removed";
  const channels = channelsOf(layer);
  const own = channelsOf(kept.layer);
  const parts = [
    ...(channels === own ? [] : [`${own} of ${channels}`]),
    ...("kernel" in layer && "kernel" in kept.layer &&
        layer.kernel !== kept.layer.kernel && layer.type !== "avgPool"
      ? [`window ${kept.layer.kernel} of ${layer.kernel}`]
      : []),
  ];
  return parts.join(", ");
}

function drawBox(
  page: Page,
  { x, y, width, filled, isGone }: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly filled: number;
    readonly isGone: boolean;
  },
): void {
  if (filled > 0) {
    page.add("rect", { x, y, width: filled, height: BAR_HEIGHT, fill: KEPT });
  }
  page.add("rect", {
    x,
    y,
    width,
    "height": BAR_HEIGHT,
    "fill": "none",
    "stroke": isGone ? GONE : KEPT,
    ...(isGone ? { "stroke-dasharray": "2 2" } : {}),
  });
  if (!isGone) return;
  const middle = y + BAR_HEIGHT / 2;
  page.add("path", {
    "d": `M${x - 3},${middle}H${x + width + 3}`,
    "stroke": GONE,
    "stroke-width": 1.5,
  });
}

function drawLegend(page: Page): void {
  const y = 44;
  const entries = [
    { text: "left in the student", filled: 24, isGone: false },
    { text: "outline: the teacher's channels", filled: 0, isGone: false },
    { text: "removed", filled: 0, isGone: true },
  ];
  let x = 19;
  for (const { text, filled, isGone } of entries) {
    drawBox(page, { x, y, width: 24, filled, isGone });
    page.add("text", { "x": x + 32, "y": y + 9, "font-size": 11 }, text);
    x += 52 + 6 * text.length;
  }
  page.add(
    "text",
    { x, "y": y + 9, "font-size": 11, "fill": "#555555" },
    "squares: batch norm, ReLU",
  );
}

function describe(
  all: readonly Leaf[],
  found: readonly {
    readonly name: string;
    readonly left: ReadonlyMap<number, Leaf>;
  }[],
): string {
  return found.map(({ name, left }) => {
    const gone = all.filter(({ index }) => !left.has(index));
    const shrunk = [...left].flatMap(([index, { layer }]) => {
      const before = channelsOf(all[index]!.layer);
      const now = channelsOf(layer);
      return before === now ? [] : [`${index} from ${before} to ${now}`];
    });
    return `${name}: removed ${
      gone.map(({ index, layer }) => `${index} ${layerLabel(layer)}`)
        .join(", ") || "nothing"
    }; shrunk ${shrunk.join(", ") || "nothing"}.`;
  }).join(" ");
}
