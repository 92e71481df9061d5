/**
 * The two-stage search: policies propose, workers train, rewards teach.
 *
 * @module
 */
export * from "./cost.ts";
export * from "./evaluate.ts";
export * from "./evaluation.ts";
export * from "./executor.ts";
export * from "./journal.ts";
export * from "./ledger.ts";
export * from "./memo.ts";
export * from "./prepare.ts";
export * from "./proposals.ts";
export * from "./stage.ts";
export * from "./two_stages.ts";
export * from "./worker_pool.ts";
