/**
 * What every experiment needs and none should write again: subjects (data and
 * teacher), the session, forecasts, records, tables.
 *
 * @module
 */
export * from "./compression/content.ts";
export * from "./compression/report.ts";
export * from "./compression/table.ts";
export * from "./forecast/calibration.ts";
export * from "./forecast/forecast.ts";
export * from "./forecast/plan.ts";
export * from "./forecast/remaining.ts";
export * from "./options/compression.ts";
export * from "./options/schedules.ts";
export * from "./pictures/contact_sheet.ts";
export * from "./pictures/rasterise.ts";
export * from "./pictures/svg_text.ts";
export * from "./project.ts";
export * from "./records/set_aside.ts";
export * from "./session/engine_choice.ts";
export * from "./session/session.ts";
export * from "./setup/wheel.ts";
export * from "./subject/data_options.ts";
export * from "./subject/data_progress.ts";
export * from "./subject/open_data.ts";
export * from "./teacher/compare.ts";
export * from "./teacher/files.ts";
export * from "./teacher/pytorch.ts";
export * from "./teacher/recipes.ts";
export * from "./teacher/record.ts";
export * from "./teacher/table.ts";
export * from "./teacher/test_accuracy.ts";
export * from "./teacher/write.ts";
