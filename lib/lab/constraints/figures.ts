import { type Course, coursePanels, summarise } from "../../report/mod.ts";
import {
  keepsTo,
  type LimitedSearches,
  searchesOf,
  type SubjectSearches,
} from "./analyse.ts";
import { FREE, LIMIT_NAMES, type LimitName, type SingleLimit } from "./arms.ts";
import type { ConstraintsContent } from "./content.ts";

/**
 * Iterations whose proposals are one point, at most: of a single one the share is
 * mostly noise. Short stages have five points.
 */
const WINDOW = 5;

/** Courses of a panel, in the order of the legend. */
const NAMES = ["soft", "hard", "late", "no limit"] as const;

/**
 * How many of the students proposed keep to each limit, as a search goes on, as
 * SVG: a panel a limit, a line a mode.
 *
 * @param subject A subject and all arms on it.
 */
export function feasibleFigure(subject: SubjectSearches): string {
  const free = searchesOf(subject, FREE);
  const panels = LIMIT_NAMES.flatMap((limit) => {
    const arms = subject.arms.filter(({ arm }) => arm?.limit === limit);
    if (arms.length === 0) return [];
    const courses = [
      ...arms.flatMap(armCourses),
      ...freeCourses(free, limit),
    ].toSorted((a, b) => place(a.name) - place(b.name));
    return [{ title: limit, courses }];
  });
  const [first] = subject.arms.flatMap(({ searches }) => searches);
  const names = NAMES.filter((name) =>
    panels.some(({ courses }) => courses.some((course) => course.name === name))
  );
  return coursePanels({
    title: `Students that keep to their limits: ${subject.title}`,
    x: "iteration, over all stages",
    y: "share of the students proposed (%)",
    bounds: [0, 100],
    names: names.length === 0 ? ["no limit"] : names,
    panels: panels.length === 0 ? [{ title: "none", courses: [] }] : panels,
    marks: stageMarks(first),
  });
}

function place(name: string): number {
  return NAMES.findIndex((each) => each === name);
}

/** Where stages begin, but for the first. */
function stageMarks(content: ConstraintsContent | undefined) {
  if (content === undefined) return [];
  const { removal, shrinkage, joint = shrinkage, stages } =
    content.identity.config;
  const lengths = { removal, shrinkage, joint };
  let x = 0.5;
  const begins = stages.split(",").map((kind) => {
    const mark = { name: kind, x };
    x += lengths[kind as keyof typeof lengths].iterations;
    return mark;
  });
  return begins.slice(1);
}

/** An arm's own proposals. */
function armCourses({ arm, searches }: LimitedSearches): readonly Course[] {
  return coursesOf(
    arm!.mode,
    searches.map(({ stages }) =>
      stages.map(({ records }) =>
        records.map(({ proposals }) => ({
          kept: proposals.filter(keepsTo).length,
          proposed: proposals.length,
        }))
      )
    ),
  );
}

/** Proposals of the search without limits that keep to one all the same. */
function freeCourses(
  free: readonly ConstraintsContent[],
  limit: LimitName,
): readonly Course[] {
  const searches = free.map(({ stages, stageLimits }) =>
    stages.map(({ records }, stage) => {
      const kept = stageLimits[stage]?.kept?.[limit as SingleLimit];
      return records.map(({ proposals }, i) => ({
        kept: kept?.proposals[i] ?? NaN,
        proposed: proposals.length,
      }));
    })
  );
  const isKnown = searches.flat(2).some(({ kept }) => Number.isFinite(kept));
  return isKnown ? coursesOf("no limit", searches) : [];
}

/** What an iteration proposed. */
interface Proposed {
  readonly kept: number;
  readonly proposed: number;
}

/**
 * Means over searches, window by window, a course a stage, as each has a policy of
 * its own; of searches by stage and iteration.
 */
function coursesOf(
  name: string,
  searches: readonly (readonly (readonly Proposed[])[])[],
): readonly Course[] {
  const windows = searches.flatMap(windowsOf);
  return [...Map.groupBy(windows, ({ stage }) => stage)].map(([, own]) => ({
    name,
    points: [...Map.groupBy(own, ({ middle }) => middle)].flatMap(
      ([middle, all]) => {
        const { mean, interval } = summarise(all.map(({ share }) => share));
        if (mean === undefined) return [];
        return [{
          x: middle,
          y: 100 * mean,
          ...(interval === undefined ? {} : {
            // A share cannot leave what there is, though its interval can.
            interval: [
              100 * Math.max(0, interval.low),
              100 * Math.min(1, interval.high),
            ] as const,
          }),
        }];
      },
    ),
  }));
}

/** Shares of a search, of windows that no stage's end divides. */
function windowsOf(stages: readonly (readonly Proposed[])[]) {
  let before = 0;
  return stages.flatMap((iterations, stage) => {
    const offset = before;
    before += iterations.length;
    const size = Math.min(WINDOW, Math.ceil(iterations.length / 5));
    const count = Math.ceil(iterations.length / size);
    return Array.from({ length: count }, (_, i) => {
      const window = iterations.slice(i * size, (i + 1) * size);
      const sum = (of: (each: Proposed) => number) =>
        window.reduce((all, each) => all + of(each), 0);
      return {
        stage,
        middle: offset + i * size + (window.length + 1) / 2,
        share: sum(({ kept }) => kept) / sum(({ proposed }) => proposed),
      };
    });
  });
}
