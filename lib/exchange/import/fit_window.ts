/**
 * Windows of any padding as this project's: square, padded alike on all sides.
 *
 * @module
 */

import type { Sides } from "./values.ts";

/** Side of the widest kernel that is read, or that may stand for another one. */
const MOST_KERNEL = 64;

/** A window along both axes. */
export interface FileWindow {
  /** Height and width of what it reads, in pixels. */
  readonly map: readonly [number, number];
  /** Its height and width. */
  readonly kernel: readonly [number, number];
  /** Its steps. */
  readonly stride: readonly [number, number];
  /** Padding. */
  readonly sides: Sides;
}

/** A square window with the same places. */
export interface SquareWindow {
  /** Its side. */
  readonly kernel: number;
  /** Its step. */
  readonly stride: number;
  /** Padding on each side. */
  readonly padding: number;
  /** Rows above and columns left of the file's window in this one. */
  readonly offset: readonly [number, number];
}

/** Places of a window along an axis. */
export function countPlaces(
  size: number,
  kernel: number,
  stride: number,
): number {
  return size < kernel ? 0 : Math.floor((size - kernel) / stride) + 1;
}

/**
 * The smallest square window that, with zeros as its further weights, gives what
 * a convolution's window does; undefined where there is none.
 */
export function fitWindow(
  { map, kernel, stride, sides }: FileWindow,
): SquareWindow | undefined {
  const axes = [0, 1] as const;
  const places = axes.map((axis) => {
    const [before, after] = sides[axis];
    const size = map[axis] + before + after;
    return countPlaces(size, kernel[axis], stride[axis]);
  });
  if (places.includes(0)) return undefined;
  // A window of one place along an axis may have any step there.
  const steps = axes.filter((axis) => places[axis]! > 1).map((axis) =>
    stride[axis]
  );
  const step = steps[0] ?? Math.min(...stride);
  if (steps.some((each) => each !== step)) return undefined;
  const widest = Math.max(...kernel);
  if (widest > MOST_KERNEL) return undefined;
  const least = Math.max(...axes.map((axis) => sides[axis][0]));
  let best: SquareWindow | undefined;
  for (let padding = least; padding <= least + widest; padding++) {
    const offset = axes.map((axis) => padding - sides[axis][0]);
    const inside = Math.max(
      ...axes.map((axis) => kernel[axis] + offset[axis]!),
    );
    for (let side = inside; side <= inside + widest; side++) {
      const fits = axes.every((axis) =>
        countPlaces(map[axis] + 2 * padding, side, step) === places[axis]
      );
      if (!fits || best !== undefined && best.kernel <= side) continue;
      best = {
        kernel: side,
        stride: step,
        padding,
        offset: [offset[0]!, offset[1]!],
      };
    }
  }
  return best !== undefined && best.kernel <= MOST_KERNEL ? best : undefined;
}
