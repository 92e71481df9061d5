/**
 * The page that shows searches while they run and afterwards.
 *
 * - `data/`: what records and the run store tell, as JSON ({@link RunSummary},
 *   {@link RunCourse}, {@link StudentView})
 * - `server/`: serves the page, and tells it what changed
 * - `page/`: the page itself, which runs in browsers
 * - `bundle/`: the page as one script and one style, made by `lib/pages/build.ts`
 *
 * @module
 */
export * from "./data/results.ts";
export * from "./data/report.ts";
export type { StudentPlace } from "./data/student.ts";
export * from "./html.ts";
export * from "./model.ts";
export * from "./server/serve.ts";
