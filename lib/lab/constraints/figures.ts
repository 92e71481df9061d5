import { type Course, coursePanels, summarise } from "../../report/mod.ts";
import {
  keepsTo,
  type LimitedSearches,
  searchesOf,
  type SubjectSearches,
} from "./analyse.ts";
import { FREE, LIMIT_NAMES, type LimitName, type SingleLimit } from "./arms.ts";
import type { ConstraintsContent } from "./content.ts";

/** Iterations whose proposals are one point: of a single one the share is all noise. */
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
      ...arms.map(armCourse),
      ...freeCourse(free, limit),
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
function armCourse({ arm, searches }: LimitedSearches): Course {
  return courseOf(
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
function freeCourse(
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
  return isKnown ? [courseOf("no limit", searches)] : [];
}

/** What an iteration proposed. */
interface Proposed {
  readonly kept: number;
  readonly proposed: number;
}

/** Means over searches, window by window; of searches by stage and iteration. */
function courseOf(
  name: string,
  searches: readonly (readonly (readonly Proposed[])[])[],
): Course {
  const shares = Map.groupBy(
    searches.flatMap(windowsOf),
    ({ middle }) => middle,
  );
  return {
    name,
    points: [...shares].toSorted(([a], [b]) => a - b).flatMap(
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
  };
}

/** Shares of a search, of windows that no stage's end divides. */
function windowsOf(stages: readonly (readonly Proposed[])[]) {
  let before = 0;
  return stages.flatMap((iterations) => {
    const offset = before;
    before += iterations.length;
    const size = Math.min(WINDOW, Math.max(1, iterations.length));
    const starts = Array.from(
      { length: Math.ceil(iterations.length / size) },
      (_, i) => i * size,
    );
    return starts.map((start) => {
      const window = iterations.slice(start, start + size);
      const sum = (of: (each: Proposed) => number) =>
        window.reduce((all, each) => all + of(each), 0);
      return {
        middle: offset + start + (window.length + 1) / 2,
        share: sum(({ kept }) => kept) / sum(({ proposed }) => proposed),
      };
    });
  });
}
