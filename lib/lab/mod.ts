/**
 * What every experiment needs and none should write again.
 *
 * What all of them share:
 *
 * - `cells/`: an experiment's cells, which of them are run, and how each is
 *   resumed, stored, written and planned
 * - `compression/`: the cell of most experiments, a compression: how it runs, its
 *   record, page, figures and table
 * - `options/`: what can be said on the command line and in profiles, and the
 *   recipes and search plans that follow from it
 * - `subject/`: a data set with a network on it, found, opened and identified
 * - `exports/`: recorded networks with their weights, as they are exported
 * - `teacher/`: trained teachers as recipes, records and files
 * - `session/`: store, engine, workers, signals, progress
 * - `tensorboard/`: searches and trainings as event files that TensorBoard reads
 * - `notes/`: what a run says of itself in the store, for whoever looks on
 * - `forecast/`: how long it will take on this machine
 * - `regress/`: what is recorded, run once more and compared
 * - `records/`: what records hold, and keeping earlier ones
 * - `verify/`: whether a results folder holds together
 * - `pictures/`: contact sheets, and SVG as PNG
 * - `setup/`: fetching what an engine needs
 *
 * A room a question, with its run, record, analysis, page, figures and tables:
 *
 * - `baselines/` (RQ1): simple ways to networks of given sizes, trained as a
 *   search's winners are, and the test against a search
 * - `plans/` (RQ2): plans of stages at equal budget, and courses of their reward
 * - `transfer/` (RQ3): whether policies can be carried to other networks
 * - `constraints/` (RQ4): searches under limits on a student's size, speed and
 *   accuracy
 * - `distillation/` (RQ5): what losses do to the same students and to searches
 * - `ablation/`: one part of the search in several forms, all else equal
 * - `fidelity/`: which cheap score ranks students as their final training does
 * - `strategies/`: which strategy finds good students, on tables of all of them
 *
 * @module
 */
