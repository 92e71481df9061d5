/** Strategies on small spaces, with made-up rewards. */

import {
  type ActionSpace,
  type AnyStrategyOptions,
  createSpace,
  createStrategy,
  type Grain,
  type Scored,
  type SpaceKind,
  type Strategy,
  type StrategyName,
} from "../../../lib/search/mod.ts";
import type { ShrinkOptions } from "../../../lib/compress/mod.ts";
import type { FeatureSet } from "../../../lib/policy/mod.ts";
import type { Network } from "../../../lib/network/mod.ts";
import { CONFIG, PLAN, RESIDUAL, SHRINK } from "../_search.ts";

export const KINDS: readonly SpaceKind[] = ["removal", "shrinkage", "joint"];
export const GRAINS: readonly Grain[] = ["leaf", "unit", "block"];

/** A space over the residual network; anything can be replaced. */
export function spaceOf(
  { kind = "removal", grain = "leaf", base = RESIDUAL, shrink = {}, set }: {
    readonly kind?: SpaceKind;
    readonly grain?: Grain;
    readonly base?: Network;
    readonly shrink?: ShrinkOptions;
    readonly set?: FeatureSet;
  } = {},
): ActionSpace {
  return createSpace({
    kind,
    base,
    grain,
    shrink: { ...SHRINK, ...shrink },
    ...(set === undefined ? {} : { features: { set } }),
  });
}

/** A strategy in a space, of seed 1; anything can be replaced. */
export function strategyOf(
  name: StrategyName,
  space: ActionSpace,
  changes: Partial<AnyStrategyOptions> = {},
): Strategy {
  return createStrategy(name, {
    space,
    seed: 1,
    config: CONFIG,
    annealing: PLAN.annealing,
    evolution: PLAN.evolution,
    ...changes,
  });
}

/**
 * A reward that every decision has a small part in: near 1 where each leaves the
 * share of its layers that is best for it, from 0 to 1 in turn.
 */
export function smooth(
  { sequence, values }: ActionSpace,
  actions: readonly number[],
): number {
  let free = 0;
  let loss = 0;
  actions.forEach((action, decision) => {
    if (!sequence.mask[decision]) return;
    const best = [0, 1, 0.3, 0.7][free++ % 4]!;
    loss += (values[action]! - best) ** 2;
  });
  return 1 - loss / free;
}

/** What a strategy proposed and earned, iteration by iteration, from one on. */
export function play(
  strategy: Strategy,
  space: ActionSpace,
  { iterations, from = 0, rollouts = 4, after = () => {} }: {
    readonly iterations: number;
    readonly from?: number;
    readonly rollouts?: number;
    readonly after?: (iteration: number) => void;
  },
): readonly (readonly Scored[])[] {
  const played: (readonly Scored[])[] = [];
  for (let iteration = from; iteration < iterations; iteration++) {
    const scored = strategy.propose(iteration, rollouts).map(({ actions }) => ({
      actions,
      reward: smooth(space, actions),
    }));
    played.push(scored);
    strategy.learn(iteration, scored);
    after(iteration);
  }
  return played;
}

/** Uses a strategy and disposes of it. */
export function using<T>(
  strategy: Strategy,
  use: (strategy: Strategy) => T,
): T {
  try {
    return use(strategy);
  } finally {
    strategy.dispose();
  }
}

/** Where two sequences differ. */
export function differences(
  a: readonly number[],
  b: readonly number[],
): readonly number[] {
  return a.flatMap((action, decision) =>
    action === b[decision] ? [] : [decision]
  );
}
