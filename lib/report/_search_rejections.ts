import type { Axis } from "./_axis.ts";
import type { Page } from "./_page.ts";
import type { Point } from "./_search_data.ts";
import { COLOURS, PANEL_MARGINS, STRIP_HEIGHT } from "./_search_style.ts";

/** Bars on the x axis, as high as the part of the iteration that was rejected. */
export function drawRejections(page: Page, options: {
  readonly place: { readonly x: number; readonly y: number };
  readonly width: number;
  readonly height: number;
  readonly points: readonly Point[];
  readonly x: Axis;
}): void {
  const { place, width, height, points, x } = options;
  const bottom = place.y + height - PANEL_MARGINS.bottom;
  const left = place.x + PANEL_MARGINS.left;
  page.add("text", {
    "x": left - 8,
    "y": bottom - 4,
    "font-size": 11,
    "text-anchor": "end",
  }, "rejected");
  const [low, high] = x.domain;
  const step = (width - PANEL_MARGINS.left - PANEL_MARGINS.right) /
    (high - low);
  const barWidth = Math.min(8, 0.8 * step);
  for (const point of points) {
    page.add("rect", {
      x: left + (point.x - low) * step - barWidth / 2,
      y: bottom - point.y * STRIP_HEIGHT,
      width: barWidth,
      height: point.y * STRIP_HEIGHT,
      fill: COLOURS.rejected,
    });
  }
}