export * from "./ablation/ablation.ts";
export * from "./ablation/analyse.ts";
export * from "./ablation/content.ts";
export { ablationSchema } from "./ablation/schema.ts";
export * from "./ablation/forecast.ts";
export * from "./ablation/options.ts";
export * from "./ablation/page.ts";
export * from "./ablation/run.ts";
export * from "./ablation/summary.ts";
export * from "./ablation/verdict.ts";
export * from "./baselines/compare.ts";
export * from "./baselines/compared_page.ts";
export * from "./baselines/content.ts";
export { comparedSchema } from "./baselines/schema.ts";
export * from "./baselines/designs.ts";
export * from "./baselines/figures.ts";
export * from "./baselines/forecast.ts";
export * from "./baselines/options.ts";
export * from "./baselines/page.ts";
export * from "./baselines/run.ts";
export * from "./baselines/students.ts";
export * from "./baselines/summary.ts";
export * from "./baselines/verdict.ts";
export * from "./cells/cell.ts";
export * from "./cells/conclude.ts";
export * from "./cells/cost_note.ts";
export * from "./cells/experiment.ts";
export * from "./cells/identity.ts";
export * from "./cells/index_file.ts";
export * from "./cells/known_cell.ts";
export * from "./cells/once.ts";
export * from "./cells/options.ts";
export * from "./cells/outcome.ts";
export * from "./cells/page_parts.ts";
export * from "./cells/plan.ts";
export * from "./cells/orphans.ts";
export * from "./cells/render.ts";
export * from "./cells/policies.ts";
export * from "./cells/prepare.ts";
export * from "./cells/rerun.ts";
export * from "./cells/run_cell.ts";
export * from "./cells/run_experiment.ts";
export * from "./cells/schedule.ts";
export * from "./cells/select.ts";
export * from "./cells/write_cell.ts";
export * from "./compression/content.ts";
export { compressionSchema } from "./compression/schema.ts";
export * from "./compression/summary.ts";
export * from "./compression/arms.ts";
export * from "./compression/figures.ts";
export * from "./compression/latencies.ts";
export * from "./compression/limit_notes.ts";
export * from "./compression/notes.ts";
export * from "./compression/origins.ts";
export * from "./compression/page.ts";
export * from "./compression/run.ts";
export * from "./compression/scale.ts";
export * from "./compression/table.ts";
export * from "./compression/titles.ts";
export * from "./compression/winner_weights.ts";
export * from "./distillation/analyse.ts";
export * from "./distillation/content.ts";
export { distillationSchema } from "./distillation/schema.ts";
export * from "./distillation/decide.ts";
export * from "./distillation/forecast.ts";
export * from "./distillation/losses.ts";
export * from "./distillation/options.ts";
export * from "./distillation/page.ts";
export * from "./distillation/run.ts";
export * from "./distillation/settings.ts";
export * from "./distillation/summary.ts";
export * from "./constraints/analyse.ts";
export * from "./constraints/arms.ts";
export * from "./constraints/content.ts";
export { constraintsSchema } from "./constraints/schema.ts";
export * from "./constraints/figures.ts";
export * from "./constraints/lacking.ts";
export * from "./constraints/run.ts";
export * from "./constraints/stage_limits.ts";
export * from "./constraints/summary.ts";
export * from "./constraints/tables.ts";
export * from "./constraints/verdict.ts";
export * from "./exports/compare_logits.ts";
export * from "./exports/known_students.ts";
export * from "./exports/own_teacher.ts";
export * from "./exports/source.ts";
export { exportableSchema, studentSource } from "./exports/student_source.ts";
export * from "./exports/teacher_source.ts";
export * from "./fidelity/analyse_proxies.ts";
export * from "./fidelity/choose_proxy.ts";
export * from "./fidelity/content.ts";
export { fidelitySchema } from "./fidelity/schema.ts";
export * from "./fidelity/forecast.ts";
export * from "./fidelity/options.ts";
export * from "./fidelity/page.ts";
export * from "./fidelity/proxy_spec.ts";
export * from "./fidelity/run.ts";
export * from "./fidelity/spread_students.ts";
export * from "./fidelity/student_score.ts";
export * from "./fidelity/summary.ts";
export type { Trial } from "./fidelity/trials.ts";
export * from "./forecast/calibration.ts";
export * from "./forecast/forecast.ts";
export * from "./forecast/remaining.ts";
export { followWhole, type Whole } from "./forecast/whole.ts";
export * from "./notes/note.ts";
export * from "./notes/run_notes.ts";
export * from "./notes/stage_note.ts";
export * from "./options/compression.ts";
export type { FinalConfig } from "./options/final.ts";
export {
  type LimitedTeacher,
  type LimitsConfig,
  limitsLatency,
  limitsOf,
} from "./options/limits.ts";
export * from "./options/methods.ts";
export * from "./options/precision.ts";
export * from "./options/recipes.ts";
export type { ScheduleName } from "./options/schedules.ts";
export * from "./options/search_plan.ts";
export * from "./options/stage_plans.ts";
export * from "./options/teacher_file.ts";
export type { StartName } from "./options/student.ts";
export * from "./options/values.ts";
export * from "./pictures/contact_sheet.ts";
export * from "./pictures/rasterise.ts";
export * from "./pictures/svg_text.ts";
export * from "./plans/arms.ts";
export * from "./plans/content.ts";
export * from "./plans/course.ts";
export * from "./plans/decide.ts";
export * from "./plans/figures.ts";
export * from "./plans/summary.ts";
export * from "./project.ts";
export * from "./records/check_content.ts";
export * from "./records/set_aside.ts";
export * from "./regress/compare.ts";
export * from "./regress/golden.ts";
export * from "./regress/leaves.ts";
export * from "./regress/regress.ts";
export * from "./regress/table.ts";
export * from "./regress/tolerances.ts";
export * from "./session/code.ts";
export * from "./session/engine_choice.ts";
export * from "./session/epochs_shown.ts";
export * from "./session/phase.ts";
export { inQueueNetwork } from "./session/queue_network.ts";
export * from "./session/register_weights.ts";
export * from "./session/run_code.ts";
export * from "./session/session.ts";
export * from "./session/wall_time.ts";
export * from "./session/while_locked.ts";
export * from "./setup/fingerprint.ts";
export * from "./setup/tfjs_node/install.ts";
export { hostObstacle } from "./setup/tfjs_node/installer.ts";
export * from "./setup/tfjs_node/sources.ts";
export * from "./setup/tree.ts";
export * from "./setup/unzip.ts";
export * from "./setup/wheel.ts";
export * from "./strategies/analyse.ts";
export * from "./strategies/arm.ts";
export * from "./strategies/content.ts";
export { strategiesSchema } from "./strategies/schema.ts";
export * from "./strategies/enumerate.ts";
export * from "./strategies/forecast.ts";
export * from "./strategies/options.ts";
export * from "./strategies/page.ts";
export * from "./strategies/run.ts";
export * from "./strategies/search_table.ts";
export * from "./strategies/student_table.ts";
export * from "./strategies/summary.ts";
export * from "./subject/data_options.ts";
export * from "./subject/data_progress.ts";
export * from "./subject/open_data.ts";
export * from "./subject/own_sets.ts";
export * from "./subject/imported.ts";
export * from "./subject/subject.ts";
export * from "./teacher/compare.ts";
export * from "./teacher/files.ts";
export * from "./teacher/prove.ts";
export * from "./teacher/pytorch.ts";
export * from "./teacher/recipes.ts";
export * from "./teacher/record.ts";
export * from "./teacher/table.ts";
export * from "./teacher/test_accuracy.ts";
export * from "./teacher/write.ts";
export { optionsText } from "./tensorboard/options_text.ts";
export * from "./tensorboard/event.ts";
export * from "./tensorboard/points.ts";
export * from "./tensorboard/run_log.ts";
export * from "./tensorboard/watch.ts";
export * from "./transfer/analyse.ts";
export * from "./transfer/content.ts";
export { transferSchema } from "./transfer/schema.ts";
export * from "./transfer/forecast.ts";
export * from "./transfer/keep_bias.ts";
export * from "./transfer/options.ts";
export * from "./transfer/page.ts";
export * from "./transfer/run.ts";
export * from "./transfer/summary.ts";
export * from "./transfer/targets.ts";
export * from "./transfer/verdict.ts";
export * from "./verify/context.ts";
export * from "./verify/scores.ts";
export * from "./verify/signatures.ts";
export * from "./verify/table.ts";
export * from "./verify/tally.ts";
export * from "./verify/verify.ts";
