/**
 * The search: strategies propose students in an action space, workers train them,
 * rewards teach; stage after stage.
 *
 * @module
 */
export * from "./cost.ts";
export * from "./evaluate.ts";
export * from "./evaluation.ts";
export * from "./executor.ts";
export * from "./faults.ts";
export {
  FALLBACKS,
  type Final,
  finalReward,
  type OnEpochs,
} from "./final_round.ts";
export { joinedCode } from "./joined_code.ts";
export * from "./finals.ts";
export * from "./foresee.ts";
export * from "./heritage.ts";
export * from "./journal.ts";
export * from "./latency.ts";
export * from "./latency_meter.ts";
export * from "./ledger.ts";
export * from "./memo.ts";
export * from "./prediction.ts";
export * from "./prepare.ts";
export * from "./ranking.ts";
export * from "./records.ts";
export * from "./space/action_space.ts";
export * from "./space/create_space.ts";
export * from "./space/misaligned.ts";
export * from "./stage.ts";
export * from "./stages.ts";
export * from "./student_request.ts";
export * from "./strategy/annealing.ts";
export * from "./strategy/create.ts";
export * from "./strategy/evolution.ts";
export * from "./strategy/greedy.ts";
export * from "./strategy/random.ts";
export * from "./strategy/reinforce.ts";
export * from "./strategy/strategy.ts";
export * from "./teacher_logits.ts";
export * from "./worker_pool.ts";
