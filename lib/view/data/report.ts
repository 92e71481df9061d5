import type { Report, RunCourse, StudentView } from "../model.ts";
import type { Results } from "./results.ts";

/** What {@link createReport} can be told. */
export interface ReportOptions {
  /** Told before each cell, and at the end, how many of all are done. */
  readonly onStep?: (done: number, total: number) => void;
}

/**
 * Everything that a page can show of some results.
 *
 * @param results The results.
 * @param options Who is told how far it is.
 */
export async function createReport(
  results: Results,
  { onStep }: ReportOptions = {},
): Promise<Report> {
  const runs = await results.summaries();
  const courses: Record<string, RunCourse> = {};
  const students: Record<string, readonly (readonly number[])[]> = {};
  const views: StudentView[] = [];
  const places = new Map<string, number>();
  /** Place among the views; students that are the same in all share one. */
  function placeOf(view: StudentView | undefined): number {
    if (view === undefined) return -1;
    const text = JSON.stringify(view);
    const place = places.get(text) ?? views.push(view) - 1;
    places.set(text, place);
    return place;
  }
  for (const [done, { id, revision }] of runs.entries()) {
    onStep?.(done, runs.length);
    const course = revision === undefined ? undefined : results.course(id);
    if (course === undefined) continue;
    courses[id] = course;
    students[id] = course.stages.map((stage, index) =>
      stage.students.reward.map((_, student) =>
        placeOf(results.student(id, { stage: index, student }))
      )
    );
  }
  if (runs.length > 0) onStep?.(runs.length, runs.length);
  return { runs, courses, views, students };
}
