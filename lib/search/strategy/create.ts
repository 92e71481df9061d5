/**
 * Strategies by name. A new one is a file of this folder and a line here.
 *
 * @module
 */

import type { PolicyState } from "../../policy/mod.ts";
import type { Fault } from "../faults.ts";
import { annealing, type AnnealingConfig } from "./annealing.ts";
import { evolution, type EvolutionConfig } from "./evolution.ts";
import { greedy } from "./greedy.ts";
import { randomSearch } from "./random.ts";
import { type PolicyConfig, reinforce } from "./reinforce.ts";
import type { Strategy, StrategyOptions } from "./strategy.ts";

/** What any strategy may be told; each reads what concerns it. */
export interface AnyStrategyOptions extends StrategyOptions {
  /** The stage's policy, its bias and its number of iterations. */
  readonly config: PolicyConfig;
  /** Simulated annealing. */
  readonly annealing: AnnealingConfig;
  /** Evolution. */
  readonly evolution: EvolutionConfig;
  /** Faults of the authors' release that are repeated. */
  readonly faults?: readonly Fault[];
  /** A trained policy to start from. */
  readonly start?: PolicyState;
}

/** Name of a strategy. */
export type StrategyName =
  | "reinforce"
  | "random"
  | "annealing"
  | "evolution"
  | "greedy"
  | "frozen";

const STRATEGIES: Readonly<
  Record<StrategyName, (options: AnyStrategyOptions) => Strategy>
> = {
  /** The paper's: a recurrent policy, trained by REINFORCE. */
  reinforce: (options) => reinforce(options),
  /** Every decision at random. */
  random: ({ config, ...options }) =>
    randomSearch({ ...options, initialKeepBias: config.initialKeepBias }),
  /** Simulated annealing. */
  annealing: ({ config, ...options }) =>
    annealing({
      ...options,
      iterations: config.iterations,
      initialKeepBias: config.initialKeepBias,
    }),
  /** Regularised evolution. */
  evolution: ({ config, ...options }) =>
    evolution({ ...options, initialKeepBias: config.initialKeepBias }),
  /** Hill climbing from the network as it is. */
  greedy: (options) => greedy(options),
  /** The recurrent policy that never learns. */
  frozen: (options) => reinforce({ ...options, frozen: true }),
};

/** All names, the paper's first. */
export const STRATEGY_NAMES: readonly StrategyName[] = Object.keys(
  STRATEGIES,
) as StrategyName[];

/** Those that have a policy, which can be saved and started from. */
export const POLICY_STRATEGIES: readonly StrategyName[] = [
  "reinforce",
  "frozen",
];

/**
 * Makes a strategy; dispose of it.
 *
 * @param name Which.
 * @param options What it decides on, and how.
 */
export function createStrategy(
  name: StrategyName,
  options: AnyStrategyOptions,
): Strategy {
  return STRATEGIES[name](options);
}
