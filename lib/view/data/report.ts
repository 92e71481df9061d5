import type { Report, RunCourse, StudentView } from "../model.ts";
import type { Results } from "./results.ts";

/**
 * Everything that a page can show of some results.
 *
 * @param results The results.
 */
export async function createReport(results: Results): Promise<Report> {
  const runs = await results.summaries();
  const courses: Record<string, RunCourse> = {};
  const students: Record<string, StudentView> = {};
  for (const { id, revision } of runs) {
    const course = revision === undefined ? undefined : results.course(id);
    if (course === undefined) continue;
    courses[id] = course;
    for (const [stage, view] of course.stages.entries()) {
      for (const student of view.students.reward.keys()) {
        const opened = results.student(id, { stage, student });
        if (opened !== undefined) {
          students[`${id} ${stage} ${student}`] = opened;
        }
      }
    }
  }
  return { runs, courses, students };
}
