/**
 * The number that the policies learn from: how much smaller a student is, how
 * much of the teacher's accuracy it keeps, and the limits that it must respect.
 *
 * @module
 */

export * from "./constraint.ts";
export * from "./limits.ts";
export * from "./objective.ts";
export * from "./reward.ts";
