/**
 * The figures of plans: reward against student-epochs, a pair a subject.
 *
 * @module
 */

import { courseFigure } from "../../report/mod.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import type { CompressionContent } from "../compression/content.ts";
import { type PlanSubject, planSubjects } from "./content.ts";
import { planCourses } from "./course.ts";

const VALUES = {
  best: "best reward so far",
  mean: "mean reward of all proposals so far",
} as const;

/**
 * Figures by path below results/, as SVG.
 *
 * @param results What the profile has come to.
 */
export function planFigures(
  { question, profile, cells }: Pick<
    ProfileResults<CompressionContent>,
    "question" | "profile" | "cells"
  >,
): ReadonlyMap<string, string> {
  return new Map(
    planSubjects(cells).flatMap((subject) =>
      (["best", "mean"] as const).flatMap((value) => {
        const courses = planCourses(subject.outcomes, value);
        return courses.length === 0 ? [] : [
          [
            `${question}/${profile}/${subject.slug}-${value}.svg`,
            courseFigure({
              title: `Plans of stages: ${subject.title}`,
              x: "student-epochs of the search, all stages together",
              y: VALUES[value],
              courses,
              names: "ends",
            }),
          ] as const,
        ];
      })
    ),
  );
}

/**
 * A subject's figures as they stand in the profile's page.
 *
 * @param subject The subject.
 * @param profile Name of the folder that they are in.
 */
export function figureLinks(
  { slug, title }: PlanSubject,
  profile: string,
): string {
  return (["best", "mean"] as const).map((value) =>
    `![${title}: ${
      VALUES[value]
    } against student-epochs](${profile}/${slug}-${value}.svg)`
  ).join("\n\n");
}
