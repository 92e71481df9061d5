/** How a line of a Pareto picture is drawn. */
interface CurveStyle {
  readonly stroke: string;
  /** Lengths of dashes and gaps; absent for an unbroken line. */
  readonly dashes?: string;
  /** Colour of its name, dark enough for small letters on white. */
  readonly text: string;
}

/** Okabe and Ito's palette, each with dashes of its own, for any colour vision. */
export const CURVE_STYLES: readonly CurveStyle[] = [
  { stroke: "#0072b2", text: "#0072b2" },
  { stroke: "#009e73", dashes: "7 3", text: "#007a59" },
  { stroke: "#cc79a7", dashes: "2 2", text: "#a34d7d" },
  { stroke: "#e69f00", text: "#946600" },
  { stroke: "#56b4e9", dashes: "7 3 2 3", text: "#1f7db3" },
];

/** Shapes of searches' networks. */
const SYMBOLS = [
  "diamond2",
  "triangle",
  "star",
  "wye",
  "cross",
  "square",
] as const;

/** Colours of searches' networks, all dark enough for small letters too. */
const COLOURS = ["#c05000", "#6a3d9a", "#222222", "#7a5230", "#b2182b"];

/** How the networks of a search are drawn. */
export interface StudentStyle {
  readonly stroke: string;
  readonly symbol: typeof SYMBOLS[number];
}

/**
 * How the networks of the i-th search are drawn, from 0: the numbers of colours and
 * shapes have no common divisor, so that thirty look each their own way.
 */
export function studentStyle(i: number): StudentStyle {
  return {
    stroke: COLOURS[i % COLOURS.length]!,
    symbol: SYMBOLS[i % SYMBOLS.length]!,
  };
}
