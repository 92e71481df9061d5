import type { Network } from "../network/mod.ts";
import type { PolicyKind } from "../policy/mod.ts";
import { type SearchPlan, stageSpace, stageStrategy } from "./stages.ts";

/** A stage that is to be foreseen. */
export interface ForeseenStage {
  /** Which. */
  readonly kind: PolicyKind;
  /** The network that it starts from. */
  readonly base: Network;
  /** How many iterations are looked at, >= 1. */
  readonly iterations: number;
}

/**
 * The students that a stage would propose if its strategy never learned, by
 * iteration; undefined for a rejected proposal. Those of the first iteration are
 * the ones that the search will propose.
 *
 * @param plan How the search goes.
 * @param stage Which stage.
 */
export function foreseeStudents(
  plan: SearchPlan,
  { kind, base, iterations }: ForeseenStage,
): readonly (readonly (Network | undefined)[])[] {
  const space = stageSpace(plan, kind, base);
  if (space.bits === 0) return Array.from({ length: iterations }, () => []);
  const strategy = stageStrategy(plan, space);
  try {
    return Array.from(
      { length: iterations },
      (_, iteration) =>
        strategy.propose(iteration, plan.config[kind].rollouts).map(
          ({ actions }) => {
            const outcome = space.apply(actions);
            return outcome.ok ? outcome.network : undefined;
          },
        ),
    );
  } finally {
    strategy.dispose();
  }
}
