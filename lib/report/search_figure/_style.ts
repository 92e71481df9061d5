/**
 * Okabe and Ito's palette, told apart with any colour vision; every kind of mark
 * has a shape of its own besides.
 */
export const COLOURS = {
  student: "#56b4e9",
  mean: "#0072b2",
  best: "#d55e00",
  rejected: "#8a8a8a",
  teacher: "#222222",
  grid: "#e4e4e4",
} as const;

/** Dashes of the teacher's line. */
export const TEACHER_DASHES = "5 4";

/** Room around the plotting area, in pixels. */
export const PANEL_MARGINS = {
  left: 66,
  right: 14,
  top: 26,
  bottom: 38,
} as const;

/** Height of the strip of rejections below the reward, in pixels. */
export const STRIP_HEIGHT = 16;
