/** A rectangle, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A name that belongs to a point. */
export interface PointLabel {
  /** The point, in pixels. */
  readonly x: number;
  readonly y: number;
  /** The name's size, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The sides of the point where it may stand, the best first. */
  readonly sides: readonly Side[];
}

/** Where a name stands, seen from its point. */
export type Side =
  | "left"
  | "right"
  | "above"
  | "below"
  | "above left"
  | "below left";

/** Distances from the point that are tried, in pixels. */
const DISTANCES = [9, 16, 24, 34];

/** What a pixel beyond the bounds counts, in pixels that are covered. */
const OUTSIDE_COST = 10;

/** What a pixel of distance counts, in pixels that are covered. */
const DISTANCE_COST = 8;

/**
 * Places of names beside their points: each where it covers least of what is there
 * already, nearer and better sides first.
 *
 * @param labels The names, the most important first.
 * @param options.obstacles What should stay free: marks.
 * @param options.bounds Where names must be.
 * @returns One a name, in their order.
 */
export function placeLabels(
  labels: readonly PointLabel[],
  { obstacles, bounds }: {
    readonly obstacles: readonly Box[];
    readonly bounds: Box;
  },
): readonly Box[] {
  const taken = [...obstacles];
  return labels.map((label) => {
    let best: { readonly box: Box; readonly cost: number } | undefined;
    for (const distance of DISTANCES) {
      for (const side of label.sides) {
        const box = boxAt(label, { side, distance });
        const covered = taken.reduce((sum, each) => sum + shared(each, box), 0);
        const outside = area(box) - shared(box, bounds);
        const cost = covered + OUTSIDE_COST * outside +
          DISTANCE_COST * distance;
        if (best === undefined || cost < best.cost) best = { box, cost };
      }
    }
    taken.push(best!.box);
    return best!.box;
  });
}

function boxAt(
  { x, y, width, height }: PointLabel,
  { side, distance }: { readonly side: Side; readonly distance: number },
): Box {
  const size = { width, height };
  switch (side) {
    case "left":
      return { left: x - distance - width, top: y - height / 2, ...size };
    case "right":
      return { left: x + distance, top: y - height / 2, ...size };
    case "above":
      return { left: x - width / 2, top: y - distance - height, ...size };
    case "below":
      return { left: x - width / 2, top: y + distance, ...size };
    // With their right ends above or below the point.
    case "above left":
      return { left: x - width, top: y - distance - height, ...size };
    case "below left":
      return { left: x - width, top: y + distance, ...size };
  }
}

function area({ width, height }: Box): number {
  return width * height;
}

/** Area that two rectangles share. */
function shared(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) -
    Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) -
    Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}
