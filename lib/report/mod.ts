/**
 * From stored outcomes to what people read: statistics, markdown tables, SVG
 * figures, the paper's numbers beside ours, and the check that what is on disk
 * is what the records give.
 *
 * @module
 */
export * from "./course_figure.ts";
export * from "./course_panels.ts";
export * from "./decision_label.ts";
export * from "./difference_figure.ts";
export * from "./effect_figure.ts";
export * from "./effect_size.ts";
export * from "./environment.ts";
export * from "./expected_ratio.ts";
export * from "./faults_text.ts";
export * from "./format.ts";
export * from "./format_summary.ts";
export * from "./headline.ts";
export * from "./holm.ts";
export * from "./interval.ts";
export * from "./keep_figure.ts";
export * from "./layer_diagram.ts";
export * from "./layer_label.ts";
export * from "./level.ts";
export * from "./levelled.ts";
export * from "./listed.ts";
export * from "./overview.ts";
export * from "./paired_bootstrap.ts";
export * from "./paper.ts";
export * from "./paper_cell.ts";
export * from "./paper_row.ts";
export * from "./pareto_figure.ts";
export * from "./rank.ts";
export * from "./record.ts";
export * from "./record_error.ts";
export * from "./record_name.ts";
export * from "./scatter_figure.ts";
export * from "./search_figure/search_figure.ts";
export * from "./sign_flip.ts";
export * from "./stale.ts";
export * from "./statistics.ts";
export * from "./student_t.ts";
export * from "./table.ts";
export * from "./verdict.ts";
export * from "./wilcoxon.ts";
