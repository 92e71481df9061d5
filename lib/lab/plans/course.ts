/**
 * How rewards go on with the student-epochs spent, over search seeds.
 *
 * @module
 */

import { type Course, summarise } from "../../report/mod.ts";
import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type { CompressionContent } from "../compression/content.ts";
import { STAGE_PLAN_NAMES } from "../options/stage_plans.ts";
import { ofPlan, type PlanOutcome } from "./content.ts";
import { planTitle } from "./titles.ts";

/** What a search had to show after an iteration. */
export interface SearchPoint {
  /** Student-epochs spent since its beginning, over all stages. */
  readonly epochs: number;
  /** Best reward so far; -1 where no student was valid. */
  readonly best: number;
  /** Mean reward of all proposals so far, rejected ones at -1. */
  readonly mean: number;
}

/** Points of a line; more than a figure can show say nothing more. */
const POINTS = 50;

/**
 * A search, iteration by iteration.
 *
 * @param content The record's content.
 */
export function searchCourse(
  { stages }: Pick<CompressionContent, "stages">,
): readonly SearchPoint[] {
  let [epochs, sum, proposed, best] = [0, 0, 0, DEGENERATE_REWARD];
  return stages.flatMap(({ records }) => records).map(({ proposals }) => {
    for (const { reward, epochs: own = 0 } of proposals) {
      epochs += own;
      sum += reward;
      proposed++;
      best = Math.max(best, reward);
    }
    return { epochs, best, mean: sum / proposed };
  });
}

/**
 * The courses of a subject's plans, each a mean over search seeds with Student's
 * 95 % interval where there are several.
 *
 * @param outcomes Of one subject.
 * @param value What is drawn.
 */
export function planCourses(
  outcomes: readonly PlanOutcome[],
  value: "best" | "mean",
): readonly Course[] {
  return STAGE_PLAN_NAMES.flatMap((plan) => {
    // From the first valid student on: before, there is nothing to compare.
    const courses = ofPlan(outcomes, plan).map(({ cell }) =>
      searchCourse(cell.record.deterministic)
        .filter(({ best }) => best > DEGENERATE_REWARD)
    ).filter((course) => course.length > 0);
    return courses.length === 0
      ? []
      : [{ name: planTitle(plan), points: meanCourse(courses, value) }];
  });
}

function meanCourse(
  courses: readonly (readonly SearchPoint[])[],
  value: "best" | "mean",
): Course["points"] {
  const end = Math.max(...courses.map((course) => course.at(-1)!.epochs));
  // From where every seed has something to show.
  const begin = Math.max(...courses.map((course) => course[0]!.epochs));
  const step = Math.max(1, Math.ceil(end / POINTS));
  const marks = Array.from(
    { length: Math.ceil((end - begin) / step) },
    (_, i) => begin + i * step,
  );
  return [...marks, end].map((x) => {
    // One that has spent all it had stays where it ended.
    const { mean, interval } = summarise(
      courses.map((course) => course.findLast(({ epochs }) => epochs <= x)!)
        .map((point) => point[value]),
    );
    return {
      x,
      y: mean!,
      ...(interval === undefined
        ? {}
        : { interval: [interval.low, interval.high] as const }),
    };
  });
}
