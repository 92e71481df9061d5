import type { Page } from "../_page.ts";
import { COLOURS, TEACHER_DASHES } from "./_style.ts";

/** Mean width of a letter in the widest of the fonts, as a part of its size. */
const LETTER = 0.57;

const FONT_SIZE = 12;

/** Draws the legend of the search figure in one row, its left end at (x, y). */
export function drawSearchLegend(page: Page, options: {
  readonly x: number;
  readonly y: number;
  readonly rejections: boolean;
  readonly teacher?: string | undefined;
}): void {
  const { y } = options;
  let { x } = options;

  function line(colour: string, width: number, dashes = ""): void {
    page.add("line", {
      "x1": x,
      "x2": x + 24,
      "y1": y,
      "y2": y,
      "stroke": colour,
      "stroke-width": width,
      ...(dashes === "" ? {} : { "stroke-dasharray": dashes }),
    });
  }

  function label(text: string, width: number): void {
    page.add(
      "text",
      { "x": x + width + 6, "y": y + 4, "font-size": FONT_SIZE },
      text,
    );
    x += width + 6 + text.length * FONT_SIZE * LETTER + 18;
  }

  page.add("circle", { cx: x + 4, cy: y, r: 3.5, fill: COLOURS.student });
  label("trained student", 8);
  if (options.rejections) {
    page.add("rect", {
      x,
      y: y - 5,
      width: 8,
      height: 10,
      fill: COLOURS.rejected,
    });
    label("rejected share", 8);
  }
  line(COLOURS.mean, 1.75);
  label("iteration mean", 24);
  line(COLOURS.best, 2.25);
  label("student with the best reward so far", 24);
  if (options.teacher !== undefined) {
    line(COLOURS.teacher, 1.25, TEACHER_DASHES);
    label(options.teacher, 24);
  }
}
