import { type Box, placeLabels, type Side } from "./_label_places.ts";
import type { Page } from "./_page.ts";

const FONT_SIZE = 11.5;

/** A name beside a point, in pixels. */
export interface Name {
  readonly text: string;
  readonly fill: string;
  readonly sides: readonly Side[];
  readonly x: number;
  readonly y: number;
}

/** Mean width of a letter in the widest of the fonts, as a part of its size. */
const LETTER = 0.6;

/** Room that a mark takes around its middle. */
export const MARK = 6;

/** A place, in pixels. */
export type Point = Pick<Name, "x" | "y">;

export function boxAround({ x, y }: Point, half: number): Box {
  return { left: x - half, top: y - half, width: 2 * half, height: 2 * half };
}

/** Small boxes along a line, which names should leave free. */
export function alongLine(points: readonly Point[]): readonly Box[] {
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
export function drawNames(
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
