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

/** How the networks of a search are drawn. */
interface StudentStyle {
  readonly stroke: string;
  readonly symbol: "diamond2" | "triangle" | "star" | "wye";
  /** Colour of their name. */
  readonly text: string;
}

/** Searches, the first one first: colours and shapes. */
export const STUDENT_STYLES: readonly StudentStyle[] = [
  { stroke: "#d55e00", symbol: "diamond2", text: "#b34f00" },
  { stroke: "#6a3d9a", symbol: "triangle", text: "#6a3d9a" },
  { stroke: "#222222", symbol: "star", text: "#222222" },
  { stroke: "#7a5230", symbol: "wye", text: "#7a5230" },
];
