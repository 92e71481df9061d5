import { type Course, courseFigure, formatNumber } from "../../report/mod.ts";
import {
  analyseTransfer,
  REACHED_SHARE,
  type TransferCourse,
  transferCourses,
  type TransferPoint,
} from "./analyse.ts";
import type { TransferContent } from "./content.ts";
import { ARM_TITLES, transferTitle } from "./names.ts";

/**
 * Figures of one source and target, by the end of their names: the mean reward
 * proposed, and the share of searches that got where they were asked to, each
 * against students proposed.
 *
 * @param content The record's content.
 */
export function transferFigures(
  content: TransferContent,
): ReadonlyMap<string, string> {
  const title = `${
    transferTitle(content)
  }, width ${content.identity.config.width}`;
  const { asked } = analyseTransfer(content);
  const courses = transferCourses(content);
  const percent = formatNumber(100 * REACHED_SHARE, 0);
  return new Map([
    [
      "-transfer",
      courseFigure({
        title,
        x: "students proposed",
        y: "mean reward of an iteration's students",
        names: "ends",
        between: "lines",
        courses: coursesOf(courses, ({ reward: { mean, interval } }) => ({
          y: mean!,
          ...(interval === undefined
            ? {}
            : { interval: [interval.low, interval.high] as const }),
        })),
        ...(asked === undefined
          ? {}
          : { bound: { name: `${percent} % of scratch's end`, y: asked } }),
      }),
    ],
    ...(asked === undefined ? [] : [
      [
        "-reached",
        courseFigure({
          title:
            `${title}: searches that reached ${percent} % of scratch's end`,
          x: "students proposed",
          y: "share of searches",
          names: "ends",
          courses: coursesOf(courses, ({ reached }) => ({ y: reached! })),
        }),
      ] as const,
    ]),
  ]);
}

function coursesOf(
  courses: readonly TransferCourse[],
  value: (point: TransferPoint) => Omit<Course["points"][number], "x">,
): readonly Course[] {
  return courses.map(({ name, points }) => ({
    name: ARM_TITLES[name],
    points: points.map((point) => ({ x: point.proposed, ...value(point) })),
  }));
}
