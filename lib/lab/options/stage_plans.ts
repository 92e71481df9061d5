import type { PolicyKind } from "../../policy/mod.ts";

/** Name of a plan of stages. */
export type StagePlanName =
  | "removal,shrinkage"
  | "shrinkage,removal"
  | "joint"
  | "removal"
  | "shrinkage";

/** Plans of stages by name, the paper's first. */
const STAGE_PLANS: Readonly<Record<StagePlanName, readonly PolicyKind[]>> = {
  "removal,shrinkage": ["removal", "shrinkage"],
  "shrinkage,removal": ["shrinkage", "removal"],
  joint: ["joint"],
  removal: ["removal"],
  shrinkage: ["shrinkage"],
};

/** All names. */
export const STAGE_PLAN_NAMES: readonly StagePlanName[] = Object.keys(
  STAGE_PLANS,
) as StagePlanName[];

/** The stages of a plan, in order. */
export function stagesOf(plan: StagePlanName): readonly PolicyKind[] {
  return STAGE_PLANS[plan];
}
