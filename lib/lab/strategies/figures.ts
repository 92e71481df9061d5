import { courseFigure } from "../../report/mod.ts";
import { subjectName } from "../compression/titles.ts";
import { coursesOf } from "./analyse.ts";
import type { StrategiesContent } from "./content.ts";

/**
 * The best reward found so far against students proposed, a line a strategy, as
 * SVG.
 *
 * @param content The record's content.
 */
export function strategiesFigure(content: StrategiesContent): string {
  const { identity: { config }, table } = content;
  return courseFigure({
    title: `Strategies on ${subjectName(config)}`,
    x: "students proposed",
    y: "best reward found so far",
    courses: coursesOf(content).map(({ name, points }) => ({
      name,
      points: points.map(({ proposed, best: { mean, interval } }) => ({
        x: proposed,
        y: mean!,
        ...(interval === undefined
          ? {}
          : { interval: [interval.low, interval.high] as const }),
      })),
    })),
    ...(table[0] === undefined
      ? {}
      : { bound: { name: "best of all", y: table[0].reward } }),
  });
}
