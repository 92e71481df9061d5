import {
  type Outcome,
  removeAndShrink,
  removeLayers,
  shrinkLayers,
  type ShrinkRatios,
} from "../../compress/mod.ts";
import { SHRINK_RATIOS } from "../../policy/mod.ts";
import type { Freedom } from "./_steps.ts";
import type { Decision, SpaceOptions } from "./action_space.ts";

/** The smallest ratio. */
const LEAST = SHRINK_RATIOS[0]!;

/** What a space knows of its actions. */
export interface Steps {
  /** One a step. */
  readonly decisions: readonly Decision[];
  /** What is free. */
  readonly freedom: Freedom;
}

/**
 * The student of one value a decision, or why there is none.
 *
 * @param options The space's.
 * @param steps Its decisions.
 * @param values What each decision leaves of its leaves, 0 to 1.
 */
export function applyValues(
  { kind, base, shrink }: SpaceOptions,
  { decisions, freedom }: Steps,
  values: readonly number[],
): Outcome {
  const keep = freedom.removable.map(() => true);
  const ratios: (number | ShrinkRatios)[] = keep.map(() => 1);
  const bySize = new Map<number, ShrinkRatios>();
  for (const [step, { leaves, variable }] of decisions.entries()) {
    const value = values[step]!;
    for (const leaf of leaves) {
      if (variable !== undefined) {
        bySize.set(leaf, { ...bySize.get(leaf), [variable]: value });
      } else if (value === 0 && freedom.removable[leaf]) {
        keep[leaf] = false;
      } else if (freedom.shrinkable[leaf]) {
        ratios[leaf] = Math.max(value, LEAST);
      }
    }
  }
  for (const [leaf, ratio] of bySize) ratios[leaf] = ratio;
  switch (kind) {
    case "removal":
      return removeLayers(base, keep, shrink);
    case "shrinkage":
      return shrinkLayers(base, ratios, shrink);
    case "joint":
      return removeAndShrink(base, { keep, ratios }, shrink);
  }
}
