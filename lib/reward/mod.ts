/**
 * The number that the policies learn from: how much smaller a student is and how
 * much of the base network's accuracy it keeps.
 *
 * @module
 */

export * from "./constraint.ts";
export * from "./reward.ts";
