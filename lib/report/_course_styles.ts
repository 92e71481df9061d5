/** How a course is drawn. */
export interface CourseStyle {
  readonly stroke: string;
  /** Lengths of dashes and gaps; absent for an unbroken line. */
  readonly dashes?: string;
}

/**
 * Okabe and Ito's palette, with grey for its yellow, which is too light for a line;
 * half of them dashed, so that neighbours differ for any colour vision.
 */
export const COURSE_STYLES: readonly CourseStyle[] = [
  { stroke: "#0072b2" },
  { stroke: "#d55e00", dashes: "7 3" },
  { stroke: "#56b4e9", dashes: "2 2" },
  { stroke: "#222222" },
  { stroke: "#009e73" },
  { stroke: "#cc79a7", dashes: "7 3" },
  { stroke: "#e69f00" },
  { stroke: "#8a8a8a", dashes: "4 2" },
];
