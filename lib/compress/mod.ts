/**
 * From a network and one action per leaf to a smaller network, or to a
 * rejection with a reason: layer removal (stage 1), layer shrinkage (stage 2),
 * and both in one step.
 *
 * @module
 */

export * from "./check_student.ts";
export * from "./outcome.ts";
export * from "./removal.ts";
export * from "./remove_and_shrink.ts";
export * from "./shrink_mask.ts";
export * from "./shrink_rules.ts";
export * from "./shrink_variables.ts";
export * from "./shrinkage.ts";
