/// <reference lib="dom" />
/**
 * Lines through students: means, the best so far, and intervals over seeds.
 *
 * @module
 */

import {
  type Along,
  armKey,
  isScored,
  type Point,
  type ShownRun,
} from "./points.ts";

/** A quantity of a student; undefined where it has none. */
export type Quantity = (point: Point) => number | undefined;

/** A place on a line. */
export interface Place {
  /** Along the course. */
  readonly x: number;
  /** The quantity. */
  readonly y: number;
}

/** The student with the best reward so far, wherever another one takes its place. */
export function bestSoFar(
  points: readonly Point[],
  { along, quantity }: { readonly along: Along; readonly quantity: Quantity },
): readonly Place[] {
  const places: Place[] = [];
  let best: Point | undefined;
  for (const point of points) {
    if (!isScored(point) || point.kind === "over a limit") continue;
    if (best !== undefined && point.reward <= best.reward) continue;
    best = point;
    const y = quantity(point);
    if (y !== undefined) places.push({ x: point[along], y });
  }
  const last = points.at(-1);
  const end = places.at(-1);
  if (last !== undefined && end !== undefined && last[along] > end.x) {
    places.push({ x: last[along], y: end.y });
  }
  return places;
}

/** Of longer courses several iterations are averaged: a line has no room for more. */
const MOST_MEANS = 120;

/** Mean over the scored students of each iteration. */
export function meanByIteration(
  points: readonly Point[],
  { along, quantity }: { readonly along: Along; readonly quantity: Quantity },
): readonly Place[] {
  const width = Math.ceil((points.at(-1)?.step ?? 1) / MOST_MEANS);
  const bySteps = Map.groupBy(
    points.filter(isScored),
    ({ step }) => Math.ceil(step / width),
  );
  return [...bySteps.values()].flatMap((group) => {
    const values = group.flatMap((point) => quantity(point) ?? []);
    if (values.length === 0) return [];
    return [{ x: group.at(-1)![along], y: mean(values) }];
  });
}

/** An arm over its seeds: the mean of its runs' best so far, with an interval. */
export interface ArmLine {
  /** What it is called. */
  readonly label: string;
  /** Number of its colour. */
  readonly colour: number;
  /** Seeds. */
  readonly seeds: number;
  /** Mean, and the ends of the 95 % interval of Student's t. */
  readonly places: readonly (Place & {
    readonly low: number;
    readonly high: number;
  })[];
}

/**
 * Half the width of a 95 % interval in standard errors, by the number of seeds: the
 * page holds the first few, computed where it was made.
 */
function quantileOf(seeds: number): number {
  const held = JSON.parse(document.body.dataset.quantiles!) as number[];
  return held[Math.min(seeds - 2, held.length - 1)]!;
}

/** Places along a course at which seeds are averaged. */
const GRID = 80;

/**
 * Arms of several seeds, each as one line.
 *
 * @param runs The runs.
 * @param options What is followed; on a logarithmic scale it is averaged as it is
 * drawn, by its logarithm.
 */
export function armLines(
  runs: readonly ShownRun[],
  { along, quantity, scale }: {
    readonly along: Along;
    readonly quantity: Quantity;
    readonly scale: "linear" | "log";
  },
): readonly ArmLine[] {
  const same = (value: number) => value;
  const [map, unmap] = scale === "log" ? [Math.log, Math.exp] : [same, same];
  const arms = Map.groupBy(runs, ({ summary }) => armKey(summary));
  return [...arms.values()].flatMap((group) => {
    const courses = group.map(({ points }) =>
      bestSoFar(points, { along, quantity })
    ).filter((course) => course.length > 0);
    if (courses.length < 2) return [];
    const from = Math.max(...courses.map((course) => course[0]!.x));
    const to = Math.min(...courses.map((course) => course.at(-1)!.x));
    if (to < from) return [];
    const t = quantileOf(courses.length);
    const places = Array.from({ length: GRID + 1 }, (_, i) => {
      const x = from + (to - from) * i / GRID;
      const values = courses.map((course) =>
        map(course.findLast((place) => place.x <= x)!.y)
      );
      const y = mean(values);
      const half = t * deviation(values) / Math.sqrt(values.length);
      return { x, y: unmap(y), low: unmap(y - half), high: unmap(y + half) };
    });
    const { label, colour } = group[0]!;
    return [{
      label: label.replace(/ s\d+$/, ""),
      colour,
      seeds: courses.length,
      places,
    }];
  });
}

/** Students that no other beats in both quantities, by rising size. */
export function front(
  points: readonly Point[],
  { size, quality }: { readonly size: Quantity; readonly quality: Quantity },
): readonly Point[] {
  const sorted = points.filter((point) =>
    size(point) !== undefined && quality(point) !== undefined
  ).toSorted((a, b) => size(a)! - size(b)! || quality(b)! - quality(a)!);
  let best = -Infinity;
  return sorted.filter((point) => {
    const isBetter = quality(point)! > best;
    if (isBetter) best = quality(point)!;
    return isBetter;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, each) => sum + (each - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
