import type { StagePlanName } from "../options/stage_plans.ts";

const TITLES: Readonly<Record<StagePlanName, string>> = {
  "removal,shrinkage": "removal, then shrinkage",
  "shrinkage,removal": "shrinkage, then removal",
  joint: "joint",
  removal: "removal only",
  shrinkage: "shrinkage only",
};

/** A plan for people: "removal, then shrinkage". */
export function planTitle(plan: StagePlanName): string {
  return TITLES[plan];
}
